"""A painting's file: everything is loaded as saved; other files are refused and run no code."""

import dataclasses
import io
import pickle
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from pipeline.io.painting_files import KINDS, load_painting, save_painting
from pipeline.settings import Settings
from pipeline.types import (
    Face,
    Painted,
    Painting,
    Photo,
    Prompt,
    RestorationPlan,
    Scene,
    Style,
    WeightUse,
    drawing_of,
)
from tests.strokes import some_strokes

RNG = np.random.default_rng(0)
SIZE = (12, 17)


def picture():
    return RNG.random((*SIZE, 3), np.float32)


def mask():
    return RNG.random(SIZE, np.float32)


def pixels():
    return RNG.integers(0, 256, (*SIZE, 3), np.uint8)


def full():
    """Return a painting in which nothing is None, empty or as by default."""
    points = RNG.random((2, 2), np.float32)
    marks = (np.arange(SIZE[0] * SIZE[1]) % 3).reshape(SIZE).astype(np.uint8)
    override = Prompt(
        points=((3.0, 4.5, True), (5.0, 6.0, False)), box=(1.0, 2.0, 9.0, 8.0),
        drawn=drawing_of(marks), faces=((3.0, 4.0, None), (5.0, 6.0, 0.25)),
        styles=(Style(pixels(), 0.75, pixels()[..., 0]),), kept=((5.0, 6.0, False),),
        mended=drawing_of(marks),
    )  # fmt: skip
    return Painting(
        photo=Photo(pixels(), pixels()[..., 0], "Jürgen", ("Turned upright.", "Cut."), True),
        settings=Settings.from_flat(
            painter="portrait-aware", style_px=640, brush=2.5, restore=False
        ),
        original=picture(), result=picture(), alpha=mask(), styled=picture(), restored=picture(),
        parse=pixels()[..., 0] % 9, mask=mask(),
        faces=(Face((1.0, 2.0, 3.0, np.float32(4)), points, points + 1, 0.9),),
        seconds={"paint": 0.5}, weights=(WeightUse("painter", "ab" * 32, True),),
        skipped={"restore": "why"}, hints=("A hint.",), prompt=override, share=mask(),
        painted=Painted(Scene(picture(), pixels(), mask()), True, some_strokes(2)),
        plans=(RestorationPlan(0.5, "sharp", 2.0, True), RestorationPlan(0.0)),
        likeness=(0.9, None),
        own=picture(), upright=90,
    )  # fmt: skip


def bare():
    return Painting(
        photo=Photo(pixels()), settings=Settings(), original=picture(), result=picture(),
        alpha=mask(), styled=None, restored=None, parse=None, mask=None, faces=(),
    )  # fmt: skip


def written(painting):
    file = io.BytesIO()
    save_painting(painting, file)
    return file.getvalue()


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif type(one).__name__ in KINDS:
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_same(*pair)
    else:
        assert one == other


@pytest.mark.parametrize("make", [full, bare])
def test_a_painting_comes_back_as_it_was(make):
    painting = make()
    found = load_painting(io.BytesIO(written(painting)))
    if make is full:  # a box's corner is a number of numpy's there
        (face,) = painting.faces
        face = dataclasses.replace(face, box=tuple(map(float, face.box)))
        painting = dataclasses.replace(painting, faces=(face,))
    assert_same(found, painting)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_field_is_forgotten(kind):
    """A field that is added later is to be set in `full`, too, and so goes through the file."""

    def held(value):
        if isinstance(value, kind):
            yield value
        if isinstance(value, tuple):
            for part in value:
                yield from held(part)
        elif type(value).__name__ in KINDS:
            yield from held(tuple(vars(value)[field.name] for field in dataclasses.fields(value)))

    one = next(held(full()))
    for field in dataclasses.fields(kind):
        value, unset = getattr(one, field.name), (None, (), {}, field.default)
        assert isinstance(value, np.ndarray) or value not in unset, field.name


def test_a_value_that_has_no_place_is_not_forgotten_silently():
    with pytest.raises(TypeError, match="no place for set"):
        written(dataclasses.replace(bare(), seconds={"paint": {1, 2}}))


class Evil:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return type(self.trace).touch, (self.trace,)


def test_a_pickle_is_refused_and_does_not_run(tmp_path):
    trace, file = tmp_path / "it ran", io.BytesIO()
    np.savez(file, json=np.array([Evil(trace)], object))
    for bad in (file.getvalue(), pickle.dumps(Evil(trace)), pickle.dumps(bare())):
        with pytest.raises(ValueError, match="A painting was wanted"):
            load_painting(io.BytesIO(bad))
    assert not trace.exists()


FOREIGN = ["", "[]", "{}", "3", '{"Painting": {}}', '{"os": {}}', '{"array": "7"}']


@pytest.mark.parametrize("text", FOREIGN)
def test_an_archive_of_something_else_is_refused(text):
    file = io.BytesIO()
    np.savez(file, json=np.frombuffer(text.encode(), np.uint8))
    with pytest.raises(ValueError, match="A painting was wanted"):
        load_painting(io.BytesIO(file.getvalue()))


def test_a_file_of_before_a_field_was_added_is_refused():
    with zipfile.ZipFile(io.BytesIO(written(bare()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = bytes(np.load(io.BytesIO(parts.pop("json.npy")))).replace(b'"hints"', b'"tints"')
    file = io.BytesIO()
    arrays = {name[:-4]: np.load(io.BytesIO(part)) for name, part in parts.items()}
    np.savez(file, json=np.frombuffer(text, np.uint8), **arrays)
    with pytest.raises(ValueError, match="Painting lacks hints"):
        load_painting(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_damage_is_noticed_or_does_no_harm(place):
    data = bytearray(written(bare()))
    at = len(data) * place // 100
    with pytest.raises(ValueError, match="A painting was wanted"):
        load_painting(io.BytesIO(bytes(data[:at])))
    data[at] ^= 0xFF
    with suppress(ValueError):  # a byte that no checksum covers changes nothing
        assert load_painting(io.BytesIO(bytes(data))).photo.name == "photo"
