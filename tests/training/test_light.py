"""The tables of paintings' light: whose they are, and that they are statistics."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.stages.strokes.light import COLORS
from pipeline.types.portraits import RANKS
from pipeline.variants import PORTRAIT_STYLES
from training.light import FOLDERS, learned, light_of, parts_light, portraits_light, read

SOMEBODY = Path(__file__).parents[2] / "examples/portrait.jpg"

STYLES = [key for key, each in PORTRAIT_STYLES.items() if each.brush or each.printed]


def write(folder: Path, count: int, seed: int) -> None:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        picture = rng.integers(0, 60 * (seed + 1), (80, 60, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / f"{i}.png"), picture)


def test_every_fifth_portrait_is_held_out():
    files = [Path(str(i)) for i in range(12)]
    assert [file.name for file in learned(files)] == [*"01235678", "10", "11"]


def test_each_style_has_the_light_of_its_own_portraits_by_parts(tmp_path):
    somebody = cv2.resize(cv2.imread(str(SOMEBODY)), (200, 250), interpolation=cv2.INTER_AREA)
    for seed, style in enumerate(STYLES):
        folder = tmp_path / "data/portrait_styles" / FOLDERS.get(style, style)
        write(folder, seed == 0, seed)  # nobody is seen in it
        cv2.imwrite(str(folder / "somebody.png"), somebody)
    table = portraits_light(tmp_path)
    for style in STYLES:
        assert table[f"{style}_quantiles"].shape == (1, 4, RANKS)
        assert (table[f"{style}_weights"].sum(-1) > 0).all()


def test_a_style_whose_portraits_show_no_face_is_refused(tmp_path):
    write(tmp_path / "walls", 2, 0)
    with pytest.raises(ValueError, match="no face"):
        parts_light(sorted((tmp_path / "walls").iterdir()))


def test_the_table_of_monets_has_all_of_them_and_moods(tmp_path):
    write(tmp_path / "monet", 6, 1)
    table = light_of(read(sorted((tmp_path / "monet").iterdir())))
    assert table["monet_members"].sum() == 6
    assert table["palettes"].shape == (6, COLORS, 3)
