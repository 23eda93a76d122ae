"""Prompts as flags of the command."""

import pytest
from PIL import Image

from pipeline.cli.main import main
from pipeline.types import ADDED, TAKEN, Prompt
from tests.command import painting_of, save


@pytest.fixture
def prompts(monkeypatch):
    """Replace the networks by a negative; return the prompt of each run."""
    seen = []

    def paint(photo, settings, *, models, prompt, report):
        prompt.check(photo.pixels.shape[:2])
        seen.append(prompt)
        return painting_of(photo, settings)

    monkeypatch.setattr("pipeline.paint.paint", paint)
    return seen


def run(folder, *flags, photos=("me.png",)):
    return main(
        [
            "paint",
            *(str(save(folder / name)) for name in photos),
            "-o",
            str(folder / "out"),
            *map(str, flags),
        ]
    )


@pytest.mark.parametrize(
    ("flags", "prompt"),
    [
        ((), Prompt()),
        (("--points", "10,20"), Prompt(((10, 20, True),))),
        (
            ("--points", " 10,20  30.5,4,- 0,0 "),
            Prompt(((10, 20, True), (30.5, 4, False), (0, 0, True))),
        ),
        (("--box", "1,2,30,40"), Prompt(box=(1, 2, 30, 40))),
        (("--box", "0,0,60,40", "--points", "59,39,-"), Prompt(((59, 39, False),), (0, 0, 60, 40))),
        (
            ("--faces", "10,20 30.5,4,0.8 0,0,0"),
            Prompt(faces=((10, 20, None), (30.5, 4, 0.8), (0, 0, 0))),
        ),
    ],
)
def test_points_and_box_reach_the_painting(tmp_path, prompts, flags, prompt):
    (tmp_path / "out").mkdir()
    assert run(tmp_path, *flags) == 0
    assert prompts == [prompt]


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (
            ("--points", "10"),
            "A point is x,y or x,y,- for each, px of the photo from its top left, not '10'",
        ),
        (("--points", "10,20,+"), "not '10,20,+'"),
        (("--points", "10,20 a,b"), "not 'a,b'"),
        (("--box", "1,2,3"), "A box is x0,y0,x1,y1, px of the photo, not '1,2,3'"),
        (("--points", "60,0"), "x from 0 to 59 and y from 0 to 39, not 60,0"),
        (("--box", "5,5,5,9"), "x0 < x1 in 0 to 60 and y0 < y1 in 0 to 40, not 5,5,5,9"),
        (("--box=-1,0,5,5",), "in 0 to 60"),
        (
            ("--faces", "10"),
            "A face is x,y or x,y,restoration from 0 to 1 for each, px of the photo from its top "
            "left, not '10'",
        ),
        (("--faces", "10,20,a"), "not '10,20,a'"),
        (("--faces", "10,20,1,1"), "not '10,20,1,1'"),
        (("--faces", "10,20,1.5"), "A face's restoration is a number from 0 to 1, not 1.5"),
        (("--faces", "10,40"), "x from 0 to 59 and y from 0 to 39, not 10,40"),
    ],
)
def test_what_is_no_prompt_of_the_photo_is_refused_in_one_line(
    tmp_path, prompts, capsys, flags, sentence
):
    assert run(tmp_path, *flags) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert prompts == []


def test_a_prompt_is_for_one_photo(tmp_path, prompts, capsys):
    assert run(tmp_path, "--points", "1,1", photos=("a.png", "b.png")) == 2
    assert "one photo; 2 were given" in capsys.readouterr().err
    assert prompts == []


def mask_of(folder, size=(60, 40)):
    picture = Image.new("L", size)
    picture.paste(255, (0, 0, 10, 10))
    picture.save(folder / "mask.png")
    return folder / "mask.png"


def test_a_mask_says_what_is_mended_and_what_is_not(tmp_path, prompts):
    (tmp_path / "out").mkdir()
    assert run(tmp_path, "--mend", "--mend-mask", mask_of(tmp_path)) == 0
    marks = prompts[0].mended.marks
    assert (marks[:10, :10] == ADDED).all()
    assert (marks == TAKEN).sum() == marks.size - 100
    assert not prompts[0]


@pytest.mark.parametrize(
    ("flags", "photos", "sentence"),
    [
        ((), ("me.png",), "add --mend."),
        (("--mend",), ("me.png", "you.png"), "are about one photo; 2 were given"),
    ],
)
def test_a_mask_is_for_one_photo_that_is_mended(tmp_path, prompts, capsys, flags, photos, sentence):
    (tmp_path / "out").mkdir()
    assert run(tmp_path, "--mend-mask", mask_of(tmp_path), *flags, photos=photos) != 0
    assert sentence in capsys.readouterr().err
    assert not prompts


def test_a_mask_that_is_no_picture_is_named(tmp_path, prompts, capsys):
    (tmp_path / "mask.png").write_text("white")
    assert run(tmp_path, "--mend", "--mend-mask", tmp_path / "mask.png") != 0
    assert "mask.png: This is not a picture" in capsys.readouterr().err
