"""Train the painter held to paintings: what it is punished for, which paintings it is shown.

Also a training that goes on, and moods by color.
"""

import csv

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.cyclegan import Generator
from pipeline.stages.stylize.canvas_texture import textured
from tests.painter_sets import vgg_of
from training import manner, moods
from training.manner import ENLARGED, MEMORY, Finish, Manner, batches, draw, manner_loss, moments_of
from training.palettes import lit_like, palette
from training.unpaired import part, read_domains


def paintings_of(count):
    """Return paintings, (count, 3, 64, 64) in [-1, 1], of as many palettes."""
    return (torch.rand(count, 3, 1, 1) + 0.4 * torch.rand(count, 3, 64, 64)) / 0.7 - 1


SOME = 16  # paintings: as many as a training remembers take a minute
BARE = Finish(
    torch.zeros(1, 3, 1, 1), torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)
)  # no broad strokes, and a canvas without grain


def test_paintings_themselves_are_in_their_own_manner(taught):
    vgg, paintings = vgg_of(taught), paintings_of(SOME)
    manner = Manner(paintings, vgg)
    as_large = torch.nn.functional.interpolate(paintings, scale_factor=ENLARGED, mode="bilinear")
    _, own = manner_loss(as_large, as_large, BARE, SOME, vgg, manner)
    _, other = manner_loss(torch.rand(SOME, 3, 112, 112) * 0.2, as_large, BARE, SOME, vgg, manner)
    assert all(value < 1e-4 for name, value in own.items() if name != "crowd")
    assert all(other[name] > 2 * own[name] for name in other)


def test_the_canvas_lies_on_results_as_the_pipeline_weaves_it():
    painted, grain = torch.rand(1, 3, 40, 50), 0.05 * torch.randn(1, 1, 40, 50)
    found = manner.with_canvas(painted, grain)[0].permute(1, 2, 0).numpy()
    as_picture = np.ascontiguousarray(painted[0].permute(1, 2, 0).numpy())
    laid = textured(as_picture, grain[0, 0].numpy())
    np.testing.assert_allclose(found, laid, atol=1e-6)


def test_people_are_not_held_to_paintings(taught):
    vgg, paintings = vgg_of(taught), paintings_of(4)
    some, strokes = torch.rand(2, 3, 112, 112), torch.zeros(3, 3, 112, 112)
    crowds = [
        manner_loss(torch.cat([some, people]), strokes, BARE, 2, vgg, Manner(paintings, vgg))[1][
            "crowd"
        ]
        for people in (torch.zeros(1, 3, 112, 112), torch.ones(1, 3, 112, 112))
    ]
    assert crowds[0] == crowds[1] > 0


def test_moments_know_light_and_contrast_but_no_place(taught):
    vgg = vgg_of(taught)
    features = vgg(torch.rand(1, 3, 32, 32))
    moments = moments_of(features)
    assert torch.allclose(
        moments_of({name: f.flip(3) for name, f in features.items()}), moments, atol=1e-5
    )
    assert (
        moments_of({name: f + 0.1 for name, f in features.items()}) - moments
    ).abs().max() > 0.09
    assert (
        moments_of({name: f * 1.5 for name, f in features.items()}) - moments
    ).abs().max() > 0.01


def test_results_that_are_all_alike_are_not_the_paintings(taught):
    vgg, paintings = vgg_of(taught), paintings_of(MEMORY)
    manner = Manner(paintings, vgg)
    moments = moments_of(vgg(paintings / 2 + 0.5))
    assert manner.together(moments) < 1e-3
    assert manner.together(moments[:1].repeat(MEMORY, 1)) > 0.5


def test_looks_are_as_far_apart_as_their_spreads_and_their_means(taught):
    vgg, paintings = vgg_of(taught), paintings_of(MEMORY)
    manner, moments = Manner(paintings, vgg), moments_of(vgg(paintings / 2 + 0.5))
    channels = manner.look.stop - manner.look.start
    for wider, shift in ((1, 0), (0.5, 0), (2, 0), (1, 0.7), (3, -1)):
        looks = manner.mean + (moments - manner.mean) * wider + shift * manner.spread
        wanted = (wider - 1) ** 2 + channels * shift**2 / manner.covariance.trace()
        assert abs(manner.distance(looks) - wanted) < 1e-3 + 1e-3 * wanted, (wider, shift)


def test_landscapes_come_first_then_people(taught):
    data, _ = read_domains(taught / "data")
    dark, light = (np.full((96, 96, 3), value, np.uint8) for value in (40, 220))
    data.landscapes[:], data.people[:] = [dark], [light]
    given, strokes, finish = next(batches(data, 2, 1, 64, np.random.default_rng(0)))
    assert given.shape == strokes.shape == (3, 3, 112, 112)
    assert (finish.broad.shape, finish.structure.shape) == ((2, 3, 112, 112), (2, 1, 64, 64))
    assert strokes[:2].mean() < 0 < strokes[2].mean()
    assert given[:2].mean() < 0 < given[2].mean()


def test_a_part_has_its_size_whatever_the_picture():
    rng = np.random.default_rng(0)
    for size in ((40, 300), (96, 96), (500, 333)):
        assert part(np.zeros((*size, 3), np.uint8), 80, 64, rng).shape == (64, 64, 3)


def test_the_light_of_some_paintings_differs_as_their_palettes_do():
    gray = np.full((8, 8, 3), 0.5, np.float32)
    usual = np.array([[50, 0, 0, 10, 5, 5]], np.float32)
    warm = usual + np.array([0, 4, 20, 0, 0, 0], np.float32)
    same, warmer = (palette(lit_like(p, usual)(gray)) for p in (usual, warm))
    np.testing.assert_allclose(warmer[:3] - same[:3], (0, 4, 20), atol=1.0)


@pytest.mark.usefixtures("a_second_a_step")
def test_a_training_goes_on_and_its_painter_comes_nearer_to_the_paintings(taught, tmp_path):
    run = tmp_path / "run"

    def train(steps):
        manner.train(
            manner.arguments().parse_args(
                [str(taught), str(run), "--start", str(taught / "start.safetensors"),
                 "--minutes", str(steps / 60), "--side", "64", "--landscapes", "2",
                 "--rate", "3e-3", "--device", "cpu"],
            )
        )  # fmt: skip

    train(3)
    first = torch.load(run / "state.pt", weights_only=True)["step"]
    train(12)
    assert torch.load(run / "state.pt", weights_only=True)["step"] > first > 0
    rows = list(csv.DictReader((run / "held_out.csv").open()))
    assert len(rows) == 2
    painter, _ = manner.plain_generator(manner.single(run / "average.safetensors"))
    begun, _ = manner.plain_generator(manner.single(taught / "start.safetensors"))
    data, _ = read_domains(taught / "data")
    photo, strokes, finish = next(batches(data, 8, 0, 64, np.random.default_rng(1)))
    with torch.inference_mode():
        vgg, paintings = (
            vgg_of(taught),
            torch.stack(
                [
                    torch.from_numpy(part(p, 64, 64, np.random.default_rng(0)))
                    for p in data.paintings
                ]
            ),
        )
        paintings = paintings.permute(0, 3, 1, 2) / 127.5 - 1
        before, after = (
            manner_loss(net(photo), strokes, finish, 8, vgg, Manner(paintings, vgg))[0]
            for net in (begun, painter)
        )
    assert after < 0.98 * before


def test_the_sheet_is_drawn(taught, tmp_path):
    _, held_out = read_domains(taught / "data")
    figures = draw(
        Generator(8, 1, resize=True, norm="none"), held_out, vgg_of(taught), tmp_path / "sheet.jpg"
    )
    assert cv2.imread(str(tmp_path / "sheet.jpg")).shape[1] >= 2 * 384
    assert -1 <= figures["likeness"] <= 1


def test_moods_are_groups_of_like_colors_from_blue_to_yellow():
    rng = np.random.default_rng(0)
    centers = np.array(
        [[50 - b, b / 4, b, 12 + b / 4, 5 + b / 8, 8 + b / 4] for b in (20, -15, 3)], np.float32
    )
    palettes = np.repeat(centers, 20, 0) + rng.normal(0, 0.5, (60, 6)).astype(np.float32)
    groups = moods.grouped(palettes, 3)
    assert groups.tolist() == [2] * 20 + [0] * 20 + [1] * 20


def test_the_lists_name_paintings_and_share_none():
    mist, dusk = ((moods.FOLDER / f"{name}.txt").read_text().split() for name in ("mist", "dusk"))
    assert min(len(mist), len(dusk)) > 100
    assert not set(mist) & set(dusk)
