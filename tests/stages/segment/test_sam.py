"""Prompts: what the encoder is shown, where points and masks lie, which mask is taken."""

import numpy as np
import pytest
import torch
from segment_anything.utils.transforms import ResizeLongestSide

from pipeline.stages.segment.sam import (
    Answer,
    Embedding,
    as_logits,
    at_photo,
    best,
    embed,
    framed,
    prompted,
    smallest,
)
from pipeline.types import Prompt, PromptError
from tests.prompting import Promptable

SIZES = [(768, 1024), (1500, 1100), (31, 47), (1024, 1024)]


def photo_of(h, w):
    return np.random.default_rng(0).random((h, w, 3), np.float32)


def drawn(*masks):
    return np.where(np.stack(masks), 6, -6).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
def test_the_encoder_sees_what_segment_anything_shows_it(size):
    pixels = (photo_of(*size) * 255).round().astype(np.uint8)
    theirs = (
        torch.from_numpy(ResizeLongestSide(1024).apply_image(pixels)).permute(2, 0, 1)[None].float()
    )
    mean, deviation = (
        torch.tensor(v)[:, None, None] for v in ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
    )
    h, w = theirs.shape[2:]
    wanted = (
        torch.nn.functional.pad((theirs - mean) / deviation, (0, 1024 - w, 0, 1024 - h))[0]
        .permute(1, 2, 0)
        .numpy()
    )
    ours = framed(pixels.astype(np.float32) / 255, 1024)
    found = (ours - mean.numpy()[:, 0, 0] / 255) / (deviation.numpy()[:, 0, 0] / 255)
    assert np.abs(found[h:]).max(initial=0) < 1e-6
    assert np.abs(found[:, w:]).max(initial=0) < 1e-6
    # They round to 8 bit after each of two passes; we do not.
    assert np.abs(found - wanted).max() < 1.1 / 57.12


def test_a_photo_is_embedded_with_its_size():
    embedding = embed(photo_of(60, 90), Promptable().run, side=256)
    assert embedding.values.shape == (1, 256, 64, 64)
    assert embedding.size == (60, 90)
    assert embedding.shown == (171, 256)


def test_points_and_box_go_in_as_segment_anything_orders_them():
    network = Promptable()
    embedding = Embedding(np.zeros((1, 256, 64, 64), np.float32), (128, 64), 256)
    prompted(embedding, network.prompt, Prompt(((10, 20, True), (30, 40, False)), (1, 2, 3, 4)))
    prompted(embedding, network.prompt, Prompt(((10, 20, True),)))
    (points, kinds, mask), (_, lone_kinds, _) = network.asked
    np.testing.assert_allclose(points, np.array([[10, 20], [30, 40], [1, 2], [3, 4]]) * 2 + 0.5)
    assert kinds.tolist() == [1, 0, 2, 3]
    assert mask is None
    assert lone_kinds.tolist() == [1, -1]


@pytest.mark.parametrize("size", [(100, 160), (160, 100), (512, 512)])
def test_a_mask_given_comes_back_where_it_was(size):
    embedding = Embedding(np.zeros((1, 256, 64, 64), np.float32), size, 256)
    mask = np.zeros(size, np.float32)
    mask[20:60, 30:90] = 1
    back = at_photo(as_logits(mask, embedding), embedding)
    assert back.shape == size
    assert ((back > 0) == (mask > 0.5)).mean() > 0.985


def test_the_best_mask_scores_high_fills_the_box_and_obeys_points():
    embedding = Embedding(np.zeros((1, 256, 64, 64), np.float32), (256, 256), 256)
    y, x = np.mgrid[:256, :256]
    face, head, person = (np.hypot(x - 100, y - 100) < r for r in (30, 50, 90))
    answer = Answer(drawn(person, head, face, face & (x < 100)), np.float32([0.9, 0.9, 0.9, 0.9]))
    for box, wanted in (
        ((70, 70, 130, 130), face),
        ((50, 50, 150, 150), head),
        ((10, 10, 190, 190), person),
    ):
        assert ((best(answer, embedding, Prompt((), box)) > 0) == wanted).all()
    without = best(answer, embedding, Prompt(((100, 60, True), (100, 40, False))))
    assert ((without > 0) == head).all()


def test_a_lone_click_is_ambiguous_and_its_first_mask_no_candidate():
    embedding = Embedding(np.zeros((1, 256, 64, 64), np.float32), (256, 256), 256)
    y, x = np.mgrid[:256, :256]
    large, small = (np.hypot(x - 100, y - 100) < r for r in (60, 20))
    answer = Answer(drawn(large, small, ~large, ~large), np.float32([0.95, 0.9, 0.9, 0.9]))
    click = Prompt(((100, 100, True),))
    assert ((best(answer, embedding, click) > 0) == small).all()
    assert ((best(answer, embedding, click, corrected=True) > 0) == large).all()
    assert (smallest(answer, embedding, (100, 100)) == small).all()
    assert not smallest(
        Answer(drawn(large, ~large, ~large, ~large), answer.scores), embedding, (100, 100)
    ).any()


@pytest.mark.parametrize("point", [(-1, 0), (0, -1), (60, 0), (0, 40), (float("nan"), 0), (1e9, 0)])
def test_a_point_outside_is_refused_with_the_limits(point):
    with pytest.raises(PromptError, match="x from 0 to 59 and y from 0 to 39"):
        Prompt(((*point, True),)).check((40, 60))


@pytest.mark.parametrize(
    "box",
    [
        (5, 5, 5, 9),
        (5, 9, 9, 9),
        (9, 5, 5, 9),
        (-1, 0, 5, 5),
        (0, 0, 61, 5),
        (0, 0, 5, float("nan")),
    ],
)
def test_a_box_outside_or_without_area_is_refused_with_the_limits(box):
    with pytest.raises(PromptError, match="x0 < x1 in 0 to 60 and y0 < y1 in 0 to 40"):
        Prompt(box=box).check((40, 60))


def test_the_corners_of_the_picture_are_inside():
    Prompt(((0, 0, True), (59, 39, False)), (0, 0, 60, 40)).check((40, 60))


def test_a_prompt_keeps_its_place_in_a_resized_picture():
    assert Prompt(((0, 0, True),), (-0.5, -0.5, 59.5, 39.5)).resized((40, 60), (80, 120)) == Prompt(
        ((0.5, 0.5, True),), (-0.5, -0.5, 119.5, 79.5)
    )
