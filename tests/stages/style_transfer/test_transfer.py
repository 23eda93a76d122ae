"""Style transfer: the losses are the papers', and a picture is changed until its loss is low."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks.imitating import usual_aims, usual_loss
from pipeline.nets.vgg import Perceptual
from pipeline.stages.style_transfer.gram import gram_matrix
from pipeline.stages.style_transfer.losses import (
    CONTENT,
    GATYS,
    LOSS_WEIGHTS,
    PORTRAIT_AWARE,
    Losses,
    content_loss,
    losses_of,
    style_loss,
    targets_of,
    variation,
)
from pipeline.stages.style_transfer.optimize import FIRST_STEP, optimize
from pipeline.stages.style_transfer.transfer import PRESETS, StyleImage, transfer_style

LIFTS = {"conv1_1": 7, "conv2_1": 9, "conv3_1": 11, "conv4_1": 13, "conv4_2": 5, "conv5_1": 13}


@pytest.fixture(scope="module")
def features():
    """Return a small network with random features, projected to other counts of channels."""
    torch.manual_seed(0)
    net = Perceptual((4, 5, 6, 7, 7), LIFTS, padding="reflect").requires_grad_(False)
    for module in net.features:
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return net


def picture(seed, h=48, w=64):
    return torch.rand(1, 3, h, w, generator=torch.Generator().manual_seed(seed))


def left_half(h=48, w=64):
    """Return a background that is the left half."""
    return (torch.arange(w) < w / 2).float().expand(1, 1, h, w)


def test_style_is_compared_as_in_the_papers_formula(features):
    one, other, projection = torch.rand(1, 4, 5, 6), torch.rand(1, 4, 8, 9), torch.randn(7, 5)

    def gram(x):
        flat = projection @ torch.cat([x[0].flatten(1), torch.ones(1, x[0, 0].numel())])
        return flat @ flat.T / flat.shape[1]

    expected = ((gram(one) - gram(other)) ** 2).sum() / (4 * 7**2)
    torch.testing.assert_close(
        style_loss(gram_matrix(one), gram_matrix(other), projection), expected
    )
    plain = [x[0].flatten(1) @ x[0].flatten(1).T / x[0, 0].numel() for x in (one, other)]
    torch.testing.assert_close(
        style_loss(gram_matrix(one), gram_matrix(other), None),
        ((plain[0] - plain[1]) ** 2).sum() / (4 * 4**2),
    )


def test_content_is_the_mean_squared_difference_of_projected_maps():
    one, other, projection = torch.rand(1, 4, 5, 6), torch.rand(1, 4, 5, 6), torch.randn(7, 5)
    a, b = (projection @ torch.cat([x[0].flatten(1), torch.ones(1, 30)]) for x in (one, other))
    torch.testing.assert_close(
        content_loss(one, other, projection), ((a - b) ** 2).sum() / (7 * 30)
    )
    torch.testing.assert_close(content_loss(one, other, None), ((one - other) ** 2).mean())


def test_the_presets_are_the_papers():
    assert (PORTRAIT_AWARE.content, PORTRAIT_AWARE.style, PORTRAIT_AWARE.background) == (
        5,
        2e2,
        2e4,
    )
    assert PORTRAIT_AWARE.style_layers == ("conv3_1", "conv4_1", "conv5_1")
    assert PORTRAIT_AWARE.background_layers == ("conv1_1", "conv2_1", "conv3_1")
    assert CONTENT == "conv4_2"
    assert (GATYS.content, GATYS.style, GATYS.background) == (5, 2e2, 0)
    assert GATYS.style_layers == tuple(f"conv{block}_1" for block in range(1, 6))
    assert LOSS_WEIGHTS["gatys+"].style == 4e3
    assert LOSS_WEIGHTS["portrait-aware, layers"] == replace(PORTRAIT_AWARE, masks_layers=True)
    assert {loss_weights.variation for loss_weights in LOSS_WEIGHTS.values()} == {
        PORTRAIT_AWARE.variation
    }


def test_a_photo_that_is_its_own_style_has_no_loss_but_its_variation(features):
    photo = picture(1)
    found = losses_of(
        photo, targets_of(photo, [(photo, 1.0, None)], None, features, GATYS), features, GATYS
    )
    assert found.content == 0
    assert found.style == pytest.approx(0, abs=1e-9)
    assert found.background == 0
    assert found.total == pytest.approx(GATYS.variation * variation(photo).item())


def test_the_loss_is_the_one_that_it_is_timed_against(features):
    photo, style, seen = picture(1), picture(2), picture(3)
    targets = targets_of(photo, [(style, 1.0, None)], left_half(), features, PORTRAIT_AWARE)
    usual = usual_loss(features, seen, *usual_aims(features, photo, style), left_half())
    torch.testing.assert_close(losses_of(seen, targets, features, PORTRAIT_AWARE).total, usual)


def test_the_background_alone_is_held_to_the_fine_layers(features):
    photo, style = picture(1), picture(2)
    targets = targets_of(photo, [(style, 1.0, None)], left_half(), features, PORTRAIT_AWARE)
    before = losses_of(photo, targets, features, PORTRAIT_AWARE).background
    changed = photo.clone()
    changed[..., 40:] = picture(3)[..., 40:]  # far in the person
    torch.testing.assert_close(
        losses_of(changed, targets, features, PORTRAIT_AWARE).background, before
    )
    changed = photo.clone()
    changed[..., :20] = picture(3)[..., :20] * 0.2
    assert (
        abs(losses_of(changed, targets, features, PORTRAIT_AWARE).background - before)
        > 0.01 * before
    )


def test_several_styles_count_by_their_weights(features):
    photo, one, other = picture(1), picture(2), picture(3) * 0.3
    grams = [
        targets_of(photo, styles, None, features, GATYS).gram_matrices
        for styles in ([(one, 1, None)], [(other, 1, None)], [(one, 3, None), (other, 1, None)])
    ]
    for layer in GATYS.style_layers:
        torch.testing.assert_close(grams[2][layer], 0.75 * grams[0][layer] + 0.25 * grams[1][layer])


def content_alone(value):
    """Return losses that are all content."""
    zero = torch.zeros(())
    return Losses(value, zero, zero, zero)


def bowl(target):
    """Return a loss that is lowest at a picture."""
    return lambda x: content_alone(
        ((x - target) ** 2 * torch.arange(1.0, x.numel() + 1).reshape(x.shape)).sum()
    )


def test_a_picture_falls_to_the_lowest_loss():
    target = picture(1, 8, 8)
    done = optimize(torch.zeros_like(target), bowl(target), evaluations=200)
    torch.testing.assert_close(done.picture, target, atol=1e-3, rtol=0)
    assert done.loss < 1e-3


def test_pixels_that_move_together_find_broad_changes_sooner_and_each_still_finds_its_own():
    ramp = torch.linspace(0, 1, 48).expand(1, 3, 40, 48)
    fine = ramp + 0.1 * (torch.arange(48) % 2)

    def stiff(x):
        return content_alone((x - fine).square().sum() + 300 * variation(x - fine) * x.numel())

    alone, together = (
        optimize(torch.zeros_like(ramp), stiff, evaluations=20, coarse=coarse)
        for coarse in (0, 0.2)
    )
    assert together.loss < 0.7 * alone.loss
    torch.testing.assert_close(
        optimize(torch.zeros_like(ramp), stiff, evaluations=300, coarse=0.2).picture,
        fine,
        atol=0.01,
        rtol=0,
    )


def test_a_first_step_is_one_that_is_seen():
    target, told = picture(1, 64, 64), []
    optimize(
        torch.zeros_like(target),
        bowl(target),
        evaluations=3,
        tell=lambda evaluation: told.append(evaluation.picture),
    )
    assert (told[1] - told[0]).abs().mean().item() == pytest.approx(FIRST_STEP, rel=0.01)


def test_it_evaluates_no_oftener_than_asked_and_keeps_the_best(features):
    photo, style = picture(1), picture(2)
    targets = targets_of(photo, [(style, 1.0, None)], None, features, GATYS)
    told = []
    done = optimize(
        photo,
        lambda x: losses_of(x, targets, features, GATYS),
        evaluations=12,
        tell=lambda evaluation: told.append(evaluation.losses.total.item()),
    )
    assert (done.evaluations, len(told)) == (12, 12)
    assert done.loss == min(told) < told[0]
    assert losses_of(done.picture, targets, features, GATYS).total.item() == pytest.approx(
        done.loss, rel=1e-5
    )


def test_it_can_be_stopped_and_keeps_what_it_has():
    target = picture(1, 8, 8)
    done = optimize(
        torch.zeros_like(target),
        bowl(target),
        evaluations=200,
        tell=lambda evaluation: evaluation.count == 5,
    )
    assert done.evaluations == 5
    assert done.loss < bowl(target)(torch.zeros_like(target)).total.item()


def test_an_impatient_one_ends_when_nothing_is_gained():
    target = picture(1, 8, 8)

    def flat(x):
        return content_alone(((x - target) ** 2).sum() * 1e-6 + 1)

    assert optimize(torch.zeros_like(target), flat, evaluations=500, patient=False).evaluations < 60


def test_what_diverges_stops_with_the_last_good_picture():
    def wild(x):
        return content_alone(
            torch.where(x.mean() < 0.5, (1 - x).sum(), torch.full((), np.nan) * x.sum())
        )

    done = optimize(torch.zeros(1, 3, 4, 4), wild, evaluations=50)
    assert done.diverged
    assert torch.isfinite(done.picture).all()
    assert np.isfinite(done.loss)


def array(seed, h=48, w=64):
    return np.random.default_rng(seed).random((h, w, 3), dtype=np.float32)


def test_a_photo_is_painted_like_a_style_in_both_presets(features):
    photo, style = array(1), array(2, 90, 70) * 0.3
    for name in PRESETS:
        done = transfer_style(
            photo,
            [StyleImage(style)],
            None,
            features,
            loss_weights=GATYS,
            preset=replace(PRESETS[name], evaluations=40),
        )
        assert done.picture.shape == photo.shape
        assert done.picture.dtype == np.float32
        assert abs(done.picture.mean() - style.mean()) < abs(photo.mean() - style.mean())
        assert 0 <= done.picture.min() <= done.picture.max() <= 1
        assert not done.diverged


def test_the_same_call_gives_the_same_picture(features):
    def once():
        return transfer_style(
            array(1),
            [StyleImage(array(2))],
            None,
            features,
            loss_weights=GATYS,
            preset=replace(PRESETS["paper"], evaluations=5),
        ).picture

    np.testing.assert_array_equal(once(), once())


@pytest.mark.parametrize(
    ("photo", "styles", "scale", "said"),
    [
        (array(1), [], 1.0, "One style picture at least"),
        (array(1), [StyleImage(array(2), 0.0)], 1.0, "a share above 0"),
        (array(1, 20, 64), [StyleImage(array(2))], 1.0, "The photo has a short side of 20 px"),
        (
            array(1),
            [StyleImage(array(2, 31, 90))],
            1.0,
            "A style picture has a short side of 31 px",
        ),
        (
            array(1),
            [StyleImage(array(2), mask=np.zeros((48, 64), np.float32))],
            1.0,
            "mask shows nothing",
        ),
        (
            array(1),
            [StyleImage(array(2))],
            0.5,
            "A style picture at this scale has a short side of 24 px",
        ),
    ],
)
def test_what_cannot_be_painted_is_refused_with_the_reason(features, photo, styles, scale, said):
    with pytest.raises(ValueError, match=said):
        transfer_style(
            photo, styles, None, features, loss_weights=GATYS, preset=PRESETS["fast"], scale=scale
        )


def test_a_gram_matrix_is_the_products_and_its_gradient_theirs():
    maps = torch.rand(
        1, 4, 5, 6, dtype=torch.float32, generator=torch.Generator().manual_seed(0)
    ).requires_grad_(True)
    weight = torch.rand(1, 1, 5, 6, generator=torch.Generator().manual_seed(1))
    for counted in (None, weight):
        flat, w = maps[0].flatten(1), (torch.ones(30) if counted is None else counted.flatten())
        flat = torch.cat([flat, torch.ones(1, 30)])
        plain = (flat * w) @ flat.T / w.sum()
        torch.testing.assert_close(gram_matrix(maps, counted), plain)
        factors = torch.rand(5, 5, generator=torch.Generator().manual_seed(2))
        (mine,) = torch.autograd.grad((gram_matrix(maps, counted) * factors).sum(), maps)
        (theirs,) = torch.autograd.grad((plain * factors).sum(), maps)
        torch.testing.assert_close(mine, theirs)


def test_a_mask_in_the_layers_knows_nothing_of_the_person_and_no_gray(features):
    loss_weights = replace(PORTRAIT_AWARE, masks_layers=True, content=0.0, style=0.0, variation=0.0)
    flat = torch.full((1, 3, 48, 64), 0.3)
    targets = targets_of(flat, [(flat, 1.0, None)], left_half(), features, loss_weights)
    assert losses_of(flat, targets, features, loss_weights).background == pytest.approx(0, abs=1e-9)
    in_the_photo = replace(loss_weights, masks_layers=False)
    targets = targets_of(flat, [(flat, 1.0, None)], left_half(), features, in_the_photo)
    assert losses_of(flat, targets, features, in_the_photo).background > 1e-6  # its border
    changed = flat.clone()
    changed[..., 56:] = picture(3)[..., 56:]
    targets = targets_of(flat, [(flat, 1.0, None)], left_half(), features, loss_weights)
    assert losses_of(changed, targets, features, loss_weights).background == pytest.approx(
        0, abs=1e-9
    )


def test_a_styles_mask_says_where_it_counts(features):
    one, other = torch.full((1, 3, 48, 128), 0.2), torch.full((1, 3, 48, 128), 0.8)
    both = torch.cat([one[..., :64], other[..., 64:]], 3)
    masked = targets_of(
        one,
        [(both, 1.0, (torch.arange(128) < 48).float().expand(1, 1, 48, 128))],
        None,
        features,
        GATYS,
    ).gram_matrices
    alone = targets_of(one, [(one, 1.0, None)], None, features, GATYS).gram_matrices
    torch.testing.assert_close(masked["conv1_1"], alone["conv1_1"], rtol=1e-4, atol=1e-4)


def test_fast_goes_from_coarse_to_fine_and_tells_how_far_it_is(features):
    told = []
    done = transfer_style(
        array(1, 256, 130),
        [StyleImage(array(2, 200, 200))],
        None,
        features,
        loss_weights=GATYS,
        preset=replace(PRESETS["fast"], evaluations=6, coarser=((0.25, 4), (0.5, 5)), patient=True),
        tell=told.append,
    )
    assert [tuple(progress.picture.shape[2:]) for progress in told] == [(64, 32)] * 4 + [
        (128, 65)
    ] * 5 + [(256, 130)] * 6
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].done == pytest.approx(1)
    assert done.evaluations == 15


def test_what_is_stopped_has_the_photos_size_and_says_so(features):
    preset = replace(PRESETS["fast"], coarser=((0.5, 4),))
    done = transfer_style(
        array(1, 90, 120),
        [StyleImage(array(2))],
        None,
        features,
        loss_weights=GATYS,
        preset=preset,
        tell=lambda progress: True,
    )
    assert done.stopped
    assert done.picture.shape == (90, 120, 3)


def test_a_stopped_search_keeps_the_best():
    target, seen = picture(1, 8, 8), []

    def stop(look):
        seen.append(look.losses.total.item())
        return look.count == 4

    done = optimize(torch.zeros_like(target), bowl(target), evaluations=50, tell=stop)
    assert done.stopped
    assert done.loss == min(seen)
    assert len(seen) == 4


def test_what_the_keyboard_interrupts_is_not_the_searchs_to_decide():
    def interrupt(look):
        raise KeyboardInterrupt

    target = picture(1, 8, 8)
    with pytest.raises(KeyboardInterrupt):
        optimize(torch.zeros_like(target), bowl(target), evaluations=50, tell=interrupt)


def test_a_large_pictures_background_has_the_same_gradient(features, monkeypatch):
    photo, style = picture(1), picture(2)
    targets = targets_of(photo, [(style, 1.0, None)], left_half(), features, PORTRAIT_AWARE)

    def gradient():
        start = photo.clone().requires_grad_(True)
        (found,) = torch.autograd.grad(
            losses_of(start, targets, features, PORTRAIT_AWARE).total, start
        )
        return found

    usual = gradient()
    monkeypatch.setattr("pipeline.stages.style_transfer.losses.LARGE", 0)
    torch.testing.assert_close(gradient(), usual)
