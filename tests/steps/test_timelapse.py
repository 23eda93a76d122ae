"""Films of paintings being painted."""

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.io.video import write_film
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.strokes.growing import grow
from pipeline.stages.strokes.render import render
from pipeline.steps.full_size import full_size
from pipeline.steps.timelapse import FPS, film_size, growth, timelapse
from pipeline.types import Cancelled, PhotoError
from tests.strokes import some_strokes
from tests.test_paint import PlainModels, photo_of


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr("pipeline.steps.timelapse.LONG_PX", 160)


def test_a_painting_grows_from_the_ground_to_what_is_rendered():
    strokes, size = some_strokes(300), (90, 120)
    pictures = list(grow(strokes, size, 25))
    finished = render(strokes, size).astype(int)
    assert len(pictures) == 25
    off = np.abs(pictures[-1] - finished)  # what is as good as hidden is laid, or not
    assert off.max() <= 4
    assert off.mean() < 0.25
    ground = np.round(strokes.ground * 255)
    assert (np.abs(pictures[0] - ground).max(-1) < 12).mean() > 0.9
    bare = [(np.abs(picture - ground).max(-1) < 12).mean() for picture in pictures]
    assert max(np.diff(bare)) < 0.02  # light on new paint may fall on what is bare
    assert bare[-1] < 0.1


def test_strokes_appear_along_their_length():
    strokes = some_strokes(1)
    areas = [
        (np.abs(np.diff(picture.astype(int), axis=1)).max(-1) > 8).sum()
        for picture in grow(strokes, (90, 120), 400)
    ]
    assert len(np.unique(areas)) > 3


def test_nothing_grows_without_strokes():
    none = some_strokes()[np.arange(0)]
    assert len(list(grow(none, (30, 40), 3))) == 3


def test_the_film_ends_with_the_finished_painting():
    done = paint(photo_of(120, 160), Settings.from_flat(painter="strokes"), models=PlainModels())
    told = []
    pictures = list(timelapse(done, 5, told.append))
    assert len(pictures) == 5 * FPS
    assert np.array_equal(pictures[-1], full_size(done, film_size((0.75, 1.0))))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(list(growth(some_strokes(), 5))) == 5 * FPS


def test_only_strokes_have_a_film():
    done = paint(photo_of(120, 160), Settings.from_flat(painter="network"), models=PlainModels())
    with pytest.raises(ValueError, match="painter strokes"):
        next(timelapse(done))


def test_a_film_is_written_as_browsers_play_it(tmp_path):
    file = tmp_path / "film.mp4"
    write_film(file, growth(some_strokes(), 5), FPS)
    with av.open(str(file)) as film:
        video = film.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.height, video.width) == (120, 160)
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video)]
        assert float(video.duration * video.time_base) == pytest.approx(5, abs=0.05)
    assert len(pictures) == 5 * FPS
    wanted = render(some_strokes(), (120, 160)).astype(float)
    assert np.abs(pictures[-1] - wanted).mean() < 12  # half the colors' resolution
    assert abs(pictures[-1].mean() - wanted.mean()) < 3  # the colors are the painting's


def test_a_film_that_is_cancelled_leaves_no_file(tmp_path):
    done = paint(photo_of(120, 160), Settings.from_flat(painter="strokes"), models=PlainModels())

    def tell(share):
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_film(tmp_path / "film.mp4", timelapse(done, 5, tell), FPS)
    assert not list(Path(tmp_path).iterdir())


def test_a_film_has_its_name(tmp_path):
    with pytest.raises(PhotoError, match=r"\.mp4"):
        write_film(tmp_path / "film.gif", [], FPS)
