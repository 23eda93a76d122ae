"""What is kept from another run is never stale: over every setting, every part of a prompt, and styles."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.compare import compare
from pipeline.io import read_photo
from pipeline.paint import paint
from pipeline.runtime import Models
from pipeline.settings import Settings, options
from pipeline.steps.full_size import full_size
from pipeline.steps.run import RunCache
from pipeline.styles import style_of
from pipeline.types import ADDED, Photo, Prompt, drawing_of
from pipeline.weights import WeightError

EXAMPLES = Path(__file__).parents[2] / "examples"
LIKE = {"painter": "portrait-aware", "style_px": 128, "iterations": 3}
PAINTERS = {"monet": {}, "portrait-aware": LIKE}
# What has no other value to try: these painters' own settings are tried under both painters.
SAME = {"painter"}


def shrunk(name, long_px=192):
    pixels = read_photo(EXAMPLES / name).pixels
    k = long_px / max(pixels.shape[:2])
    return Photo(cv2.resize(pixels, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))


PHOTO = shrunk("portrait.jpg")
NIGHT, MEADOW = (style_of(shrunk(f"styles/{name}.jpg")) for name in ("night", "meadow"))
HALF = np.zeros(NIGHT.pixels.shape[:2], np.uint8)
HALF[:, : HALF.shape[1] // 2] = 255
MARKS = np.zeros(PHOTO.size, np.uint8)
MARKS[50:80, 40:70] = ADDED
STROKE = drawing_of(MARKS)
A, B = Prompt(styles=(NIGHT,)), Prompt(styles=(MEADOW,))


@pytest.fixture(scope="module")
def models():
    return Models(here=frozenset())


@pytest.fixture(scope="module")
def kept(models):
    """Return what a run under each painter keeps, and its result."""
    found = {}
    for name, flags in PAINTERS.items():
        cache = RunCache()
        painting = paint(PHOTO, settings_of(flags), models=models, prompt=A, cache=cache)
        found[name] = cache, painting.result
    return found


def settings_of(flags):
    return Settings.from_flat(**{"restored_faces": "all", **flags})


def others(option):
    """Yield values of an option that are not its default."""
    if option.choices:
        yield from (choice for choice in option.choices if choice != option.default)
    elif option.kind is bool:
        yield not option.default
    else:
        middle = (option.low + option.high) / 2
        value = middle if middle != option.default else option.low
        yield option.kind(value)


def cases():
    for option in options():
        for painter, flags in PAINTERS.items():
            for value in others(option):
                if option.flag not in flags and option.flag not in SAME:
                    yield pytest.param(painter, option.flag, value, id=f"{painter}-{option.flag}-{value}")


def copied(cache):
    """Return a cache that holds the same, so that one test does not fill another's."""
    copy = RunCache()
    copy._values = dict(cache._values)
    return copy


def both(models, cache, settings, prompt):
    """Return the painting made with what is kept, and without."""
    try:
        fresh = paint(PHOTO, settings, models=models, prompt=prompt)
    except WeightError as missing:
        pytest.skip(str(missing))
    return paint(PHOTO, settings, models=models, prompt=prompt, cache=copied(cache)), fresh


def assert_same(one, other):
    np.testing.assert_array_equal(one.result, other.result)
    np.testing.assert_array_equal(full_size(one), full_size(other))
    np.testing.assert_array_equal(one.parse, other.parse)
    assert [use.name for use in one.weights] == [use.name for use in other.weights]


@pytest.mark.parametrize(("painter", "flag", "value"), cases())
def test_no_setting_shows_a_stale_stage(models, kept, painter, flag, value):
    cache, _ = kept[painter]
    settings = settings_of({**PAINTERS[painter], flag: value})
    assert_same(*both(models, cache, settings, A))


@pytest.mark.parametrize(
    "prompt",
    [
        B,
        Prompt(styles=(NIGHT, MEADOW)),
        Prompt(styles=(replace(NIGHT, share=0.5), MEADOW)),
        Prompt(styles=(replace(NIGHT, mask=HALF),)),
    ],
    ids=["another", "two", "shares", "mask"],
)
def test_another_style_picture_shows_no_stale_stage(models, kept, prompt):
    cache, before = kept["portrait-aware"]
    again, fresh = both(models, cache, settings_of(LIKE), prompt)
    assert_same(again, fresh)
    assert np.abs(again.result - before).max() > 0.01


@pytest.mark.parametrize("painter", PAINTERS)
@pytest.mark.parametrize(
    "said",
    [
        {"points": ((20.0, 150.0, True),)},
        {"points": ((20.0, 150.0, True), (90.0, 60.0, False))},
        {"box": (10.0, 10.0, 100.0, 120.0)},
        {"drawn": STROKE},
        {"faces": ((90.0, 70.0, 1.0),)},
    ],
    ids=["click", "clicks", "box", "drawing", "face"],
)
def test_a_prompt_shows_no_stale_stage(models, kept, painter, said):
    cache, _ = kept[painter]
    assert_same(*both(models, cache, settings_of(PAINTERS[painter]), replace(A, **said)))


def test_another_photo_shows_no_stale_stage(models, kept):
    cache, _ = kept["monet"]
    photo = Photo(PHOTO.pixels[::-1].copy())
    again = paint(photo, settings_of({}), models=models, prompt=A, cache=copied(cache))
    assert_same(again, paint(photo, settings_of({}), models=models, prompt=A))


@pytest.mark.parametrize("flags", [{"strength": 0.4}, {"harmony": 0.1}, {"mood": "mist"}, LIKE])
def test_a_comparison_shows_no_stale_version(models, flags):
    cache = RunCache()
    compare(PHOTO, settings_of({}), ("unet",), models=models, styles=A.styles, cache=cache)
    after = compare(PHOTO, settings_of(flags), ("unet",), models=models, styles=B.styles, cache=cache)
    fresh = compare(PHOTO, settings_of(flags), ("unet",), models=models, styles=B.styles)
    np.testing.assert_array_equal(after.versions[0].picture, fresh.versions[0].picture)
    np.testing.assert_array_equal(after.direct, fresh.direct)
