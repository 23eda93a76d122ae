"""The tables of paintings' light: whose they are, and that they are statistics."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.stages.strokes.light import COLORS, QUANTILES
from pipeline.variants import PORTRAIT_STYLES
from training.light import FOLDERS, learned, light_of, portraits_light, read

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


def test_each_style_of_strokes_or_prints_has_the_light_of_its_own_portraits(tmp_path):
    for seed, style in enumerate(STYLES):
        write(tmp_path / "data/portrait_styles" / FOLDERS.get(style, style), 5, seed)
    table = portraits_light(tmp_path)
    for style in STYLES:
        assert table[f"{style}_palettes"].shape == (4, COLORS, 3)
        assert table[f"{style}_quantiles"].shape == (QUANTILES,)
    medians = [table[f"{style}_quantiles"][QUANTILES // 2] for style in STYLES]
    assert medians == sorted(medians)


def test_the_table_of_monets_has_all_of_them_and_moods(tmp_path):
    write(tmp_path / "monet", 6, 1)
    table = light_of(read(sorted((tmp_path / "monet").iterdir())))
    assert table["monet_members"].sum() == 6
    assert table["palettes"].shape == (6, COLORS, 3)
