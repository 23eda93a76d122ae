"""Paint README's and the page's pictures from the examples: `python -m examples.heroes`."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.io.image_files import read_photo
from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.types import Pixels

HERE = Path(__file__).parent
HIGH, LARGE = 640, 1080  # px
PORTRAITS = ("portrait", "president", "glasses")  # the first hangs on the page at first
MOODS = ("monet", "morning", "noon", "dusk", "winter")
QUALITY = 88


def at_height(picture: Pixels, high: int = HIGH) -> Image.Image:
    """Return a picture, (H, W, 3), so many px high."""
    image = Image.fromarray(picture)
    return image.resize((round(image.width * high / image.height), high), Image.Resampling.LANCZOS)


def write_row(name: str, pictures: list[Image.Image]) -> None:
    """Write pictures side by side."""
    row = np.hstack([np.asarray(each) for each in pictures])
    Image.fromarray(row).save(HERE / name, quality=QUALITY, optimize=True)


def main() -> None:
    """Paint and write the opening picture and both rows."""
    models = Models()
    photos = [read_photo(HERE / f"{name}.jpg") for name in PORTRAITS]
    painted = [full_size(paint(photo, models=models)) for photo in photos]
    write_row("opening.jpg", [at_height(painted[0], LARGE)])
    pairs = zip((photo.pixels for photo in photos), painted, strict=True)
    write_row("result.jpg", [at_height(picture) for pair in pairs for picture in pair])
    photo = read_photo(HERE / "president.jpg")
    every = (paint(photo, Settings.from_flat(mood=mood), models=models) for mood in MOODS)
    write_row("moods.jpg", [at_height(to_uint8(painting.result)) for painting in every])


if __name__ == "__main__":
    main()
