"""Which faces a painting restores, and what it says of the others; networks are plain functions."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ops.tensor import to_float, to_uint8
from pipeline.paint import paint
from pipeline.settings import Settings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.restore.select_faces import NOT_CHOSEN, NOT_LARGEST, SHARP_ALREADY
from pipeline.steps.full_size import full_size
from pipeline.steps.restore import restore
from pipeline.steps.run import Keyed, Run
from pipeline.types import Photo, Prompt, PromptError
from tests.faces import drawn_parts
from tests.stages.restore.test_select_faces import face_in, textured
from tests.test_paint import PlainModels, Remembering, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

FACES = (face_in(110, 110, 150), face_in(300, 110, 100))
SEEN = Detections(
    drawn_parts((220, 400), [(110, 110)], 150, 0) + drawn_parts((220, 400), [(300, 110)], 100, 0),
    FACES,
    (),
)


def pale(h, w, blur=0.0):
    """Return a photo that can be brightened without clipping, which would change its contrast."""
    return to_float(to_uint8(textured(h, w, blur) * np.float32(0.3) + np.float32(0.2)))


BLURRED = pale(220, 400, 3)


def restored(photo=BLURRED, overrides=(), detections=SEEN, **flags):
    models, settings = PlainModels(restorer=True), Settings.from_flat(fidelity=0.0, **flags)
    run = Run(Photo(to_uint8(photo)), settings, models, Prompt(faces=overrides))
    made = restore(run, Keyed(detections, "seen")).value
    return made, run, models.runs.get("restorer", 0)


def half_sharp():
    photo = BLURRED.copy()
    photo[:, :210] = pale(220, 210)
    return photo


def changed(made):
    """Say which of the two faces changed."""
    return tuple(bool(np.abs(made.picture - BLURRED)[110, x].max() > 0.05) for x in (110, 300))


def test_all_faces_the_largest_or_those_that_are_pointed_at():
    assert changed(restored()[0]) == (True, True)
    assert changed(restored(restored_faces="largest")[0]) == (True, False)
    made, _, runs = restored(restored_faces="chosen", overrides=((300.0, 100.0, 1.0),))
    assert changed(made) == (False, True)
    assert [plan.why for plan in made.plans] == [NOT_CHOSEN, ""]
    assert runs == 1
    assert [plan.why for plan in restored(restored_faces="largest")[0].plans] == ["", NOT_LARGEST]


def test_no_restorer_is_loaded_where_every_face_is_sharp_and_it_is_said():
    made, run, runs = restored(pale(220, 400))
    assert (made.picture, runs, run.used) == (None, 0, [])
    assert (
        run.skipped["restore"] == "2 of 2 faces are left alone: sharp already (2). "
        "To restore such a face all the same, point at it."
    )
    assert [plan.why for plan in made.plans] == [SHARP_ALREADY] * 2


def test_a_sharp_face_beside_a_blurred_one_stays_exact_and_nobody_is_bothered():
    photo = half_sharp()
    made, run, runs = restored(photo)
    assert np.array_equal(made.picture[:, :190], photo[:, :190])
    assert runs == 1
    assert "restore" not in run.skipped
    assert not any("left alone" in hint for hint in run.hints)


def test_little_seen_is_said_to_be_low_confidence():
    _, run, _ = restored(pale(220, 400, 14))
    assert any(
        hint.startswith("Low confidence in faces 1, 2 of 2, the largest first:")
        for hint in run.hints
    )
    made, run, _ = restored(overrides=((300.0, 110.0, 0.0),))
    assert not any("Low confidence" in hint for hint in run.hints)
    assert not made.plans[0].low_confidence


def test_a_point_beside_all_faces_is_mentioned():
    _, run, _ = restored(overrides=((5.0, 215.0, 1.0), (300.0, 110.0, 1.0)))
    assert run.hints[0] == "At 1 of the 2 points where a face was pointed at there is none."


def test_the_painting_carries_what_was_done_with_each_face():
    painting = paint(
        photo_of(), Settings.from_flat(restoration=0.3), models=PlainModels(restorer=True)
    )
    assert [plan.weight for plan in painting.plans] == [0.3]
    assert painting.share is not None
    assert painting.share.max() == pytest.approx(0.3, abs=1e-3)


def test_pointing_at_a_face_changes_its_restoration_and_not_what_is_kept_otherwise():
    photo, cache = photo_of(), Remembering()
    models = PlainModels(restorer=True)
    x, y = np.mean(
        np.concatenate(
            [paint(photo, models=models).faces[0].eyes, paint(photo, models=models).faces[0].mouth]
        ),
        0,
    )
    settings = Settings.from_flat(fidelity=0.0, restoration=0.2)
    results = {}
    for weight in (None, 1.0, 0.0):
        prompt = Prompt(faces=((float(x), float(y), weight),))
        kept, fresh = (
            paint(photo, settings, models=models, prompt=prompt, cache=c) for c in (cache, None)
        )
        assert np.array_equal(kept.result, fresh.result)
        results[weight] = kept
    plain = paint(photo, settings, models=models, cache=cache)
    assert np.array_equal(results[None].result, plain.result)
    assert results[1.0].restored.mean() > plain.restored.mean() + 0.001
    assert results[0.0].restored is None
    assert results[0.0].skipped["restore"] == "The face is left alone: restoration 0."


def test_an_override_without_any_face_changes_nothing_and_fails_not():
    painting = paint(
        photo_of(),
        models=PlainModels(face=False, restorer=True),
        prompt=Prompt(faces=((5, 5, 1.0),)),
    )
    assert painting.mask is None
    assert painting.hints[0] == "No face was found, so the whole picture is painted."


@pytest.mark.parametrize(
    ("override", "said"),
    [((500.0, 5.0, 1.0), "x from 0 to 179"), ((5.0, 5.0, 1.2), "a number from 0 to 1, not 1.2")],
)
def test_an_override_outside_the_photo_or_no_weight_is_refused(override, said):
    with pytest.raises(PromptError, match=said):
        paint(photo_of(), models=PlainModels(), prompt=Prompt(faces=(override,)))


def test_faces_are_pointed_at_in_the_photos_own_px():
    prompt = Prompt(faces=((9.5, 19.5, 0.4),)).resized((100, 200), (50, 100))
    assert prompt.faces == ((4.5, 9.5, 0.4),)


def test_the_photos_detail_returns_to_a_large_face_as_far_as_it_is_the_photos():
    """A face that is left alone gets back all detail that the working size lost.

    A restored face gets back only the photo's part of it.
    """
    photo = photo_of(1700, 1500)
    grain = np.random.default_rng(1).integers(-20, 20, (1700, 1500, 1))
    grainy = Photo((photo.pixels.astype(int) + grain).clip(0, 255).astype(np.uint8))
    flags = {"paint": False, "restored_faces": "chosen"}
    detail = {}
    for weight, fidelity in ((0.0, 0.5), (1.0, 0.5), (1.0, 0.8)):
        painting = paint(
            grainy,
            Settings.from_flat(fidelity=fidelity, **flags),
            models=PlainModels(),
            prompt=Prompt(),
        )
        painting = replace(
            painting,
            share=np.full(painting.result.shape[:2], weight * min(1, 2 - 2 * fidelity), np.float32),
        )
        full = full_size(painting).astype(int)
        detail[weight, fidelity] = float(np.abs(np.diff(full, axis=1)).mean())
    assert detail[1, 0.5] < detail[1, 0.8] < detail[0, 0.5]
