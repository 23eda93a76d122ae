"""Judges on fixed features, and how far distributions of features are apart."""

import pytest
import torch

from training.judges import (
    CELLS,
    JUDGED,
    LAYERS,
    WIDTHS,
    Judges,
    Memory,
    distribution_distance,
    in_cells,
    judges_loss,
    painter_loss,
    varied,
)

SCALES = {layer: torch.tensor(1.0) for layer in LAYERS}


def maps(count=4, shift=0.0, seed=0):
    by = torch.Generator().manual_seed(seed)
    return {
        layer: torch.randn(count, WIDTHS[layer], side, side, generator=by) + shift
        for layer, side in zip(LAYERS, (64, 32, 16, 8, 4), strict=True)
    }


def test_the_same_features_are_no_distance_apart_wherever_they_are():
    torch.manual_seed(0)
    assert distribution_distance(maps(), maps(), SCALES).item() == 0
    moved = {layer: each.roll((2, 1), (2, 3)) for layer, each in maps(1).items()}
    assert distribution_distance(maps(1), moved, SCALES).item() < 1e-6


def test_the_more_features_differ_the_farther_they_are():
    torch.manual_seed(0)
    far, near = (distribution_distance(maps(shift=s, seed=1), maps(), SCALES) for s in (1.0, 0.3))
    assert far > near + 0.1


def test_kinds_are_not_mixed():
    torch.manual_seed(0)
    one = maps()
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0])[:, None, None, None]
    two = {layer: each.abs() * signs for layer, each in one.items()}
    swapped = {layer: -each for layer, each in two.items()}
    assert distribution_distance(two, swapped, SCALES, 1) < 0.05
    assert distribution_distance(two, swapped, SCALES, 2) > 1


def test_cells_are_what_lies_there():
    each = torch.arange(2 * 64.0).reshape(2, 1, 8, 8)
    cells = in_cells({"conv1_1": each})["conv1_1"]
    assert cells.shape == (2 * CELLS**2, 1, 2, 2)
    assert torch.equal(cells[1], each[0, :, :2, 2:4])
    assert torch.equal(cells[CELLS**2 + 4], each[1, :, 2:4, :2])


def test_judges_tell_kinds_apart_after_some_steps():
    torch.manual_seed(0)
    judges = Judges(SCALES, 2)
    optimizer = torch.optim.Adam(judges.parameters(), 3e-3)
    kind = torch.tensor([0, 1, 0, 1])
    # What is real of the first kind is made of the second.
    turn = (1 - 2 * kind)[:, None, None, None]
    real = {layer: maps()[layer].abs() * turn for layer in JUDGED}
    made = {layer: -each for layer, each in real.items()}
    for _ in range(40):
        loss = judges_loss(judges(real, kind), judges(made, kind))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.5
    assert painter_loss(judges(real, kind)) < painter_loss(judges(made, kind))


def test_pictures_of_a_pair_are_varied_alike():
    torch.manual_seed(0)
    pictures = torch.rand(3, 3, 32, 32)
    one, other, darker = varied((pictures, pictures, pictures - 0.5), torch.rand(3, 7))
    assert torch.equal(one, other)
    assert (one == 0).all(1).float().mean() > 0.02  # what is hidden
    shown = (one != 0) & (darker != 0)
    assert torch.allclose((one - darker)[shown], torch.tensor(0.5), atol=1e-4)


def test_nothing_else_is_varied_at_a_half():
    pictures = torch.rand(1, 3, 40, 40)
    (same,) = varied((pictures,), torch.full((1, 7), 0.5))
    assert torch.allclose(same[..., :10], pictures[..., :10], atol=1e-5)
    assert same[0, :, 20, 20].abs().max() == pytest.approx(0)


def constant(value, seed):
    return {layer: 0.01 * each + value for layer, each in maps(2, seed=seed).items()}


def test_with_a_memory_a_style_of_two_manners_is_met_in_either_order():
    torch.manual_seed(0)
    memory = Memory()
    for i in range(6):
        manner = 1.0 if i % 2 else -1.0
        with_memory, without = (
            distribution_distance(constant(-manner, i), constant(manner, i + 9), SCALES, memory=m)
            for m in (memory, None)
        )
    assert without > 1
    assert with_memory < 0.02 * without


def test_of_what_is_remembered_nothing_is_learned():
    memory, grown = Memory(), maps(2)
    distribution_distance(grown, maps(2, seed=1), SCALES, memory=memory)
    now = {layer: each.requires_grad_() for layer, each in maps(2, shift=0.5, seed=2).items()}
    distribution_distance(now, maps(2, seed=3), SCALES, memory=memory).backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in now.values())
    assert all(len(past) == 2 for past in memory._past.values())
    assert not any(one.requires_grad for past in memory._past.values() for one, _ in past)
