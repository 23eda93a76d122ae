"""The frame, end to end by the command, with plain functions for networks."""

import numpy as np
import pytest
from PIL import Image

from pipeline.io.image_files import read_settings
from pipeline.settings import Settings
from pipeline.stages.border import PAPER
from tests.command import run, save
from tests.test_paint import PlainModels

pytestmark = pytest.mark.usefixtures("small_strokes")


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setattr("pipeline.runtime.models.Models", lambda **_: PlainModels())


def test_a_photo_is_framed_and_the_file_says_how(tmp_path):
    out = tmp_path / "out.png"
    flags = [
        "--paper", "a4", "--straighten", "-2.5", "--zoom", "1.1", "--across", "0.2", "--down",
        "0.4", "--border", "6", "--size", "2048",
    ]  # fmt: skip
    assert run("paint", save(tmp_path / "me.png", 300, 400), "-o", out, *flags) == 0
    with Image.open(out) as made:
        assert made.width == 2048
        assert made.width / made.height == pytest.approx(297 / 210, rel=0.01)
        assert made.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert made.getpixel((0, 0)) == made.getpixel((1024, 80)) == PAPER
    assert read_settings(out)[0] == Settings.from_flat(
        paper="a4", straighten=-2.5, zoom=1.1, across=0.2, down=0.4, border=6.0, size="2048"
    )


def test_stages_strokes_and_film_are_of_the_frame(tmp_path):
    photo, stages = save(tmp_path / "me.png", 200, 300), tmp_path / "stages"
    flags = ["--paper", "square", "--painter", "strokes", "--border", "10", "--stages", stages]
    more = ["--strokes", tmp_path / "me.npz"]
    assert run("paint", photo, "-o", tmp_path / "out.png", *flags, *more) == 0
    assert Image.open(stages / "result.png").size == (200, 200)
    assert np.load(tmp_path / "me.npz")["size"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--zoom", "4"], "Wanted at least 16 px on each side after the crop, found 10 px of a "),
        (["--zoom", "5"], "zoom is a number from 1 to 4, not 5"),
        (["--paper", "a5"], "paper is one of photo, 2x3, 3x4, square, a4, not 'a5'"),
        (["--straighten", "-20"], "straighten is a number from -15 to 15"),
    ],
)
def test_what_cannot_be_framed_is_told_in_one_line(tmp_path, capsys, flags, said):
    try:
        code = run("paint", save(tmp_path / "me.png", 40, 60), "-o", tmp_path / "out.png", *flags)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert said in line
