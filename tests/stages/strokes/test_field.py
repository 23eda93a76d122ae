"""Along what strokes are laid."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.stages.strokes.field import directions
from pipeline.stages.strokes.subject import nobody
from tests.stages.strokes.motifs import agreeing


def test_directions_follow_stripes_and_are_unit_vectors():
    stripes = np.zeros((128, 128, 3), np.float32)
    stripes[..., 0] = 50 + 40 * np.sign(np.sin(np.arange(128) * 0.5))[:, None]  # level ones
    none = np.zeros((128, 128), np.float32)
    field, lead = directions(stripes, none, nobody((128, 128)), np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(field, axis=-1), 1, atol=1e-3)
    assert np.median(np.abs(field[20:-20, 20:-20, 0])) > 0.97
    assert np.median(lead) > 0.9


def of_cloth(light):
    """Return the directions on cloth of some light, L (H, W), all over a picture."""
    one = np.ones(light.shape, np.float32)
    lab = np.dstack([light, 0 * light, 0 * light]).astype(np.float32)
    subject = replace(nobody(light.shape), person=one)
    return directions(lab, 0 * one, subject, np.random.default_rng(0))[0]


def test_soft_light_on_cloth_turns_strokes_less_than_folds_do():
    agreed = []
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, 1, (384, 384)).astype(np.float32)
        light = cv2.GaussianBlur(noise, (0, 0), 10)  # it rises and falls in every direction
        light /= light.std()
        agreed.append([agreeing(of_cloth(60 + high * light)) for high in (2.0, 16.0)])
    soft, folded = np.mean(agreed, 0)
    assert soft > 0.3
    assert folded < 0.25


def along(field, way, where):
    """Return how far directions follow a way, x and y, somewhere: 1 is along it."""
    return float(np.median(np.abs(field @ np.array(way, np.float32))[where]))


@pytest.mark.parametrize(
    ("light", "deep", "wide", "folds", "long"), [(70, 15, 3, 16, 6), (18, 6, 6, 7, 8)]
)
def test_an_upright_lapel_among_level_folds_is_followed_on_pale_cloth_and_on_dark(
    light, deep, wide, folds, long
):
    y, x = np.mgrid[:300, :300].astype(np.float32)
    off = np.abs(x - 150)
    field = of_cloth(light + folds * np.sin(y / long) - deep * (off < wide))
    assert along(field, (0, 1), off < wide + 2) > 0.6
    assert along(field, (1, 0), off > 70) > 0.8


def test_a_window_behind_does_not_lead_strokes_on_cloth():
    y, x = np.mgrid[:300, :300].astype(np.float32)
    person = (x > 120).astype(np.float32)
    light = np.where(person > 0, 50 + 2 * np.sin(y / 6), 50 + 40 * np.sign(np.sin(x / 4)))
    lab = np.dstack([light, 0 * light, 0 * light]).astype(np.float32)
    subject = replace(nobody((300, 300)), person=person)
    field, _ = directions(lab, 0 * person, subject, np.random.default_rng(0))
    assert along(field, (1, 0), (x > 140) & (x < 165)) > 0.9


def test_strokes_on_smooth_skin_go_around_the_face_and_not_after_noise():
    rng, size = np.random.default_rng(0), (128, 128)
    y, x = np.mgrid[:128, :128].astype(np.float32) - 63.5
    skin = (np.hypot(x, y) < 50).astype(np.float32)
    turned = 2 * (np.arctan2(y, x) + np.pi / 2)
    around = (np.stack([np.cos(turned), np.sin(turned)], -1) * skin[..., None]).astype(np.float32)
    subject = replace(nobody(size), person=skin, skin=skin, around=around)
    lab = (60 + rng.normal(0, 1, (*size, 3))).astype(np.float32)
    field, _ = directions(lab, np.zeros(size, np.float32), subject, rng)
    ring = (np.hypot(x, y) > 15) & (np.hypot(x, y) < 45)
    outward = (field[..., 0] * x + field[..., 1] * y) / np.hypot(x, y)
    assert np.quantile(np.abs(outward[ring]), 0.9) < 0.35


def test_strokes_behind_people_flow_around_them_where_that_is_wanted():
    y, x = np.mgrid[:160, :160] - 79.5
    far = np.hypot(x, y)
    subject = replace(nobody((160, 160)), person=(far < 30).astype(np.float32))
    lab, none = np.full((160, 160, 3), (50, 0, 0), np.float32), np.zeros((160, 160), np.float32)
    around = np.stack([-y, x], -1) / far[..., None]
    ring = (far > 36) & (far < 60)

    def agreed(flow):
        field, _ = directions(lab, none, subject, np.random.default_rng(0), flow)
        return np.abs((field * around).sum(-1))[ring].mean()

    assert agreed(1.0) > 0.97
    assert agreed(0.8) > 0.9
    assert agreed(0.0) < 0.75


def test_the_ground_that_somebody_stands_on_is_more_level_than_a_wall_behind_somebody_near():
    def sloping(face, seed):
        y, x = np.mgrid[:300, :200].astype(np.float32)
        tall = face * 300
        down = (y - 40 - tall / 2) / (tall / 2)
        away = np.hypot((x - 100) / (0.4 * tall), down)
        person = (np.abs(x - 100) < 0.4 * tall).astype(np.float32)
        subject = replace(nobody((300, 200)), person=person, away=away, down=down)
        lab = np.full((300, 200, 3), (50, 0, 0), np.float32)
        field, _ = directions(lab, 0 * person, subject, np.random.default_rng(seed))
        ground = (y > 220) & (person == 0)
        return np.quantile(np.degrees(np.arcsin(np.abs(field[..., 1])))[ground], 0.9)

    far, near = ([sloping(face, seed) for seed in range(4)] for face in (0.1, 0.45))
    assert max(far) < 10
    assert np.mean(far) < 0.5 * np.mean(near)


def test_grain_leads_no_strokes_behind_people_and_a_faint_line_among_it_does():
    noise = np.random.default_rng(0).normal(0, 1, (384, 384)).astype(np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), 3)
    light = 55 + 3 * grain / grain.std()
    light[:, 190:194] += 14
    lab = np.dstack([light, 0 * light, 0 * light]).astype(np.float32)
    none = np.zeros(light.shape, np.float32)
    field, lead = directions(lab, none, nobody(light.shape), np.random.default_rng(0))
    off = np.abs(np.arange(384) - 192)
    assert lead[:, off > 40].mean() < 0.1
    assert lead[:, off < 3].mean() > 0.6
    assert along(field, (0, 1), np.broadcast_to(off < 3, light.shape)) > 0.9


def test_where_nobody_is_the_lower_part_is_level_at_every_size():
    size = (960, 643)
    lab, none = np.full((*size, 3), (50, 0, 0), np.float32), np.zeros(size, np.float32)
    steep = []
    for seed in range(4):
        field, _ = directions(lab, none, nobody(size), np.random.default_rng(seed))
        slope = np.degrees(np.arcsin(np.abs(field[..., 1]).clip(0, 1)))
        steep.append((slope[:300].mean(), np.quantile(slope[700:], 0.95)))
    upper, lower = np.transpose(steep)
    assert lower.max() < 10
    assert lower.mean() < upper.mean()
