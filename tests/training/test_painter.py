"""Train the painter: where its teacher's strokes lie, whose colors they have, going on again."""

import csv

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.nets.cyclegan import Generator
from pipeline.ops.seed_noise import seeds
from tests.painter_sets import vgg_of
from training import painter
from training.loop import single
from training.strokes import lit_like_monet, stroked


def noise_of(shape, seed=0):
    return seeds(shape, np.random.default_rng(seed))


@pytest.fixture
def photo():
    """Return a dark half beside a light one, (96, 96, 3), with soft spots."""
    spots = cv2.resize(
        np.random.default_rng(0).random((8, 8, 3)).astype(np.float32),
        (96, 96),
        interpolation=cv2.INTER_CUBIC,
    )
    return np.clip(
        0.2 * spots + np.where(np.arange(96) < 48, 0.2, 0.6)[None, :, None], 0, 1
    ).astype(np.float32)


def test_light_lifts_darks_and_keeps_order():
    grays = np.repeat(np.linspace(0, 1, 32, dtype=np.float32)[None, :, None], 3, 2)
    to_float = cv2.cvtColor(lit_like_monet(grays), cv2.COLOR_RGB2LAB)[0]
    assert (np.diff(to_float[:, 0]) >= 0).all()
    assert (
        np.diff(to_float[to_float[:, 0] < 99, 0]) > 0
    ).all()  # only next to white are all grays one
    assert to_float[0, 0] > 5
    assert (
        max(to_float[2, 2], to_float[-4, 2]) < to_float[14, 2]
    )  # shadows and lights are bluer than what lies between


def test_strokes_are_dabs_of_one_color():
    """Break a flat place into patches: most pixels are like a neighbor, few are like the mean."""
    flat = np.full((96, 96, 3), 0.5, np.float32)
    painted = stroked(flat, noise_of((96, 96))).mean(2)[16:-16, 16:-16]
    step = np.abs(np.diff(painted, axis=0))
    assert painted.std() > 0.02
    assert np.median(step) < 0.4 * painted.std()


def test_strokes_keep_what_the_photo_shows(photo):
    painted = stroked(photo, noise_of(photo.shape[:2]))
    coarse = [
        cv2.resize(p, (12, 12), interpolation=cv2.INTER_AREA).ravel() for p in (photo, painted)
    ]
    assert np.corrcoef(*coarse)[0, 1] > 0.97
    assert np.abs(painted - photo).mean() > 0.02


def test_a_part_is_painted_as_in_the_whole(photo):
    """What lies further off than the margin of a training has no say."""
    noise, m = noise_of(photo.shape[:2]), painter.MARGIN
    whole, corner = stroked(photo, noise), stroked(photo[:72, :72].copy(), noise[:72, :72].copy())
    assert np.abs(whole[: 72 - m, : 72 - m] - corner[: 72 - m, : 72 - m]).mean() < 2e-3


def test_the_same_seeds_give_the_same_strokes_and_others_others(photo):
    one, same, other = (stroked(photo, noise_of(photo.shape[:2], seed)) for seed in (0, 0, 1))
    assert (one == same).all()
    assert np.abs(one - other).mean() > 0.01


def test_the_strokes_themselves_are_no_different(taught):
    strokes = torch.rand(2, 3, 64, 64) * 1.8 - 0.9
    nothing, _ = painter.difference(strokes, strokes, vgg_of(taught))
    something, parts = painter.difference(strokes.flip(3), strokes, vgg_of(taught))
    assert nothing < 1e-5
    assert something > 0.1
    assert all(value >= 0 for value in parts.values())


@pytest.mark.usefixtures("a_second_a_step")
@pytest.mark.parametrize("plain", [False, True])
def test_a_training_goes_on(taught, tmp_path, plain):
    run, start = tmp_path / "run", tmp_path / "normed.safetensors"
    save_file(Generator(8, 1, resize=True, norm="batch").state_dict(), start)

    def train(steps):
        more = ["--plain"] if plain else []
        painter.train(
            painter.arguments().parse_args(
                [str(taught), str(run), "--start", str(start), "--filters", "8", "--blocks", "1",
                 "--side", "64", "--batch", "2", "--minutes", str(steps / 60), "--device", "cpu",
                 *more],
            )
        )  # fmt: skip

    train(2)
    first = torch.load(run / "state.pt", weights_only=True)["step"]
    train(5)
    assert torch.load(run / "state.pt", weights_only=True)["step"] > first > 0
    assert len(list(csv.DictReader((run / "held_out.csv").open()))) == 2
    assert ("model.2.running_mean" in single(run / "average.safetensors")) is not plain
    assert cv2.imread(str(next(run.glob("sheet-*.jpg")))).shape[1] >= 2 * 3 * painter.SHOWN_PX
