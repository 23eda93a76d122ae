"""Thin-plate splines: what they keep, what they hit, and that they agree with scipy's."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RBFInterpolator

from pipeline.ops.tps import Spline, fit, scaled, warp

SEEDS = st.integers(0, 2**32 - 1)
SIDE = 128


def points_of(seed, count=2, px=SIDE):
    """Return (count, 25, 2) points, none near another: a grid's, each moved a little."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*2 * [np.arange(5)]), 2).reshape(-1, 2)
    places = (grid + 0.5 + rng.uniform(-0.35, 0.35, (count, 25, 2))) * px / 5
    return torch.from_numpy(places.astype(np.float32))


def bent(points, px=4.0, wave=150.0):
    """Move points as a face's parts move: neighbors together."""
    x, y = points.unbind(-1)
    k = 2 * math.pi / wave
    return points + px * torch.stack([torch.sin(k * y + 1), torch.cos(k * (x + 0.5 * y))], -1)


def picture_of(seed, count=2, side=SIDE):
    """Return smooth pictures, (count, 3, side, side)."""
    noise = torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(noise, (side, side), mode="bicubic")


@given(SEEDS)
def test_points_that_stay_leave_everything_where_it_is(seed):
    points, anywhere = points_of(seed), points_of(seed + 1)
    spline = fit(points, points)
    assert torch.equal(spline(anywhere), anywhere)
    maps = picture_of(seed % 1000)
    assert torch.allclose(warp(maps, spline), maps, atol=1e-3)


@given(SEEDS, st.floats(0, 1))
def test_an_affine_map_is_met_exactly_however_stiff(seed, stiffness):
    rng = np.random.default_rng(seed)
    linear = torch.from_numpy(np.eye(2) + rng.normal(0, 0.4, (2, 2))).float()
    shift = torch.from_numpy(rng.normal(0, 50, 2)).float()
    points, anywhere = points_of(seed), 2 * points_of(seed + 1) - SIDE / 2
    spline = fit(points, points @ linear + shift, stiffness)
    assert torch.allclose(spline(anywhere), anywhere @ linear + shift, atol=2e-3)


@given(SEEDS, st.sampled_from([64, 512, 4096]))
def test_every_control_is_hit(seed, px):
    source = points_of(seed, px=px)
    for target in (bent(source, px / 30, 1.2 * px), points_of(seed + 1, px=px)):
        off = (fit(source, target)(source) - target).abs().max()
        assert off < 1e-3  # px
        if px > SIDE:  # where neighbors are moved at random, float32 has no more digits
            break


@given(SEEDS)
def test_float64_stays_float64_and_hits_to_its_last_digits(seed):
    source, target = (points_of(seed + i).double() for i in (0, 1))
    spline = fit(source, target)
    assert spline.weights.dtype == torch.float64
    assert (spline(source) - target).abs().max() < 1e-9


@given(SEEDS)
def test_the_stiffer_the_less_it_bends(seed):
    source, target = (points_of(seed + i).double() for i in (0, 1))
    bending = [fit(source, target, k).weights[:, :-3].norm() for k in (0.0, 0.1, 1.0, 10.0)]
    assert bending == sorted(bending, reverse=True)


@given(SEEDS)
def test_there_and_back_ends_near_the_start(seed):
    source = points_of(seed)
    target = bent(source)
    inside = SIDE / 4 + points_of(seed + 1) / 2
    back = fit(target, source)(fit(source, target)(inside))
    assert (back - inside).abs().max() < 1.0  # px: the inverse of a spline is none, but nearly


@given(SEEDS, st.sampled_from([0.0, 0.1]))
def test_it_is_scipys_thin_plate_spline(seed, stiffness):
    source, target, anywhere = (points_of(seed + i).double() for i in range(3))
    found = fit(source, target, stiffness)(anywhere)
    for i in range(2):
        middle = source[i].mean(0)
        spread = (source[i] - middle).square().sum(1).mean().sqrt()
        at, around = ((each[i] - middle) / spread for each in (anywhere, source))
        # Theirs has r² log r, half of ours: twice our weights, so half our stiffness.
        theirs = RBFInterpolator(
            around.numpy(), target[i].numpy(), kernel="thin_plate_spline", smoothing=stiffness / 2
        )
        assert np.allclose(found[i].numpy(), theirs(at.numpy()), atol=1e-6)


@settings(max_examples=10)
@given(SEEDS)
def test_a_warped_picture_is_read_where_scipys_spline_leads(seed):
    side = 48
    source = points_of(seed, 1, side)
    target, picture = bent(source, 3.0, 80.0), picture_of(seed % 1000, 1, side)
    y, x = np.mgrid[:side, :side]
    theirs = RBFInterpolator(source[0].numpy(), target[0].numpy(), kernel="thin_plate_spline")
    at = theirs(np.stack([x, y], 2).reshape(-1, 2)).clip(0, side - 1)
    low = np.minimum(at.astype(int), side - 2)
    part = at - low
    wanted = sum(
        picture[0, :, low[:, 1] + j, low[:, 0] + i].numpy()
        * np.abs(1 - i - part[:, 0]) * np.abs(1 - j - part[:, 1])
        for i in (0, 1) for j in (0, 1)
    )  # fmt: skip
    found = warp(picture, fit(source, target), every=1)
    assert np.abs(found[0].reshape(3, -1).numpy() - wanted).max() < 1e-3


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([(256, 256), (250, 203)]))
def test_between_evaluated_points_it_is_less_than_a_twentieth_px_off(seed, size):
    source = 40 + points_of(seed, px=170)
    spline = fit(source, bent(source, 4.0, 200.0))
    ramp = torch.stack(torch.meshgrid(*map(torch.arange, size), indexing="ij")).float()[None]
    exact, near = (warp(ramp, spline, every=k)[..., 8:-8, 8:-8] for k in (1, 8))
    assert (exact - near).norm(dim=1).max() < 0.05


def test_gradients_are_right():
    source = points_of(0, 2, 12).double()[:, ::4].requires_grad_()
    target = bent(source.detach() + 0.13, 1.0, 30.0).requires_grad_()
    assert torch.autograd.gradcheck(lambda s, t: fit(s, t, 0.05)(s + 0.3), (source, target))
    maps = picture_of(0, 2, 12)[:, :1].double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda m, s, t: warp(m, fit(s, t), (3, 4), every=2), (maps, source, target)
    )


def test_the_gradient_at_a_control_is_finite():
    points = points_of(0).requires_grad_()
    fit(points, bent(points.detach()))(points).sum().backward()
    assert points.grad is not None
    assert points.grad.isfinite().all()


@given(SEEDS)
def test_doubled_points_are_mapped_onto_the_mean_of_their_targets(seed):
    source, target = points_of(seed), points_of(seed + 1)
    source[:, 1] = source[:, 0]
    source[:, 3] = source[:, 2] + 1e-3
    found = fit(source, target)(source)
    for i in (0, 2):
        wanted = target[:, i : i + 2].mean(1)
        assert (found[:, i] - wanted).abs().max() < 0.01
        assert (found[:, i + 1] - wanted).abs().max() < 0.01
    assert (found[:, 4:] - target[:, 4:]).abs().max() < 5e-3


@given(SEEDS, st.sampled_from([0.25, 0.5, 2.0]))
def test_a_scaled_spline_is_that_of_scaled_points(seed, scale):
    source, target, anywhere = (points_of(seed + i) for i in range(3))

    def sized(points):
        return (points + 0.5) * scale - 0.5

    found = scaled(fit(source, target), scale)(sized(anywhere))
    assert torch.allclose(found, fit(sized(source), sized(target))(sized(anywhere)), atol=2e-3)
    assert torch.allclose(found, sized(fit(source, target)(anywhere)), atol=2e-3)


def test_the_result_has_the_size_that_is_asked_for_and_edges_repeat():
    maps = picture_of(3, 1)
    shift = Spline(points_of(0, 1), torch.zeros(1, 28, 2))
    shift.weights[:, -3] = torch.tensor([1000.0, 0.0])
    found = warp(maps, shift, (40, 50))
    assert found.shape == (1, 3, 40, 50)
    assert torch.allclose(found, maps[:, :, :40, -1:].expand_as(found), atol=1e-4)


def test_one_spline_serves_a_batch_and_one_picture_many_splines():
    source = points_of(0, 3)
    splines, maps = fit(source, bent(source)), picture_of(1, 3)
    one = Spline(splines.controls[:1], splines.weights[:1])
    assert torch.allclose(warp(maps, one)[:1], warp(maps, splines)[:1], atol=1e-5)
    assert torch.allclose(warp(maps[:1], splines)[:1], warp(maps, splines)[:1], atol=1e-5)
    assert warp(maps[:1], splines).shape == maps.shape


def test_half_precision_around_it_moves_nothing():
    source, maps = points_of(0), picture_of(1)
    wanted = warp(maps, fit(source, bent(source)))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(warp(maps, fit(source, bent(source))), wanted)
        low = warp(maps.bfloat16(), fit(source, bent(source)))
    assert low.dtype == torch.bfloat16
    assert (low.float() - wanted).abs().max() < 0.02


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (torch.zeros(1, 5, 2), torch.zeros(1, 6, 2), r"one shape \(B, N, 2\)"),
        (torch.zeros(5, 2), torch.zeros(5, 2), r"one shape \(B, N, 2\)"),
        (torch.rand(1, 2, 2), torch.rand(1, 2, 2), "at least 3 points; 2"),
        (torch.zeros(1, 5, 2), torch.rand(1, 5, 2), "one line"),
        (torch.arange(5.0)[None, :, None].expand(1, 5, 2), torch.rand(1, 5, 2), "one line"),
        (torch.full((1, 5, 2), torch.nan), torch.rand(1, 5, 2), "finite"),
    ],
)
def test_points_that_no_spline_fits_are_refused(source, target, message):
    with pytest.raises(ValueError, match=message):
        fit(source, target)
