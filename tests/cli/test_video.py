"""The command `video`: a film in, a film out, and one line where that cannot be."""

import pytest

from pipeline.cli.main import main
from pipeline.video.read import open_film
from pipeline.weights.catalog import WeightError
from tests.command import save
from tests.video.models import FilmModels, film_file


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setattr("pipeline.runtime.models.Models", lambda **_: FilmModels())


@pytest.fixture
def film(tmp_path):
    return film_file(tmp_path / "me.mp4", 10, 10)


def test_a_film_is_painted(film, tmp_path, capsys):
    out = tmp_path / "out.mp4"
    given = [
        "video",
        str(film),
        "-o",
        str(out),
        "--painter",
        "fast",
        "--start",
        "0.2",
        "--end",
        "0.7",
    ]
    assert main(given) == 0
    assert open_film(out).count == 5
    assert capsys.readouterr().out.strip() == str(out)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--start", "3", "--end", "2"], "--end 2 lies before --start 3"),
        (["--start", "9"], "no picture from 9 s on"),
        (["--painter", "portrait-aware"], "Wanted a picture to paint like"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(film, tmp_path, capsys, flags, said):
    assert main(["video", str(film), "-o", str(tmp_path / "out.mp4"), *flags]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_film_that_is_there_is_not_written_over(film, tmp_path, capsys):
    out = tmp_path / "out.mp4"
    out.write_bytes(b"mine")
    assert main(["video", str(film), "-o", str(out), "--painter", "fast"]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main(["video", str(film), "-o", str(out), "--painter", "fast", "--overwrite"]) == 0
    assert open_film(out).count == 10


def test_missing_weights_are_said_in_a_line(film, tmp_path, capsys, monkeypatch):
    def fail(*_, **__):
        raise WeightError("The weights are missing; fetch them.")

    monkeypatch.setattr("pipeline.video.paint.paint_film", fail)
    assert main(["video", str(film), "-o", str(tmp_path / "out.mp4")]) == 2
    said = capsys.readouterr().err
    assert said == "python -m pipeline video: The weights are missing; fetch them.\n"


def test_a_style_picture_is_not_replaced_by_the_film(film, tmp_path, capsys):
    style = save(tmp_path / "style.mp4", format="PNG")
    before = style.read_bytes()
    given = ["--painter", "portrait-aware", "--style", f"{style}=2", "--overwrite"]
    assert main(["video", str(film), "-o", str(style), *given]) == 2
    assert style.read_bytes() == before
    assert "is one of the files that are read" in capsys.readouterr().err
