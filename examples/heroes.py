"""Paint README's and the page's pictures from the examples: `python -m examples.heroes`."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pipeline.io.image_files import read_photo
from pipeline.io.style_images import style_of
from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.types import Photo, Pixels, Prompt
from pipeline.variants import PORTRAIT_STYLES
from ui.examples import EXAMPLES, OPENING, OPENING_PHOTO, SMALLS
from ui.style_box import GALLERY, LIKE, TILES

HERE = Path(__file__).parent
HIGH, LARGE, SMALL = 640, 1080, 200  # px
CARD = (1200, 630)  # px, (width, height): of the picture that stands for a link
PORTRAITS = ("portrait", "president", "glasses")
MOODS = ("monet", "morning", "noon", "dusk", "winter")
QUALITY = 88
# Of the portrait, what the gallery of styles shows: from the left and the top, as shares of its
# width; square. The style itself lies in a corner, at this share of it.
CROP, CORNER, TILE = (0.18, 0.0, 0.62), 0.34, 360


def at_height(picture: Pixels, high: int = HIGH) -> Image.Image:
    """Return a picture, (H, W, 3), so many px high."""
    image = Image.fromarray(picture)
    return image.resize((round(image.width * high / image.height), high), Image.Resampling.LANCZOS)


def write_row(name: str, pictures: list[Image.Image]) -> None:
    """Write pictures side by side."""
    row = np.hstack([np.asarray(each) for each in pictures])
    Image.fromarray(row).save(HERE / name, quality=QUALITY, optimize=True)


def write_card(name: str, pictures: list[Image.Image]) -> None:
    """Write the middles of pictures side by side, as what stands for a link."""
    width, height = CARD[0] // len(pictures), CARD[1]
    write_row(name, [ImageOps.fit(picture, (width, height)) for picture in pictures])


def write_ways(name: str, photo: Photo, ways: Iterable[Settings], models: Models) -> None:
    """Write a portrait painted in several ways, side by side."""
    every = (to_uint8(paint(photo, settings, models=models).result) for settings in ways)
    write_row(name, [at_height(picture) for picture in every])


def write_small() -> None:
    """Write the examples as they stand on the page's buttons."""
    SMALLS.mkdir(exist_ok=True)
    for example in EXAMPLES:
        picture = at_height(read_photo(example.path).pixels, SMALL)
        picture.save(example.small, quality=80)


def write_gallery(photo: Photo, models: Models) -> None:
    """Write a portrait painted like each picture of the gallery, which lies in its corner."""
    for name, style in GALLERY.items():
        picture = read_photo(style.path)
        prompt = Prompt(styles=(style_of(picture),))
        painted = paint(photo, Settings.from_flat(painter=LIKE), models=models, prompt=prompt)
        tile = _square(to_uint8(painted.result), *CROP).resize((TILE, TILE))
        side = round(CORNER * TILE)
        inset = _square(picture.pixels, 0, 0, 1).resize((side, side))
        tile.paste("white", (0, TILE - side - 4, side + 4, TILE))
        tile.paste(inset, (0, TILE - side))
        TILES[name].parent.mkdir(exist_ok=True)
        tile.save(TILES[name], quality=80)


def _square(picture: Pixels, left: float, top: float, side: float) -> Image.Image:
    width = picture.shape[1]
    x, y, size = (round(share * width) for share in (left, top, side))
    return Image.fromarray(picture[y : y + size, x : x + size])


def main() -> None:
    """Paint and write the opening picture, both rows, the gallery, and the small examples."""
    write_small()
    models = Models()
    photos = {name: read_photo(HERE / f"{name}.jpg") for name in PORTRAITS}
    painted = {name: full_size(paint(photo, models=models)) for name, photo in photos.items()}
    write_gallery(photos["portrait"], models)
    write_row(OPENING.name, [at_height(painted[OPENING_PHOTO.stem], LARGE)])
    shown = (picture for name in PORTRAITS for picture in (photos[name].pixels, painted[name]))
    write_row("result.jpg", [at_height(picture) for picture in shown])
    write_card("thumbnail.jpg", [at_height(painted[name]) for name in PORTRAITS])
    moods = (Settings.from_flat(mood=mood) for mood in MOODS)
    write_ways("moods.jpg", photos["president"], moods, models)
    styles = (Settings.from_flat(painter="tps", portrait_style=style) for style in PORTRAIT_STYLES)
    write_ways("portraits.jpg", photos["president"], styles, models)


if __name__ == "__main__":
    main()
