"""Each stage by its laws, with networks that are plain functions."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.blend import set_in, soften
from pipeline.stages.detect.candidates import face_candidates
from pipeline.stages.detect.from_parsing import detect_faces
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.detect.verify import VERIFY_PX
from pipeline.stages.parse import (
    INNER_MIDDLE,
    INNER_SCALE,
    INNER_SIDE,
    INNER_WEIGHT,
    FaceParse,
    Parser,
    Part,
    merged,
    merged_nine,
    nine_classes,
    parse_face,
    parse_photo,
)  # fmt: skip
from pipeline.stages.restore.restore import restore
from pipeline.stages.segment.region import segment
from pipeline.stages.stylize.generator import stylize
from pipeline.types import Face, RestorationPlan
from tests.blending import blend
from tests.faces import blind, doubting, drawn_parts, for_each

RNG = np.random.default_rng(0)
FACE = Face(
    (30, 30, 90, 110), np.float32([[48, 60], [72, 60]]), np.float32([[50, 90], [70, 90]]), 0.9
)


def photo_of(h=128, w=120):
    return cv2.GaussianBlur(RNG.random((h, w, 3), np.float32), (0, 0), 2)


def same(batch):
    return batch


@settings(max_examples=15)
@given(h=st.integers(17, 90), w=st.integers(17, 90), brush=st.floats(0.6, 4))
def test_a_painting_has_the_photos_size(h, w, brush):
    assert stylize(photo_of(h, w), lambda x: x * 0.5, brush=brush, stroke_px=1.0).shape == (h, w, 3)


def test_the_same_photo_gives_the_same_bytes():
    photo = photo_of()
    first, second = (stylize(photo, np.tanh, brush=1.5, stroke_px=1.0) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_a_coarser_brush_makes_the_network_see_less():
    seen = []
    for brush in (1.0, 3.0):
        stylize(photo_of(), lambda x: seen.append(x.shape) or x, brush=brush, stroke_px=1.0)
    assert min(seen[0][2:]) == 100
    assert min(seen[1][2:]) == 32


def test_twelve_classes_merge_into_nine_by_sums():
    parts = np.zeros((1, 1, 12), np.float32)
    parts[..., Part.SKIN] = 0.4
    parts[..., [Part.PERSON, Part.HAIR, Part.GLASSES]] = 0.2
    assert nine_classes(parts)[0, 0] == Part.PERSON


@pytest.mark.parametrize("size", [(33, 70), (64, 64), (500, 20)])
def test_a_parse_fits_any_size_to_the_network(size):
    shapes = []

    def network(batch):
        shapes.append(batch.shape)
        return np.repeat(batch[:, :1], 12, 1)

    parts = parse_photo(photo_of(*size), network, long_px=64)
    assert shapes[0][2] % 32 == 0
    assert shapes[0][3] % 32 == 0
    assert max(parts.shape[:2]) == 64


def test_a_closer_look_replaces_the_whole_ones_middle():
    whole = np.zeros((64, 64, 12), np.float32)
    whole[..., 0] = 1
    view = FaceParse(
        np.eye(12, dtype=np.float32)[np.full((40, 40), Part.SKIN)],
        np.array([[1.0, 0, -10], [0, 1, -10]]),
    )
    parts = merged(whole, (view,), (64, 64))
    assert parts[30, 30].argmax() == Part.SKIN
    assert parts[5, 5].argmax() == Part.BACKGROUND


def test_brows_eyes_and_mouth_are_parsed_once_more_and_both_parses_count():
    photo = photo_of(200, 200)
    points = np.array([[80, 90], [120, 90], [85, 130], [115, 130]], np.float32)

    def network(batch):
        part = Part.LIPS if batch.shape[2] == INNER_SIDE else Part.SKIN
        return for_each(batch, np.eye(12, dtype=np.float32)[np.full(batch.shape[2:], part)])

    view = parse_face(photo, points, network)
    assert view.inner is not None
    np.testing.assert_allclose(view.parts[..., Part.SKIN], 1)
    np.testing.assert_allclose(view.inner.parts[..., Part.LIPS], INNER_WEIGHT, atol=1e-5)
    whole = np.zeros((50, 50, 12), np.float32)
    parts = merged(whole, (view,), (200, 200))
    assert parts[110, 100, Part.LIPS] == pytest.approx(
        INNER_WEIGHT, abs=1e-3
    )  # between eyes and mouth
    assert parts[60, 100, Part.LIPS] == pytest.approx(0, abs=1e-3)  # the forehead
    nine = merged_nine(whole, (view,), (200, 200))
    np.testing.assert_allclose(nine[..., Part.LIPS], parts[..., Part.LIPS], atol=1e-5)


@pytest.mark.parametrize("angle", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("count", [1, 3])
def test_every_face_is_guessed_once_however_tilted(angle, count):
    centers = [(60 + 110 * i, 70) for i in range(count)]
    parts = drawn_parts((140, 120 * count), centers, 60, angle)
    found = face_candidates(parts)
    assert len(found) == count
    for x, y in centers:
        assert min(np.hypot(*(g.mean(0) - (x, y))) for g in found) < 12


def test_a_face_is_guessed_by_brows_and_mouth_where_its_eyes_are_not_seen():
    parts = drawn_parts((140, 120), [(60, 70)], 60, 0)
    shut = parts[..., [Part.RIGHT_EYE, Part.LEFT_EYE]].any(2)
    parts[shut] = np.eye(12)[Part.SKIN]
    (found,) = face_candidates(parts)
    assert np.hypot(*(found.mean(0) - (60, 70))) < 12


def test_nothing_is_guessed_where_nothing_is():
    assert face_candidates(drawn_parts((100, 100), [], 60, 0)) == []


def test_a_closer_look_measures_eyes_and_mouth():
    parts = drawn_parts((320, 320), [(160, 160)], 180, 0)
    face = measure(FaceParse(parts, np.array([[1.0, 0, 0], [0, 1, 0]])))
    assert face is not None
    assert face.eyes[0, 0] < face.eyes[1, 0]
    assert face.mouth[:, 1].min() > face.eyes[:, 1].max()
    assert 150 < face.height < 260


def test_an_eye_that_was_called_both_is_one():
    parts = drawn_parts((320, 320), [(160, 160)], 180, 0)
    parts[parts[..., Part.RIGHT_EYE] == 1] = np.eye(12)[Part.SKIN]
    alone = measure(FaceParse(parts, np.array([[1.0, 0, 0], [0, 1, 0]])))
    rows, columns = np.nonzero(parts[..., Part.LEFT_EYE])
    split = parts.copy()
    split[rows[columns > columns.max() - 5], columns[columns > columns.max() - 5]] = np.eye(12)[
        Part.RIGHT_EYE
    ]
    assert (
        np.abs(
            measure(FaceParse(split, np.array([[1.0, 0, 0], [0, 1, 0]]))).eyes - alone.eyes
        ).max()
        < 5
    )


def test_a_larger_neighbor_is_not_measured():
    parts, near = (
        drawn_parts((320, 320), [(130, 160)], 140, 0),
        drawn_parts((320, 320), [(330, 160)], 300, 0),
    )
    both = np.where(near[..., :1] == 1, parts, near)
    assert (both[..., Part.RIGHT_EYE] > 0).sum() > (parts[..., Part.RIGHT_EYE] > 0).sum() * 2
    alone, crowded = (
        measure(FaceParse(p, np.array([[1.0, 0, 0], [0, 1, 0]]))) for p in (parts, both)
    )
    assert np.array_equal(crowded.eyes, alone.eyes)
    assert crowded.box == alone.box


def test_restoring_by_zero_is_the_photo_and_a_true_network_changes_nothing():
    photo, mask = photo_of(), np.ones((128, 120), np.float32)
    assert np.array_equal(
        restore(photo, (FACE,), (RestorationPlan(0.0),), lambda x: -x, mask, fidelity=0).picture,
        photo,
    )
    assert (
        np.abs(
            restore(photo, (FACE,), (RestorationPlan(1.0),), same, mask, fidelity=0).picture - photo
        ).max()
        < 1e-5
    )


def test_restoration_grows_with_its_weight_and_stays_in_the_mask():
    photo, mask = photo_of(), np.zeros((128, 120), np.float32)
    mask[40:100, 40:80] = 1
    half, full = (
        restore(
            photo, (FACE,), (RestorationPlan(w),), lambda x: np.ones_like(x), mask, fidelity=0
        ).picture
        for w in (0.5, 1.0)
    )
    assert full[70, 60].mean() > 0.97
    assert photo[70, 60].mean() < half[70, 60].mean() < full[70, 60].mean()
    assert np.array_equal(full[mask == 0], photo[mask == 0])


def test_what_lies_inside_the_outline_is_kept_with_it():
    parts = drawn_parts((200, 200), [(100, 100)], 120, 0)
    parts[95:105, 95:105] = np.eye(12)[Part.PERSON]  # a hand, a microphone
    face = Face(
        (50, 30, 150, 170),
        np.float32([[80, 85], [120, 85]]),
        np.float32([[85, 130], [115, 130]]),
        0.9,
    )
    mask = segment(photo_of(200, 200), parts, (face,), kept="face")
    assert mask[100, 100] > 0.95
    assert mask[5, 5] == 0


def test_more_is_kept_when_more_is_asked():
    parts = drawn_parts((200, 200), [(100, 100)], 100, 0, hair=True)
    face = Face(
        (60, 50, 140, 160),
        np.float32([[80, 85], [120, 85]]),
        np.float32([[85, 130], [115, 130]]),
        0.9,
    )
    face_only, hair = (
        segment(photo_of(200, 200), parts, (face,), kept=k).sum() for k in ("face", "hair")
    )
    assert hair > face_only * 1.2


def test_the_blend_is_exact_where_nothing_is_kept():
    styled, person = photo_of(), photo_of()
    mask = np.zeros((128, 120), np.float32)
    mask[40:80, 40:80] = 1
    out, alpha = blend(styled, person, mask, (FACE,), strength=1, feather=0.05, harmony=1)
    assert np.array_equal(out[alpha == 0], styled[alpha == 0])
    nothing, _ = blend(styled, person, mask, (FACE,), strength=0, feather=0.05, harmony=1)
    assert np.array_equal(nothing, styled)


def test_the_blend_is_the_person_where_all_is_kept_unharmonized():
    styled, person, mask = photo_of(), photo_of(), np.ones((128, 120), np.float32)
    out, _ = blend(styled, person, mask, (FACE,), strength=1, feather=0, harmony=0)
    assert np.abs(out - person).max() < 1e-6


def test_strokes_stay_on_a_kept_face_and_its_form_is_the_persons():
    rows, columns = np.mgrid[:128, :120].astype(np.float32)
    form = 0.5 + 0.3 * np.sin(rows / 30)[..., None] * np.ones(3, np.float32)
    strokes = 0.1 * ((columns // 2) % 2)[..., None] * np.ones(3, np.float32) - 0.05
    styled, person = 0.4 + strokes, form.astype(np.float32)
    mask = np.ones((128, 120), np.float32)
    region = soften(mask, (FACE,), feather=0)
    how = {"strength": 1.0, "harmony": 0.0}
    painted, _ = set_in(styled, person, region, brushwork=1.0, **how)
    inner = np.s_[30:98, 30:90]
    assert np.abs(painted - form - strokes)[inner].max() < 0.04
    plain, _ = set_in(styled, person, region, brushwork=0.0, **how)
    assert np.abs(plain - form).max() < 1e-5
    eyes, _ = set_in(styled, person, region, brushwork=1.0, eyes=mask, **how)
    own = [np.abs(picture - form)[inner].mean() for picture in (eyes, painted)]
    assert own[0] < own[1]


def test_before_the_scene_nothing_of_a_person_fades_onto_the_painting():
    mask, outer = np.zeros((128, 120), np.float32), np.zeros((128, 120), np.float32)
    mask[30:90, 30:90] = 1
    outer[:, :60] = 1  # to the right the mask ends on the person's own neck
    plain, bound = (soften(mask, (FACE,), feather=0.2, outer=each) for each in (None, outer))
    white, dark = np.ones((128, 120, 3), np.float32), np.zeros((128, 120, 3), np.float32)
    glow, kept = (
        set_in(dark, white[region.window], region, strength=1.0, harmony=0.0)[0][..., 0]
        for region in (plain, bound)
    )
    beyond = np.s_[40:80, :30]
    assert glow[beyond].max() > 0.1
    assert kept[beyond].max() == 0
    assert (kept[40:80, 60:] == glow[40:80, 60:]).all()
    assert (kept[40:80, 30:60] == glow[40:80, 30:60]).all()  # within, it fades as before


def test_a_gap_between_strokes_is_no_scratch_on_a_kept_face_and_a_ridge_stays():
    person = np.full((128, 120, 3), 0.7, np.float32)
    mask = np.ones((128, 120), np.float32)
    region = soften(mask, (FACE,), feather=0)

    def seen(depth: float) -> float:
        styled = person.copy()
        styled[:, 60] += depth
        out, _ = set_in(styled, person, region, strength=1.0, harmony=0.0, brushwork=1.0)
        return float((out - person)[40:90, 60].mean())

    assert -0.075 < seen(-0.4) < 0.9 * seen(-0.08) < -0.02
    assert seen(0.4) > 0.15
    assert seen(-0.02) < 0.4 * -0.02


@settings(max_examples=20)
@given(strength=st.floats(0, 1), feather=st.floats(0, 0.3))
def test_an_unharmonized_blend_is_bounded_by_its_inputs(strength, feather):
    styled, person = photo_of(), photo_of()
    mask = np.zeros((128, 120), np.float32)
    mask[30:90, 30:90] = 1
    out, _ = blend(styled, person, mask, (FACE,), strength=strength, feather=feather, harmony=0)
    assert (out >= np.minimum(styled, person) - 1e-6).all()
    assert (out <= np.maximum(styled, person) + 1e-6).all()


def test_only_a_seeded_painter_gets_noise():
    plain, seeded = (
        stylize(photo_of(), np.tanh, brush=1.5, stroke_px=1.0, seeded=s) for s in (False, True)
    )
    assert not np.array_equal(plain, seeded)


@pytest.mark.parametrize(("sure", "again"), [(0.99, False), (0.9, True)])
def test_a_face_that_the_first_look_shows_clearly_is_not_looked_at_again_by_that_network(
    sure, again
):
    crops = []

    def whole(batch):
        h, w = batch.shape[2:]
        if (h, w) == (VERIFY_PX, VERIFY_PX):
            crops.append(1)
        return for_each(
            batch, softened(drawn_parts((h, w), [(w / 2, h / 2)], 0.6 * min(h, w), 0), sure)
        )

    def close(batch):
        h, w = batch.shape[2:]
        inner = (w / 2, h / 2 + (256 - INNER_MIDDLE) / 512 * INNER_SCALE * h)
        center, tall = (inner, 0.6 * INNER_SCALE) if h == INNER_SIDE else ((w / 2, h / 2), 0.6)
        return for_each(batch, softened(drawn_parts((h, w), [center], tall * h, 0), sure))

    (face,) = detect_faces(photo_of(300, 400), Parser(whole, close, blind, doubting)).faces
    assert bool(crops) == again
    assert abs(face.eyes[:, 0].mean() - 200) < 5


def softened(parts, sure):
    """Return one-hot parts as a network that is `sure` of each has them."""
    return (parts * (sure - (1 - sure) / 11) + (1 - sure) / 11).astype(np.float32)
