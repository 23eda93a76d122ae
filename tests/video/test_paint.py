"""A painted film has the pictures, times and sound of its source, and can be gone on with."""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.runtime.models import Models
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.settings import Settings
from pipeline.stages.style_transfer import transfer
from pipeline.stages.stylize.generator import MAX_PIXELS
from pipeline.steps.run import Run
from pipeline.types import Cancelled, FilmError, Photo, PhotoError, PromptError, Style
from pipeline.variants import FAST_STYLES, PAINTERS
from pipeline.video.job import FilmJob
from pipeline.video.noise import CarriedNoise
from pipeline.video.paint import PROPORTIONS, paint_film, painted_frames, parts_of
from pipeline.video.painters import FILM_PAINTERS, painter_of
from pipeline.video.read import open_film, read_frames
from pipeline.video.steady import Watch
from pipeline.video.style_transfer import AGAIN
from pipeline.video.write import PictureWriter, pictures_in
from pipeline.weights.catalog import WeightError
from tests.own_styles import ENTRY, empty, put  # noqa: F401 - `empty` is a fixture
from tests.video.models import FilmModels, pictures

FAST = Settings.from_flat(painter="fast")
PLAIN = FAST.changed(keep_face=False)
RATE = Fraction(10)


def job(settings, models=None, styles=()):
    return FilmJob(settings, models or FilmModels(), 25.0, styles)


@pytest.fixture
def source(tmp_path):
    """Return a film of 12 pictures that lie unevenly in time."""
    path = tmp_path / "source.mp4"
    with PictureWriter(path, rate=RATE, time_base=Fraction(1, 1000)) as writer:
        for number, picture in enumerate(pictures(12, step=2)):
            writer.write(picture, number * 100 + 13 * (number % 3), 100)
    return open_film(path)


def times_of(path):
    return [frame.pts for frame in read_frames(open_film(path))]


def test_every_picture_is_painted_at_its_time(source, tmp_path):
    out = tmp_path / "out.mp4"
    models = FilmModels()
    told = []
    assert paint_film(source, out, PLAIN, models, tell=told.append) == ()
    assert times_of(out) == times_of(source.path)
    assert models.runs["fast_style"] == 12
    assert [each.done for each in told] == list(range(1, 13))
    assert {each.count for each in told} == {12}
    first, painted = (next(read_frames(open_film(p))).pixels for p in (source.path, out))
    assert np.abs(255 - first.astype(int) - painted).mean() < 12
    assert not any(part.exists() for part in parts_of(out))


def test_a_kept_face_is_the_films_own(source, tmp_path):
    out = tmp_path / "out.mp4"
    paint_film(source, out, FAST.changed(face_strength=1.0, harmony=0.0), FilmModels())
    first, painted = (next(read_frames(open_film(p))).pixels for p in (source.path, out))
    middle = (slice(24, 40), slice(40, 56))
    assert np.abs(first[middle].astype(int) - painted[middle]).mean() < 12
    assert np.abs(first[:6, :6].astype(int) - painted[:6, :6]).mean() > 25


def test_of_a_large_film_no_picture_waits_and_the_paintings_are_the_same(source):
    taken = 0

    def shown():
        nonlocal taken
        for frame in read_frames(source):
            taken += 1
            yield frame

    usual = [frame.pixels for frame in painted_frames(shown(), job(FAST))]
    taken = 0
    large = painted_frames(shown(), replace(job(FAST), ahead=0))
    first = next(large).pixels
    assert taken == 1
    np.testing.assert_array_equal([first, *(frame.pixels for frame in large)], usual)


def test_proportions_are_for_photos_and_a_film_says_so(source, tmp_path):
    plain, asked = tmp_path / "plain.mp4", tmp_path / "asked.mp4"
    paint_film(source, plain, PLAIN, FilmModels())
    said = paint_film(source, asked, PLAIN.changed(proportions=1.0), FilmModels())
    assert said == (PROPORTIONS,)
    one, other = (next(read_frames(open_film(path))).pixels for path in (plain, asked))
    assert np.array_equal(one, other)


def test_a_part_of_a_film_begins_at_nothing(source, tmp_path):
    out = tmp_path / "out.mp4"
    paint_film(source, out, PLAIN, FilmModels(), start=0.3, end=0.8)
    first, last = (source.pts_at(seconds) for seconds in (0.3, 0.8))
    wanted = [time - first for time in times_of(source.path) if first <= time < last]
    assert times_of(out) == wanted
    assert len(wanted) == 5


def test_what_was_painted_before_a_stop_is_gone_on_with(source, tmp_path):
    out = tmp_path / "out.mp4"

    def until(count):
        def tell(progress):
            if progress.done == count:
                raise Cancelled

        return tell

    for stop in (4, 9):
        with pytest.raises(Cancelled):
            paint_film(source, out, PLAIN, FilmModels(), tell=until(stop), resume=True)
        assert not out.exists()
        assert sum(pictures_in(part) for part in parts_of(out)) == stop
    seen = []
    paint_film(source, out, PLAIN, FilmModels(), tell=lambda p: seen.append(p.done), resume=True)
    assert seen == [10, 11, 12]
    assert times_of(out) == times_of(source.path)
    painted = [frame.pixels.astype(int) for frame in read_frames(open_film(out))]
    assert all(np.abs(b - a).mean() < 60 for a, b in pairwise(painted))


def test_a_stopped_film_of_other_settings_is_not_gone_on_with(source, tmp_path):
    out = tmp_path / "out.mp4"

    def stop(progress):
        if progress.done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint_film(source, out, PLAIN, FilmModels(), tell=stop)
    with pytest.raises(FilmError, match="other settings"):
        paint_film(source, out, PLAIN.changed(brush=2.0), FilmModels(), resume=True)


class OwnStyleModels(FilmModels):
    """The same, with the embedded network's styles, so that those of files are known, too."""

    def load(self, role, policy):
        loaded = super().load(role, policy)
        if role != "fast_style":
            return loaded
        return replace(loaded, entry=ENTRY, submodule=lambda which: lambda batch, *style: -batch)


@pytest.mark.usefixtures("empty")
def test_a_stopped_film_is_not_gone_on_with_by_another_file_of_the_same_name(source, tmp_path):
    out, how = tmp_path / "out.mp4", PLAIN.changed(fast_style="quilt")

    def stop(progress):
        if progress.done == 3:
            raise Cancelled

    with pytest.raises(WeightError, match="no style 'quilt'"):
        paint_film(source, out, how, OwnStyleModels())
    put("quilt", number=1)
    with pytest.raises(Cancelled):
        paint_film(source, out, how, OwnStyleModels(), tell=stop)
    put("quilt", number=2)
    with pytest.raises(FilmError, match="other settings"):
        paint_film(source, out, how, OwnStyleModels(), resume=True)
    put("quilt", number=1)
    paint_film(source, out, how, OwnStyleModels(), overwrite=True)
    assert pictures_in(out) == 12


def test_a_film_that_is_there_is_not_written_over(source, tmp_path):
    out = tmp_path / "out.mp4"
    out.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        paint_film(source, out, PLAIN, FilmModels())
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["source.mp4", "linked.mp4", "half.mp4"])
def test_a_film_is_never_replaced_by_its_painting(source, tmp_path, name):
    (tmp_path / "linked.mp4").hardlink_to(source.path)
    (tmp_path / "half.part.mp4").hardlink_to(source.path)  # where a film's pictures lie meanwhile
    before = source.path.read_bytes()
    with pytest.raises(PhotoError, match="one of the files that are read, and is not replaced"):
        paint_film(source, tmp_path / name, PLAIN, FilmModels(), overwrite=True)
    assert source.path.read_bytes() == before


def test_a_start_beyond_the_end_says_so_and_leaves_nothing(source, tmp_path):
    out = tmp_path / "out.mp4"
    with pytest.raises(FilmError, match="no picture from 9 s on"):
        paint_film(source, out, PLAIN, FilmModels(), start=9)
    assert not out.exists()
    assert not any(part.exists() for part in parts_of(out))


def test_every_painter_paints_films():
    assert set(PAINTERS) == set(FILM_PAINTERS)


def test_a_films_pictures_are_looked_at_as_large_as_they_are():
    how = Settings.from_flat(painter="tps", portrait_style="ukiyoe", size="auto")
    job = FilmJob(how, FilmModels(), 25.0)
    assert job.settings == how.changed(size="photo")
    assert Run(
        Photo(np.zeros((90, 160, 3), np.uint8)), job.settings, job.models
    ).original.value.shape == (90, 160, 3)


def test_a_painter_that_wants_a_picture_says_so():
    with pytest.raises(PromptError, match="Wanted a picture"):
        painter_of(job(Settings.from_flat(painter="portrait-aware")))


def test_a_film_is_painted_like_a_picture_each_begun_with_the_one_before(monkeypatch):
    begun = []
    real = transfer.transfer_style

    def noted(photo, *given, begin=None, preset, **how):
        begun.append((begin is not None, preset.evaluations))
        return real(photo, *given, begin=begin, preset=replace(preset, evaluations=2), **how)

    monkeypatch.setattr(transfer, "transfer_style", noted)
    models = FilmModels(face=False)
    models.features = Models("cpu").features
    style = Style(pictures(1, seed=4)[0])
    how = Settings.from_flat(painter="portrait-aware", style_px=128)
    paint, watch = painter_of(job(how, models, (style,))), Watch()
    film = [cv2.GaussianBlur(picture, (0, 0), 2) for picture in pictures(3, (128, 128), step=2)]
    made = [paint(picture, watch(picture)) for picture in film]
    assert [each.shape for each in made] == [(128, 128, 3)] * 3
    assert begun == [(False, 67), (True, AGAIN), (True, AGAIN)]


def test_styles_are_mixed_as_the_settings_say():
    models = FilmModels()
    names = list(FAST_STYLES)
    how = PLAIN.changed(fast_style=names[1], fast_second=names[4], fast_mix=0.25)
    painter_of(job(how, models))(pictures(1)[0], None)
    assert models.mix[0, 1] == 0.75
    assert models.mix[0, 4] == 0.25
    assert models.mix.sum() == 1


@pytest.mark.parametrize(("size", "brush"), [((32, 640), 1.0), ((64, 96), 0.1)])
def test_a_long_film_or_a_thin_brush_does_not_fill_the_memory(size, brush):
    models = FilmModels()
    made = painter_of(job(PLAIN.changed(brush=brush), models))(pictures(1, size)[0], None)
    assert made.shape == (*size, 3)
    assert np.prod(models.size) == pytest.approx(MAX_PIXELS, rel=0.05)


def test_noise_moves_with_the_film():
    watch, noise = Watch(), CarriedNoise()
    film = pictures(2, (128, 192), step=8, seed=2)
    size = (32, 48, 1)
    drawn = partial(stroke_noise, np.zeros((3, 128, 192), np.float32))
    first = noise(drawn, size, watch(film[0]))
    second = noise(drawn, size, watch(film[1]))
    inner = (slice(4, -4), slice(4, -8))
    moved = first[4:-4, 6:-6]
    assert np.corrcoef(second[inner].ravel(), moved.ravel())[0, 1] > 0.8
