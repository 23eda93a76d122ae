"""The painter that lays brush strokes, in the whole chain."""

import cv2
import numpy as np
import pytest

from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.strokes.layers import LAYERS
from pipeline.steps.full_size import alpha_at, full_size, result_size
from pipeline.steps.run import RunCache
from pipeline.steps.strokes import portrait_in
from pipeline.types import ADDED, Cancelled, Photo, Prompt, PromptError, Style, drawing_of
from tests.test_paint import PlainModels, photo_of

RED = np.linspace((90, 10, 10), (250, 120, 70), 64 * 64).reshape(64, 64, 3).astype(np.uint8)
REDDISH = Prompt(styles=(Style(RED),))
STROKES = Settings.from_flat(painter="strokes")


def test_a_photo_is_painted_in_strokes_at_its_own_size():
    done = paint(photo_of(120, 160), STROKES, models=PlainModels())
    assert done.styled.shape == (120, 160, 3)
    assert np.isfinite(done.result).all()
    assert np.abs(done.styled - done.original).mean() > 0.02
    assert full_size(done, (120, 160)).shape == (120, 160, 3)


@pytest.mark.usefixtures("small_strokes")
def test_the_painting_is_shown_as_it_grows_and_cannot_be_ended_early():
    seen = []
    done = paint(photo_of(120, 160), STROKES, models=PlainModels(), report=seen.append)
    shown = [progress for progress in seen if progress.picture is not None]
    assert len(shown) == 2 * len(LAYERS)  # what is behind people, then people
    assert not any(progress.enough for progress in seen)
    last = cv2.resize(shown[-1].picture, (160, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(last - done.styled).mean() < 0.08  # the finest strokes are not among them
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)


@pytest.mark.parametrize(
    ("asked", "size"),
    [("auto", (1200, 1600)), ("photo", (120, 160)), ("2048", (1536, 2048))],
)
def test_a_small_photo_is_rendered_at_the_size_that_is_asked_for(asked, size):
    done = paint(photo_of(120, 160), STROKES.changed(size=asked), models=PlainModels())
    assert result_size((120, 160), done.settings) == size
    large = full_size(done)
    assert large.shape == (*size, 3)
    # It is the same painting, with finer strokes than an enlarged one has.
    again = cv2.resize(large, (160, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(again - done.result * 255).mean() < 4
    if max(size) > 160:
        enlarged = cv2.resize(to_uint8(done.result), size[::-1], interpolation=cv2.INTER_CUBIC)
        steps = [np.abs(np.diff(each.astype(float), axis=1)).mean() for each in (large, enlarged)]
        assert steps[0] > 1.2 * steps[1]


def test_a_large_photo_is_rendered_at_its_own_size(monkeypatch):
    monkeypatch.setattr("pipeline.steps.run.WORKING_PIXELS", 9_000)
    monkeypatch.setattr("pipeline.steps.strokes.SHOWN_PX", 100)
    photo = photo_of(240, 320)
    done = paint(photo, STROKES.changed(size="photo"), models=PlainModels())
    assert full_size(done).shape == photo.pixels.shape


def test_a_networks_painting_is_enlarged_only_where_that_is_asked_for():
    photo = photo_of(120, 160)
    for asked, long in (("auto", 160), ("photo", 160), ("2048", 2048)):
        done = paint(photo, Settings.from_flat(painter="network", size=asked), models=PlainModels())
        assert max(full_size(done).shape) == long


def test_transparency_is_as_large_as_the_result():
    photo = Photo(photo_of(120, 160).pixels, alpha=np.full((120, 160), 99, np.uint8))
    assert alpha_at(photo, (1200, 1600, 3)).shape == (1200, 1600)
    assert alpha_at(photo_of(120, 160), (1200, 1600, 3)) is None


@pytest.mark.usefixtures("small_strokes")
def test_painting_by_strokes_can_be_cancelled():
    def report(progress):
        if progress.stage == "paint" and progress.done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(photo_of(120, 160), STROKES, models=PlainModels(), report=report)


@pytest.mark.usefixtures("small_strokes")
def test_a_picture_of_nothing_is_painted():
    blank = Photo(np.full((64, 96, 3), 128, np.uint8))
    assert paint(blank, STROKES, models=PlainModels()).result.shape == (64, 96, 3)


@pytest.mark.usefixtures("small_strokes")
@pytest.mark.parametrize(
    "changed",
    [
        {"brush": 0.4}, {"looseness": 0.0}, {"looseness": 1.0}, {"impasto": 0.0}, {"impasto": 3.0},
        {"mood": "morning"}, {"mood": "dusk"}, {"mood": "picture"},
    ],
    ids=str,
)  # fmt: skip
def test_each_choice_is_seen_in_the_painting(changed):
    usual, other = (
        paint(photo_of(120, 160), STROKES.changed(**how), models=PlainModels(), prompt=REDDISH)
        for how in ({}, changed)
    )
    one, two = (each.painted.scene.fine.astype(float) for each in (usual, other))
    # The mean of thick paint's light and shade is about 1: above or below by the photo's noise.
    assert (np.abs(one - two) >= 2).mean() > 0.1
    assert np.isfinite(other.result).all()


@pytest.mark.usefixtures("small_strokes")
def test_a_pictures_colors_are_taken_over():
    photo = Photo(np.full((120, 160, 3), 128, np.uint8))
    redder = [
        np.ptp(paint(photo, STROKES.changed(mood=mood), models=PlainModels(), prompt=REDDISH)
               .styled.mean((0, 1))[[0, 2]])
        for mood in ("monet", "picture")
    ]  # fmt: skip
    assert redder[1] > redder[0] + 0.05


def portrait(ground, middle):
    """Return a picture in whose middle `PlainModels` see a face."""
    pixels = np.full((120, 160, 3), ground, np.uint8)
    cv2.ellipse(pixels, (80, 60), (40, 52), 0, 0, 360, middle, -1)
    return Prompt(styles=(Style(pixels),))


@pytest.mark.usefixtures("small_strokes")
def test_what_is_behind_people_takes_the_colors_of_what_is_behind_them_in_a_portrait():
    photo = Photo(np.full((120, 160, 3), 150, np.uint8))
    blue, orange = (40, 70, 190), (220, 130, 40)
    grounds = []
    for colors in ((blue, orange), (orange, blue)):
        how, prompt = STROKES.changed(mood="picture"), portrait(*colors)
        done = paint(photo, how, models=PlainModels(), prompt=prompt)
        grounds.append(done.styled[:20].mean((0, 1)))
    assert grounds[0][2] > grounds[0][0] + 0.15
    assert grounds[1][0] > grounds[1][2] + 0.15


@pytest.mark.parametrize("face", [True, False])
def test_a_picture_is_a_portrait_where_a_face_is_seen_in_it(face):
    models, looks = PlainModels(face=face), RunCache()
    found = portrait_in(models, portrait((40, 70, 190), (220, 130, 40)).styles[0], looks)
    assert (found.value is not None) == face
    again = portrait_in(models, portrait((40, 70, 190), (220, 130, 40)).styles[0], looks)
    assert again.key == found.key
    assert again.value is found.value


def test_the_colors_of_no_picture_are_asked_for():
    with pytest.raises(PromptError, match="Wanted a picture"):
        paint(photo_of(120, 160), STROKES.changed(mood="picture"), models=PlainModels())


@pytest.mark.usefixtures("small_strokes")
def test_a_kept_face_is_simplified_and_what_somebody_marked_is_the_photos_own():
    grain = np.random.default_rng(1).normal(0, 12, (400, 360, 1))
    photo = Photo((photo_of(400, 360).pixels + grain).clip(0, 255).astype(np.uint8))
    marks = np.zeros((400, 360), np.uint8)
    marks[10:60, 10:60] = ADDED
    how = STROKES.changed(face_strength=1.0, harmony=0.0, feather=0.0)
    prompt = Prompt(drawn=drawing_of(marks))
    done = paint(photo, how, models=PlainModels(), prompt=prompt)
    off = np.abs(done.result - done.original)
    assert off[20:50, 20:50].max() < 1 / 255
    face = (done.mask > 0.99) & (marks == 0)
    assert off[face].mean() > 3 / 255
    plain = paint(photo, how.changed(painterly=0.0), models=PlainModels(), prompt=prompt)
    assert np.abs(plain.result - plain.original)[face].mean() < 1 / 255
