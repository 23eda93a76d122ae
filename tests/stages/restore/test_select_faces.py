"""Which faces are restored, by what is seen of them and by what a person says.

Also faces that are cut off, small or blurred.
"""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops import align
from pipeline.ops.blur_estimation import blur_px
from pipeline.ops.filters import blurred
from pipeline.stages.restore.restore import restore
from pipeline.stages.restore.select_faces import (
    NOT_AT_ALL,
    NOT_CHOSEN,
    NOT_LARGEST,
    SHARP_ALREADY,
    choose,
    face_at,
    measured,
)
from pipeline.types import Face, RestorationPlan

RNG = np.random.default_rng(0)


def face_in(x, y, height):
    """Return an upright face around a point."""
    eyes, mouth = (
        [[x - 0.16 * height, y + dy * height], [x + 0.16 * height, y + dy * height]]
        for dy in (-0.12, 0.22)
    )
    box = x - 0.37 * height, y - 0.5 * height, x + 0.37 * height, y + 0.5 * height
    return Face(box, np.float32(eyes), np.float32(mouth), 0.9)


def textured(h, w, blur=0.0):
    """Return a photo full of edges: blobs of all sizes.

    They are drawn four times too large, so that their edges are a pixel wide.
    """
    large = blurred(RNG.random((4 * h, 4 * w, 3), np.float32), 24) > 0.5
    photo = cv2.resize(large.astype(np.float32), (w, h), interpolation=cv2.INTER_AREA)
    return blurred(photo, blur) if blur else photo


def other(batch):
    """Restore anything as one other face: its own colors, in large patches."""
    rows, columns = np.mgrid[: batch.shape[2], : batch.shape[3]]
    return np.broadcast_to(np.sin(rows / 40) * np.cos(columns / 40), batch.shape).astype(np.float32)


def sharper(batch):
    """Restore by adding detail, and nothing else."""
    detail = RNG.standard_normal(batch.shape[2:], np.float32) * 0.2
    return batch + (detail - cv2.blur(detail, (9, 9)))


# Sharpness


@pytest.mark.parametrize("blur", [1.0, 1.5, 2.0, 3.0, 5.0])
def test_blur_is_measured(blur):
    assert blur_px(textured(240, 240, blur).mean(2), 1.0) == pytest.approx(
        np.hypot(blur, 1.4), rel=0.15
    )


@settings(max_examples=10)
@given(contrast=st.floats(0.2, 1), light=st.floats(0, 0.2))
def test_neither_contrast_nor_light_is_sharpness(contrast, light):
    gray = textured(120, 120, 2).mean(2)
    assert blur_px(gray * np.float32(contrast) + np.float32(light), 1.0) == pytest.approx(
        blur_px(gray, 1.0), rel=0.01
    )


def test_grain_is_no_sharpness_and_a_flat_picture_is_not_sharp():
    gray = textured(240, 240, 4).mean(2)
    grainy = gray + 0.04 * RNG.standard_normal(gray.shape).astype(np.float32)
    assert blur_px(grainy, 1.0) == pytest.approx(blur_px(gray, 1.0), rel=0.15)
    assert blur_px(np.full((50, 50), 0.5, np.float32), 1.0) > 8


@pytest.mark.parametrize("height", [60, 130, 400])
def test_a_sharp_face_is_left_alone_at_any_size_and_a_blurred_one_is_not(height):
    size, face = round(1.6 * height), face_in(0.8 * height, 0.8 * height, height)
    assert measured(textured(size, size), face)[1]
    assert not measured(textured(size, size, 3.0), face)[1]


def test_a_sharp_but_grainy_face_is_worn():
    photo, face = np.full((400, 400, 3), 0.5, np.float32), face_in(200, 200, 300)
    photo[150:250, 120:280] = 0.3
    grainy = photo + 0.04 * RNG.standard_normal((400, 400, 1)).astype(np.float32)
    assert measured(photo, face)[1]
    assert not measured(grainy, face)[1]


def test_a_larger_photo_of_the_same_blur_in_the_face_is_no_sharper():
    photo = textured(400, 400, 6)
    smaller = cv2.resize(photo, (200, 200), interpolation=cv2.INTER_AREA)
    assert not measured(photo, face_in(200, 200, 300))[1]
    assert not measured(smaller, face_in(100, 100, 150))[1]


# Choices

FACES = (face_in(100, 110, 150), face_in(250, 110, 100), face_in(350, 110, 80))
BLURRED = textured(220, 420, 3.0)


def weights(plans):
    return [plan.weight for plan in plans]


def test_all_blurred_faces_are_restored_unless_others_are_named():
    assert weights(choose(BLURRED, FACES, (), which="all", weight=0.4)) == [0.4] * 3
    largest = choose(BLURRED, FACES[::-1], (), which="largest", weight=0.4)
    assert weights(largest) == [0, 0, 0.4]
    assert [plan.why for plan in largest] == [NOT_LARGEST, NOT_LARGEST, ""]
    none = choose(BLURRED, FACES, (), which="chosen", weight=0.4)
    assert [plan.why for plan in none] == [NOT_CHOSEN] * 3


def test_faces_that_are_pointed_at_have_their_own_weight():
    overrides = ((250.0, 100.0, 0.9), (350.0, 120.0, None), (5.0, 5.0, 1.0))
    assert weights(choose(BLURRED, FACES, overrides, which="chosen", weight=0.4)) == [0, 0.9, 0.4]
    assert weights(choose(BLURRED, FACES, overrides, which="largest", weight=0.4)) == [
        0.4,
        0.9,
        0.4,
    ]
    assert weights(choose(BLURRED, FACES, ((100, 110, 0.0),), which="all", weight=0.4)) == [
        0,
        0.4,
        0.4,
    ]
    assert weights(
        choose(BLURRED, FACES, ((100, 110, 0.2), (101, 111, 0.7)), which="all", weight=0)
    ) == [0.7, 0, 0], "the last one counts"


def test_sharp_faces_are_left_alone_unless_they_are_pointed_at():
    photo = BLURRED.copy()
    photo[:, :190] = textured(220, 190)
    plans = choose(photo, FACES, (), which="all", weight=0.4)
    assert [plan.why for plan in plans] == [SHARP_ALREADY, "", ""]
    assert weights(choose(photo, FACES, ((100, 110, None),), which="all", weight=0.4)) == [0.4] * 3
    assert choose(photo, FACES, ((100, 110, 0.0),), which="all", weight=0.4)[0].why == NOT_AT_ALL


def test_no_faces_need_no_care():
    assert choose(BLURRED, (), ((1, 1, 1.0),), which="largest", weight=1) == ()


def test_a_point_belongs_to_the_face_whose_middle_is_nearest():
    assert face_at(FACES, 100, 110) == 0
    assert face_at(FACES, 345, 140) == 2
    assert face_at(FACES, 180, 10) is None
    assert face_at((face_in(100, 100, 100), face_in(150, 100, 100)), 128, 100) == 1


# Confidence


@pytest.mark.parametrize("height", [16, 20, 25, 30])
@pytest.mark.parametrize("blur", [0.0, 1.0, 2.5])
def test_a_small_face_is_left_alone_or_of_low_confidence(height, blur):
    (plan,) = choose(
        textured(120, 120, blur), (face_in(60, 60, height),), (), which="all", weight=1
    )
    assert not plan.weight or plan.low_confidence


def test_a_face_that_is_seen_well_is_restored_with_confidence_and_one_that_is_much_blurred_is_not():
    face = face_in(250, 250, 380)
    clear, foggy = (
        choose(textured(500, 500, blur), (face,), (), which="all", weight=1)[0]
        for blur in (3.5, 16)
    )
    assert (clear.weight, clear.low_confidence) == (1, False)
    assert (foggy.weight, foggy.low_confidence) == (1, True)


@pytest.mark.parametrize(
    ("network", "fidelity", "low"),
    [(other, 0, True), (sharper, 0, False), (other, 0.5, False), (other, 0.1, True)],
)
def test_a_face_that_becomes_another_is_of_low_confidence(network, fidelity, low):
    photo, face = textured(300, 300, 3) * 0.2 + 0.4, face_in(150, 150, 220)
    made = restore(
        photo,
        (face,),
        (RestorationPlan(1.0, blur=3.0),),
        network,
        np.ones((300, 300), np.float32),
        fidelity=fidelity,
    )
    assert made.plans[0].low_confidence is low


# Restoring


def test_each_face_is_restored_by_its_own_weight_and_the_others_stay_exact():
    plans = (RestorationPlan(0.0, SHARP_ALREADY), RestorationPlan(0.5), RestorationPlan(1.0))
    made = restore(
        BLURRED, FACES, plans, np.ones_like, np.ones(BLURRED.shape[:2], np.float32), fidelity=0
    )
    change = (made.picture - BLURRED)[110]
    assert np.array_equal(made.picture[:, :150], BLURRED[:, :150])
    np.testing.assert_allclose(change[230], 0.5 * (1 - BLURRED[110, 230]), atol=0.06)
    np.testing.assert_allclose(made.picture[110, 370], 1, atol=0.06)
    assert made.plans[0] == plans[0]


@pytest.mark.parametrize("fidelity", [0, 0.5, 0.75])
def test_what_detail_is_the_restorers_is_known(fidelity):
    mask = np.zeros(BLURRED.shape[:2], np.float32)
    mask[80:150, 60:140] = 1
    share = restore(
        BLURRED, FACES[:1], (RestorationPlan(0.6),), np.ones_like, mask, fidelity=fidelity
    ).share
    assert share[110, 100] == pytest.approx(0.6 * min(1, 2 - 2 * fidelity))
    assert not share[mask == 0].any()


@pytest.mark.parametrize("height", [16, 40, 140])
@pytest.mark.parametrize(
    ("x", "y"), [(0.5, 0.02), (0.5, 0.98), (0.02, 0.5), (0.98, 0.5), (0.0, 0.0), (1.0, 1.0)]
)
@pytest.mark.parametrize("network", [lambda batch: batch, sharper], ids=["same", "sharper"])
def test_a_face_cut_off_by_the_frame_brings_no_black_borders(height, x, y, network):
    h, w = 150, 170
    photo = textured(h, w, 2) * 0.2 + 0.6
    face = face_in(x * (w - 1), y * (h - 1), height)
    plans = choose(photo, (face,), ((x * (w - 1), y * (h - 1), 1.0),), which="all", weight=1)
    seen = []

    def watched(batch):
        seen.append(batch.min())
        return network(batch)

    made = restore(photo, (face,), plans, watched, np.ones((h, w), np.float32), fidelity=0)
    assert seen[0] > photo.min() * 2 - 1 - 0.01, "the network sees nothing darker than the photo"
    assert made.picture.shape == photo.shape
    assert made.picture.min() > 0.4
    borders = [slice(0, 2), slice(-2, None)]
    for rows in borders:
        assert np.abs(made.picture[rows].mean() - photo[rows].mean()) < 0.02
        assert np.abs(made.picture[:, rows].mean() - photo[:, rows].mean()) < 0.02


def test_a_small_face_gets_the_mean_of_what_was_restored_and_not_a_chance_of_it():
    """A pattern that a small photo cannot hold leaves it as it is."""
    photo, face = np.full((80, 80, 3), 0.5, np.float32), face_in(40, 40, 24)
    rows, columns = np.mgrid[:512, :512] // 2

    def checkered(batch):
        return np.broadcast_to(
            np.where((rows + columns) % 2, 0.8, -0.8).astype(np.float32), batch.shape
        )

    made = restore(
        photo,
        (face,),
        (RestorationPlan(1.0),),
        checkered,
        np.ones((80, 80), np.float32),
        fidelity=0,
    )
    assert np.abs(made.picture - 0.5).max() < 0.05


@settings(max_examples=20)
@given(k=st.floats(0.2, 40), times=st.floats(1, 3))
def test_a_crop_is_no_finer_than_asked_and_its_points_stay(k, times):
    picture, matrix = RNG.random((100, 100, 3), np.float32), np.array([[k, 0, 7.0], [0, k, -3.0]])
    shrunk, new = align.no_finer(picture, matrix, times)
    assert align.scale_of(new) <= max(times, k if k < times else 0) * 1.1 + 1 / shrunk.shape[0]
    corner = align.map_points(
        new, align.map_points(align.inverse(matrix), np.array([[-0.5, -0.5], [99.5, 99.5]]))
    )
    np.testing.assert_allclose(
        corner, [[-0.5, -0.5], [shrunk.shape[1] - 0.5, shrunk.shape[0] - 0.5]], atol=1e-3
    )
