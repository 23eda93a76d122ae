"""A framed photo and a bordered result, in the whole chain."""

import cv2
import numpy as np
import pytest

from pipeline.compare import compare
from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.border import PAPER
from pipeline.steps.full_size import alpha_of, full_size, painted_at, result_size
from pipeline.types import Photo, PhotoError, Prompt, PromptError
from tests.test_paint import PlainModels, Remembering, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

PLAIN = Settings.from_flat(keep_face=False, restore=False, strength=0.0)  # the photo itself
CROPPED = PLAIN.changed(paper="square", straighten=4.0, zoom=1.5, across=0.9, down=0.1)


def painted(photo, settings, **how):
    return paint(photo, settings, models=PlainModels(), **how)


@pytest.fixture
def small(monkeypatch):
    """Take small photos for large ones."""
    monkeypatch.setattr("pipeline.steps.run.WORKING_PIXELS", 9_000)


@pytest.mark.usefixtures("small")
def test_what_is_shown_and_what_is_written_are_the_same_crop():
    photo = photo_of(300, 400)
    done = painted(photo, CROPPED.changed(size="photo"))
    full = full_size(done)
    assert full.shape == done.photo.pixels.shape
    assert full.shape[0] == full.shape[1] < 300
    shown = cv2.resize(full, done.result.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert done.result.shape < full.shape
    apart = np.abs(shown.astype(int) - to_uint8(done.result)).mean()
    elsewhere = painted(photo, CROPPED.changed(across=0.85)).result  # 10 px from there
    assert apart < 3
    assert np.abs(shown.astype(int) - to_uint8(elsewhere)).mean() > 5 * apart


def test_all_that_is_made_of_a_photo_is_made_of_its_frame():
    done = painted(photo_of(200, 180), Settings.from_flat(paper="square", zoom=1.2))
    assert done.photo.size == (150, 150)
    for picture in (done.original, done.result, done.alpha, done.styled, done.mask, done.parse):
        assert picture.shape[:2] == (150, 150)
    assert all(0 <= v <= 150 for face in done.faces for v in face.box)


def test_by_default_the_painting_has_the_photo_itself():
    photo = photo_of()
    assert painted(photo, PLAIN).photo is photo


def test_a_prompt_points_into_the_frame():
    prompt = Prompt(faces=((100.0, 190.0, 0.5),))
    painted(photo_of(200, 180), PLAIN, prompt=prompt)
    with pytest.raises(PromptError, match="y from 0 to 179"):
        painted(photo_of(200, 180), PLAIN.changed(paper="square"), prompt=prompt)


def test_a_frame_is_made_once_for_all_paintings_of_a_cache():
    cache = Remembering()
    one, other = (
        painted(photo_of(), CROPPED.changed(canvas=canvas), cache=cache) for canvas in (0.0, 1.0)
    )
    assert one.photo is other.photo


def test_the_same_pixels_of_another_file_keep_its_name_its_notes_and_its_alpha():
    cache, pixels = Remembering(), photo_of().pixels
    one = Photo(pixels, np.full(pixels.shape[:2], 99, np.uint8), "anna", ("It was a GIF.",))
    painted(one, CROPPED, cache=cache)
    other = painted(Photo(pixels, name="ben"), CROPPED, cache=cache).photo
    assert (other.alpha, other.name, other.notes) == (None, "ben", ())


def test_too_small_a_frame_is_refused_before_any_network_runs():
    models = PlainModels()
    with pytest.raises(PhotoError, match="zoom"):
        paint(photo_of(60, 60), Settings.from_flat(zoom=4.0), models=models)
    assert models.runs == {}


def test_segmenters_are_compared_on_the_frame():
    made = compare(
        photo_of(200, 180), Settings.from_flat(paper="square"), ["unet"], models=PlainModels()
    )
    assert made.original.shape == made.versions[0].picture.shape == (180, 180, 3)


@pytest.mark.parametrize("painter", ["network", "strokes"])
@pytest.mark.parametrize("asked", ["auto", "photo", "2048"])
def test_a_border_lies_around_the_painting_in_the_size_and_the_shape_asked_for(painter, asked):
    how = PLAIN.changed(paper="3x4", border=5.0, size=asked, painter=painter)
    done = painted(photo_of(240, 320), how)
    result = full_size(done)
    h, w = result.shape[:2]
    assert (h, w) == result_size(done.photo.size, how)
    assert abs(w - 4 / 3 * h) <= 2 * max(1, w / 320)  # two of the photo's px
    assert asked != "2048" or w == 2048
    b = round(0.05 * h)
    rim = np.ones((h, w), bool)
    rim[b:-b, b:-b] = False
    assert (result[rim] == PAPER).all()
    assert np.array_equal(result[b:-b, b:-b], painted_at(done, (h - 2 * b, w - 2 * b)))
    assert (result[b:-b, b:-b][0] != PAPER).any()
    if asked == "photo":
        assert (h - 2 * b, w - 2 * b) == done.photo.size


def test_a_border_around_the_whole_photo_crops_nothing():
    photo = photo_of(200, 180)
    done = painted(photo, PLAIN.changed(border=10.0, size="photo"))
    assert done.photo is photo
    assert full_size(done).shape == (245 - 1, 225 - 1, 3)  # 22 px each


def test_a_border_is_opaque_around_a_transparent_photo():
    photo = Photo(photo_of(200, 180).pixels, alpha=np.full((200, 180), 99, np.uint8))
    done = painted(photo, PLAIN.changed(border=10.0, paper="square"))
    alpha = alpha_of(done, full_size(done).shape)
    assert alpha.shape == full_size(done).shape[:2]
    assert alpha[0, 0] == alpha[-1, -1] == 255
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 99
    assert alpha_of(painted(photo_of(), PLAIN), (200, 180, 3)) is None
