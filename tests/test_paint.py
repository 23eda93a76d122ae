"""Compose networks that are plain functions: what runs, what is skipped, what is kept."""

from dataclasses import dataclass, field
from pkgutil import resolve_name
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.parse import INNER_MIDDLE, INNER_SCALE, INNER_SIDE
from pipeline.stages.proportions import TABLE
from pipeline.steps.detect import parse
from pipeline.steps.full_size import full_size
from pipeline.types import Cancelled, Photo, WeightUse
from pipeline.weights.resolve import WeightError
from tests.coloring import all_of
from tests.faces import blind, doubting, drawn_parts, for_each

pytestmark = pytest.mark.usefixtures("small_strokes")

NETWORK = Settings.from_flat(painter="network")


@dataclass
class PlainModels:
    """Hold networks by role and count how often each runs.

    The parser sees one face wherever it looks, or none.
    """

    face: bool = True
    restorer: bool = False
    runs: dict[str, int] = field(default_factory=dict)

    def load(self, role, policy):
        if role == "restorer" and not self.restorer:
            raise WeightError("The restorer is not here.")

        def run(batch):
            self.runs[role] = self.runs.get(role, 0) + 1
            return getattr(self, role if role != "restorer" else "brighter")(batch)

        return SimpleNamespace(
            run=run,
            use=WeightUse(role, "0" * 64),
            entry=SimpleNamespace(stroke_px=1.0, seeded=False),
        )

    @staticmethod
    def painter(batch):
        return -batch

    @staticmethod
    def finder(batch):
        return blind(batch)

    @staticmethod
    def verifier(batch):
        return doubting(batch)

    @staticmethod
    def colorizer(batch):
        """Guess that nothing has any color."""
        return all_of(np.zeros(2), batch)

    @staticmethod
    def descriptor(batch):
        return batch.mean((2, 3))

    @staticmethod
    def landmarks(batch):
        """Point at the mean face where a crop's template has it."""
        side = batch.shape[3]
        with np.load(TABLE) as table:
            plain = table["mean"] * 0.26 * side + (side / 2 - 0.5, 0.4 * side)
        return np.repeat(np.concatenate([plain, np.ones((68, 1))], 1)[None], len(batch), 0)

    @staticmethod
    def brighter(batch):
        return np.clip(batch + 0.5, -1, 1)

    def parser(self, batch):
        h, w = batch.shape[2:]
        # An aligned crop shows the face where the template puts it, slightly above a square's
        # middle.
        centers = [(w / 2, h * 0.5)] if self.face else []
        return for_each(batch, drawn_parts((h, w), centers, h * 0.6, 0))

    def gray_parser(self, batch):
        return self.parser(batch)

    def close_parser(self, batch):
        h, w = batch.shape[2:]
        if (h, w) != (INNER_SIDE, INNER_SIDE):
            return self.parser(batch)
        middle = (w / 2, h / 2 + (256 - INNER_MIDDLE) / 512 * INNER_SCALE * h)
        return for_each(
            batch, drawn_parts((h, w), [middle] if self.face else [], h * 0.6 * INNER_SCALE, 0)
        )


def described_again(runs):
    """Only the new result's face is described again: the likeness is told of every result."""
    return runs | {"descriptor": runs["descriptor"] + 1}


def photo_of(h=200, w=180):
    """Return a blurred photo, in skin's colors on average: a sharp face is not restored."""
    noise = cv2.GaussianBlur(np.random.default_rng(0).random((h, w, 3), np.float32), (0, 0), 3)
    return Photo(((noise - 0.5) * 8 * 255 + (165, 127, 115)).clip(0, 255).astype(np.uint8))


class Remembering:
    def __init__(self):
        self.values = {}

    def get(self, key, make):
        if key not in self.values:
            self.values[key] = make()
        return self.values[key]


def test_the_face_is_kept_and_the_rest_is_painted():
    painting = paint(photo_of(), Settings.from_flat(feather=0.0), models=PlainModels())
    assert len(painting.faces) == 1
    assert painting.mask is not None
    outside = painting.mask == 0
    assert np.abs(painting.result - painting.styled)[outside].max() < 1e-6
    inside = painting.mask > 0.99
    kept, painted = (
        np.abs(p - painting.original)[inside].mean() for p in (painting.result, painting.styled)
    )
    assert kept < painted


def test_without_a_face_the_painting_stands_alone_and_a_hint_says_so():
    painting = paint(photo_of(), models=PlainModels(face=False))
    assert painting.faces == ()
    assert np.array_equal(painting.result, painting.styled)
    assert "No face" in painting.hints[0]
    assert {"restore", "segment", "blend"} <= painting.skipped.keys()


@pytest.mark.parametrize(("width", "said"), [(90, True), (128, False)])
def test_a_photo_of_few_pixels_is_told(width, said):
    hints = paint(photo_of(60, width), NETWORK, models=PlainModels()).hints
    assert any("only 90 x 60 pixels" in hint for hint in hints) == said


def test_missing_restoration_weights_are_said_not_hidden():
    painting = paint(photo_of(), NETWORK, models=PlainModels())
    assert painting.restored is None
    assert "not here" in painting.skipped["restore"]
    assert [w.name for w in painting.weights] == [
        "parser",
        "close_parser",
        "finder",
        "verifier",
        "painter",
    ]


def test_asking_for_full_weights_that_are_missing_is_an_error():
    with pytest.raises(WeightError):
        paint(photo_of(), Settings(weights="full"), models=PlainModels())


def test_restoration_runs_where_its_weights_are_and_its_faces_are_parsed_again():
    plain, restored = PlainModels(), PlainModels(restorer=True)
    paint(photo_of(), NETWORK, models=plain)
    painting = paint(photo_of(), NETWORK.changed(fidelity=0.0), models=restored)
    assert painting.restored is not None
    assert painting.restored.mean() > painting.original.mean()
    assert "restore" not in painting.skipped
    assert restored.runs["parser"] == plain.runs["parser"]
    assert (
        restored.runs["close_parser"] == plain.runs["close_parser"] + 2
    )  # the face; its brows, eyes and mouth


@pytest.mark.parametrize(
    ("flags", "stage"),
    [({"paint": False}, "paint"), ({"restore": False}, "restore"), ({"keep_face": False}, "blend"),
     ({"restoration": 0.0}, "restore"), ({"fidelity": 1.0}, "restore"),
     ({"restored_faces": "chosen"}, "restore")],
)  # fmt: skip
def test_a_stage_that_is_off_says_so(flags, stage):
    painting = paint(photo_of(), NETWORK.changed(**flags), models=PlainModels(restorer=True))
    assert painting.skipped[stage]


@pytest.mark.parametrize("flags", [{"keep_face": False}, {"face_strength": 0.0}])
def test_keeping_nothing_gives_the_plain_painting(flags):
    painting = paint(photo_of(), NETWORK.changed(**flags), models=PlainModels())
    assert np.array_equal(painting.result, painting.styled)


def test_neither_painted_nor_restored_is_the_photo():
    painting = paint(
        photo_of(), Settings.from_flat(paint=False, restore=False), models=PlainModels()
    )
    assert np.array_equal(full_size(painting), painting.photo.pixels)


def test_blending_anew_runs_no_network():
    models, cache = PlainModels(), Remembering()
    first = paint(photo_of(), models=models, cache=cache)
    runs = dict(models.runs)
    second = paint(
        photo_of(),
        Settings.from_flat(face_strength=0.2, feather=0.2, harmony=0.1),
        models=models,
        cache=cache,
    )
    assert models.runs == described_again(runs)
    assert not np.array_equal(first.result, second.result)


@pytest.mark.parametrize(
    "flags",
    [{"brush": 3.0}, {"keep": "hair"}, {"restoration": 1.0}, {"restore": False}, {"feather": 0.3},
     {"fidelity": 0.1}, {"restored_faces": "chosen"}],
)  # fmt: skip
def test_a_kept_stage_is_never_a_stale_one(flags):
    cache, settings = Remembering(), NETWORK.changed(**flags)
    paint(photo_of(), NETWORK, models=PlainModels(restorer=True), cache=cache)
    kept = paint(photo_of(), settings, models=PlainModels(restorer=True), cache=cache)
    fresh = paint(photo_of(), settings, models=PlainModels(restorer=True))
    assert np.array_equal(kept.result, fresh.result)


def test_the_same_photo_and_settings_give_the_same_bytes():
    first, second = (full_size(paint(photo_of(), models=PlainModels())) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_progress_is_told_in_order_and_can_stop_the_run():
    told, stages_in_order = [], ["parse", "paint", "restore", "segment", "blend"]
    paint(photo_of(), models=PlainModels(restorer=True), report=told.append)
    stages = [p.stage for p in told]
    assert list(dict.fromkeys(stages)) == stages_in_order
    assert stages == sorted(stages, key=stages_in_order.index)
    assert [p.done for p in told] == sorted(p.done for p in told)

    def stop(progress):
        if progress.stage == "paint":
            raise Cancelled

    models = PlainModels()
    with pytest.raises(Cancelled):
        paint(photo_of(), NETWORK, models=models, report=stop)
    assert "painter" not in models.runs


@pytest.mark.parametrize("size", [(1801, 1501), (2600, 900)])
def test_a_large_photo_keeps_its_exact_size_and_its_points_their_place(size):
    photo = photo_of(*size)
    painting = paint(photo, NETWORK, models=PlainModels())
    assert painting.original.shape[0] * painting.original.shape[1] <= 2_000_000
    assert full_size(painting).shape == photo.pixels.shape
    assert painting.faces[0].box[3] > painting.original.shape[0] * 0.6


def test_classes_come_at_the_photos_size():
    labels = parse(photo_of(301, 203), models=PlainModels())
    assert labels.shape == (301, 203)
    assert labels.dtype == np.uint8
    # An edge moves onto the photo's own: what then lies outside of what is drawn is the person's.
    assert set(np.unique(labels)) - {1} == {0, 2, 3, 4, 5, 6, 7}


def test_the_whole_look_segments_without_looking_closer_again():
    models = PlainModels(restorer=True)
    painting = paint(photo_of(), NETWORK.changed(segmenter="unet_whole"), models=models)
    closer = PlainModels(restorer=True)
    paint(photo_of(), NETWORK, models=closer)
    assert painting.mask is not None
    assert models.runs["close_parser"] < closer.runs["close_parser"]


def test_keeping_more_runs_no_network_again_but_the_brush_that_touches_it():
    models, cache = PlainModels(restorer=True), Remembering()
    paint(photo_of(), NETWORK, models=models, cache=cache)
    runs = dict(models.runs)
    paint(photo_of(), NETWORK.changed(keep="person"), models=models, cache=cache)
    assert models.runs == described_again(runs) | {"painter": runs["painter"] + 1}


@pytest.mark.parametrize(
    "flag", ["strength", "palette", "canvas", "painterly", "harmony", "face_strength"]
)
def test_a_slider_of_the_blend_or_the_palette_runs_no_network_again(flag):
    models, cache = PlainModels(restorer=True), Remembering()
    usual = NETWORK if flag == "canvas" else Settings()  # strokes show it in large pictures only
    one = paint(photo_of(), usual, models=models, cache=cache)
    runs = dict(models.runs)
    other = paint(photo_of(), usual.changed(**{flag: 0.3}), models=models, cache=cache)
    assert models.runs == described_again(runs)
    assert not np.array_equal(one.result, other.result)


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("blend.soften", ({"strength": 0.5}, {"palette": 0.5}, {"face_strength": 0.5})),
        ("stylize.palette_shift", ({"palette": 0.5}, {"palette": 0.2, "canvas": 2.0})),
    ],
)  # fmt: skip
def test_what_a_slider_leaves_as_it_is_is_measured_once(monkeypatch, name, flags):
    calls, measure = [], resolve_name(f"pipeline.steps.{name}")

    def counted(*args, **how):
        calls.append(name)
        return measure(*args, **how)

    monkeypatch.setattr(f"pipeline.steps.{name}", counted)
    models, cache = PlainModels(), Remembering()
    for each in flags:
        paint(photo_of(), NETWORK.changed(**each), models=models, cache=cache)
    assert calls == [name]


def test_a_face_that_is_not_painterly_asks_nothing_of_the_painter():
    models = PlainModels()
    paint(photo_of(), NETWORK.changed(painterly=0.0), models=models)
    assert models.runs["painter"] == 1


def test_proportions_of_zero_ask_nothing_and_change_nothing():
    plain = paint(photo_of(), NETWORK, models=PlainModels())
    models = PlainModels()
    zero = NETWORK.changed(proportions=0.0, proportions_of="large_eyes")
    same = paint(photo_of(), zero, models=models)
    assert "landmarks" not in models.runs
    assert np.array_equal(same.result, plain.result)
    assert np.array_equal(same.photo.pixels, plain.photo.pixels)
    assert same.own is None


def test_what_follows_sees_the_photo_with_other_proportions_and_detection_runs_once():
    models, cache = PlainModels(), Remembering()
    plain = paint(photo_of(), NETWORK, models=models, cache=cache)
    runs = dict(models.runs)
    how = NETWORK.changed(proportions=1.0)
    bent = paint(photo_of(), how, models=models, cache=cache)
    looked = ("parser", "close_parser", "finder", "verifier")
    assert {each: models.runs.get(each) for each in looked} == {
        each: runs.get(each) for each in looked
    }
    assert np.array_equal(bent.own, plain.original)
    assert not np.array_equal(bent.photo.pixels, plain.photo.pixels)
    assert np.array_equal(bent.photo.pixels[0], plain.photo.pixels[0])
    assert not np.array_equal(bent.mask, plain.mask)
    assert bent.faces[0].box != plain.faces[0].box
    pointed = models.runs["landmarks"]
    paint(photo_of(), how.changed(proportions=0.5), models=models, cache=cache)
    assert models.runs["landmarks"] == pointed
