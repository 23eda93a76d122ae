"""No cached value is ever stale: over every setting, every part of a prompt, and styles."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pipeline import variants
from pipeline.compare import compare
from pipeline.io.style_images import style_of
from pipeline.nets.vgg import Perceptual
from pipeline.paint import paint
from pipeline.runtime.models import LoadedFeatures
from pipeline.settings import Settings, options
from pipeline.steps.full_size import full_size
from pipeline.steps.run import RunCache
from pipeline.types import ADDED, Photo, Prompt, WeightUse, drawing_of
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import WeightError
from tests.strokes import small
from tests.test_paint import PlainModels, photo_of

NETWORK = {"painter": "network"}
LIKE = {"painter": "portrait-aware", "style_px": 128, "iterations": 1}
PAINTERS = {"strokes": {}, "network": NETWORK, "portrait-aware": LIKE}
# What has no other value to try: these painters' own settings are tried under both painters.
SAME = {"painter"}
LARGE = {"4096", "8192"}  # px: as 2048, but half a minute each


PHOTO = photo_of(120, 108)
RNG = np.random.default_rng(0)
NIGHT, MEADOW = (style_of(Photo(RNG.integers(0, 255, (40, 50, 3), np.uint8))) for _ in range(2))
HALF = np.zeros(NIGHT.pixels.shape[:2], np.uint8)
HALF[:, : HALF.shape[1] // 2] = 255
MARKS = np.zeros(PHOTO.size, np.uint8)
MARKS[50:80, 40:70] = ADDED
STROKE = drawing_of(MARKS)
A, B = Prompt(styles=(NIGHT,)), Prompt(styles=(MEADOW,))


class StandIns(PlainModels):
    """Plain networks; what each makes depends on its name, so that a stale one shows."""

    def named(self, name, policy):
        entry, tint = CATALOG[name], np.float32(len(name) / 100)
        if entry.role == "detector":
            raise WeightError(f"{name} has no stand-in.")

        def run(batch):
            if entry.role == "promptable":
                return np.ones((1, 256, 64, 64), np.float32)
            if entry.role == "person":
                return np.ones((1, 1, *batch.shape[2:]), np.float32) - tint
            return tint - batch

        def prompt(embedding, points, kinds, mask, given):
            logits = np.full((1, 4, 256, 256), -5, np.float32)
            radius = len(name)
            for x, y in points[0] / 1024 * 256:
                rows, columns = (slice(max(0, int(v) - radius), int(v) + radius) for v in (y, x))
                logits[..., rows, columns] = 5
            return logits, np.ones((1, 4), np.float32)

        use, entry_px = (
            WeightUse(name, "1" * 64),
            SimpleNamespace(name=name, stroke_px=1.0, seeded=False, side=1024),
        )
        return SimpleNamespace(run=run, use=use, entry=entry_px, prompt=prompt)

    def features(self, policy):
        torch.manual_seed(0)
        network = Perceptual((4, 5, 6, 7, 7)).requires_grad_(False)
        return LoadedFeatures(network, WeightUse("features", "2" * 64), "cpu")


@pytest.fixture(scope="module", autouse=True)
def small_strokes():
    with small(96, 240):  # what is stale is so at any size, and two are painted for each setting
        yield


@pytest.fixture(scope="module")
def models():
    return StandIns(restorer=True)


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


def others(option, painter):
    """Yield values of an option that are not its default: one, where it is another painter's own.

    All that a painter does not look at are to it the same change.
    """
    if option.choices:
        wanted = [each for each in option.choices if each not in {option.default, *LARGE}]
        yield from wanted if means_something(option.flag, painter) else wanted[:1]
    elif option.kind is bool:
        yield not option.default
    else:
        middle = (option.low + option.high) / 2
        value = middle if middle != option.default else option.low
        yield option.kind(value)


def means_something(flag, painter):
    every = {own for each in variants.PAINTERS.values() for own in each.own}
    return flag in variants.PAINTERS[painter].own or flag not in every


def cases():
    for option in options():
        for painter, flags in PAINTERS.items():
            for value in others(option, painter):
                if option.flag not in flags and option.flag not in SAME:
                    yield pytest.param(
                        painter, option.flag, value, id=f"{painter}-{option.flag}-{value}"
                    )


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


@pytest.mark.parametrize(("painter", "flag", "value"), list(cases()))
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
        {"points": ((12.0, 100.0, True),)},
        {"points": ((12.0, 100.0, True), (54.0, 60.0, False))},
        {"box": (10.0, 10.0, 100.0, 110.0)},
        {"drawn": STROKE},
        {"faces": ((54.0, 60.0, 1.0),)},
    ],
    ids=["click", "clicks", "box", "drawing", "face"],
)
def test_a_prompt_shows_no_stale_stage(models, kept, painter, said):
    cache, _ = kept[painter]
    assert_same(*both(models, cache, settings_of(PAINTERS[painter]), replace(A, **said)))


def test_another_photo_shows_no_stale_stage(models, kept):
    cache, _ = kept["strokes"]
    photo = Photo(PHOTO.pixels[::-1].copy())
    again = paint(photo, settings_of({}), models=models, prompt=A, cache=copied(cache))
    assert_same(again, paint(photo, settings_of({}), models=models, prompt=A))


@pytest.mark.parametrize(
    "flags",
    [
        {"strength": 0.4},
        {"harmony": 0.1},
        {**NETWORK, "network_mood": "mist"},
        {"keep": "person"},
        LIKE,
    ],
)
def test_a_comparison_shows_no_stale_version(models, flags):
    cache = RunCache()
    compare(PHOTO, settings_of({}), ("unet",), models=models, styles=A.styles, cache=cache)
    after = compare(
        PHOTO, settings_of(flags), ("unet",), models=models, styles=B.styles, cache=cache
    )
    fresh = compare(PHOTO, settings_of(flags), ("unet",), models=models, styles=B.styles)
    np.testing.assert_array_equal(after.versions[0].picture, fresh.versions[0].picture)
    np.testing.assert_array_equal(after.direct, fresh.direct)
