"""Train the light restorer: what is done to faces, what is learned, what it is measured by."""

import csv
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from benchmarks.restoring import SHOWN, Timed, drawn, measured, network_of
from pipeline.metrics.similarity import psnr
from pipeline.nets.light_restorer import LightRestorer
from pipeline.runtime.models import Models
from tests.training_sets import face_mask, write_pair
from training import degrade, restorer, worn_faces
from training.checks import DatasetError
from training.degrade import Degradation, kernel
from training.export import restorer as exported
from training.figures import as_network, read_log
from training.loop import single
from training.restore_figures import figures, outcome, trials
from training.restorer import difference, networks
from training.teachers import Perceptual
from training.worn_faces import SIDE, Worn, looked_at, read_pairs

CELEBA = np.array(
    [0, 17, 1, 6, 7, 4, 5, 12, 10], np.uint8
)  # of EasyPortrait's nine: cloth for the person, one lip
MILD = Degradation((0.2, 0.2), 0.0, 1.0, 0.0, 100, "cubic", 0)


def face(seed: int, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Return a face of flat colors with soft light and fine lines, and CelebAMask-HQ's mask.

    One eye is closed.
    """
    rng = np.random.default_rng(seed)
    mask = face_mask(side)
    mask[mask == 5] = 2  # so that the face has two sides
    light = cv2.resize(
        rng.uniform(-30, 30, (4, 4, 3)).astype(np.float32),
        (side, side),
        interpolation=cv2.INTER_CUBIC,
    )
    lines = 25 * np.sin(np.arange(side) * rng.uniform(0.5, 1.5))[:, None, None]
    return (rng.uniform(60, 190, (9, 3))[mask] + light + lines).clip(0, 255).astype(
        np.uint8
    ), CELEBA[mask]


def tensor(faces: list[np.ndarray]) -> torch.Tensor:
    """Return faces as a batch in [-1, 1]."""
    return torch.from_numpy(np.stack(faces)).permute(0, 3, 1, 2).float() / 127.5 - 1


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """Return the file of a small network with random features."""
    torch.manual_seed(0)
    sizes = [3, 4, 4, 6, 6, 8, 8, 8, 8, 8]
    state = {"conv0.weight": torch.eye(3)[:, :, None, None], "conv0.bias": torch.zeros(3)}
    for name, n_in, n_out in zip(Perceptual.NAMES, sizes, sizes[1:], strict=False):
        state[f"{name}.weight"], state[f"{name}.bias"] = (
            torch.randn(n_out, n_in, 3, 3) / (9 * n_in) ** 0.5,
            torch.zeros(n_out),
        )
    file = tmp_path_factory.mktemp("teacher") / "5SE.pth"
    torch.save(state, file)
    return file


@pytest.fixture(scope="module")
def shared(teacher, tmp_path_factory):
    """Return a folder with faces to learn from, others to measure on, and the teacher."""
    folder = tmp_path_factory.mktemp("shared")
    for kind, seeds in (("face_parsing", range(3)), ("face_parsing_test", range(3, 5))):
        for seed in seeds:
            photo, mask = face(seed, SIDE)
            write_pair(
                folder / f"data/{kind}/images",
                folder / f"data/{kind}/masks",
                f"f{seed}",
                mask,
                photo,
            )
    (folder / "weights/vgg19_distilled").mkdir(parents=True)
    (folder / "weights/vgg19_distilled/5SE.pth").write_bytes(teacher.read_bytes())
    return folder


# What is done to faces


def test_every_damage_is_drawn_from_the_published_ranges_and_reaches_their_ends():
    rng = np.random.default_rng(0)
    drawn_ones = [degrade.drawn(rng) for _ in range(600)]
    published = {"blur": (0.2, 10), "shrink": (1, 8), "noise": (0, 15), "quality": (60, 100)}
    for name, (least, most) in published.items():
        values = np.array([getattr(one, name) for one in drawn_ones]).ravel()
        assert least <= values.min() < least + 0.02 * (most - least)
        assert most - 0.02 * (most - least) < values.max() <= most
        assert values.mean() == pytest.approx((least + most) / 2, rel=0.05)
    assert np.mean([one.blur[0] == one.blur[1] for one in drawn_ones]) == pytest.approx(
        0.5, abs=0.07
    )
    assert {one.enlarging for one in drawn_ones} == {"cubic"}


def test_equal_seeds_give_equal_damage():
    photo, _ = face(0, 96)
    one, same, other = (degrade.drawn(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same != other
    np.testing.assert_array_equal(degrade.degrade(photo, one), degrade.degrade(photo, same))
    assert (degrade.degrade(photo, one) != degrade.degrade(photo, other)).any()


@given(st.floats(0.7, 6), st.floats(0.7, 6), st.floats(-np.pi, np.pi))
@settings(max_examples=30)
def test_a_kernel_is_as_wide_along_its_axes_as_it_should_be(first, second, angle):
    found = kernel((first, second), angle)
    y, x = np.mgrid[: degrade.KERNEL, : degrade.KERNEL] - degrade.KERNEL // 2
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert np.sqrt((found * along**2).sum()) == pytest.approx(first, rel=0.03)
    assert np.sqrt((found * across**2).sum()) == pytest.approx(second, rel=0.03)


def changed(**values):
    return Degradation(**{**vars(MILD), **values})


def test_the_least_damage_leaves_a_face_as_it_is():
    photo, _ = face(0, 96)
    assert (
        psnr(degrade.degrade(photo, MILD), photo) > 30
    )  # JPEG blurs the colors' edges at any quality


@pytest.mark.parametrize(
    "harm", [{"blur": (6.0, 6.0)}, {"shrink": 8.0}, {"noise": 15.0}, {"quality": 60}]
)
def test_each_kind_of_damage_does_harm_and_keeps_size_and_light(harm):
    photo, _ = face(0, 96)
    worn = degrade.degrade(photo, changed(**harm))
    assert worn.shape == photo.shape
    assert worn.dtype == np.uint8
    assert psnr(worn, photo) < psnr(degrade.degrade(photo, MILD), photo) - 3
    np.testing.assert_allclose(
        worn.mean((0, 1)), photo.mean((0, 1)), atol=4
    )  # colors change places nowhere


def test_noise_has_its_deviation():
    worn = degrade.degrade(np.full((128, 128, 3), 128, np.uint8), changed(noise=15.0))
    luma = np.array([0.299, 0.587, 0.114])  # of color JPEG keeps less
    assert (worn @ luma).std() == pytest.approx(15 * np.linalg.norm(luma), rel=0.05)


# What is learned from


def test_an_item_is_always_the_same_and_its_truth_lies_in_place(shared, monkeypatch):
    worn = Worn(read_pairs(shared / "data/face_parsing"), 128, seed=5)
    for i in range(3):
        degraded, truth, look = worn[i]
        assert degraded.shape == truth.shape == (3, 128, 128)
        assert look.shape == (1, 128, 128)
        assert all(torch.equal(a, b) for a, b in zip(worn[i], (degraded, truth, look), strict=True))
    assert not torch.equal(worn[0][1], worn[1][1])
    monkeypatch.setattr(worn_faces, "degrade", lambda photo, _: photo)
    for i in range(6):
        degraded, truth, _ = worn[i]
        assert torch.equal(degraded, truth)


def test_some_faces_stay_sharp(shared, monkeypatch):
    monkeypatch.setattr(worn_faces, "degrade", lambda photo, _: 255 - photo)
    worn = Worn(read_pairs(shared / "data/face_parsing"), 16, seed=0)
    sharp = np.mean([torch.equal(*worn[i][:2]) for i in range(100)])
    assert 0.03 < sharp < 0.2


def test_where_people_look_turns_with_the_face_and_holds_eyes_and_mouth(shared):
    _, mask = face(0, SIDE)
    look = looked_at(mask)
    assert look[np.isin(mask, (5, 10, 12))].min() > 200
    assert look[np.isin(mask, (0, 17))].max() == 0
    worn = Worn(read_pairs(shared / "data/face_parsing"), SIDE, seed=0)
    found = [worn[i][2][0].numpy() for i in range(8)]
    sides = [
        next(k for k, known in enumerate((look, look[:, ::-1])) if (one == known).all())
        for one in found
    ]
    assert set(sides) == {0, 1}


def test_a_face_of_another_size_is_named(tmp_path):
    photo, mask = face(0)
    write_pair(tmp_path / "images", tmp_path / "masks", "small", mask, photo)
    with pytest.raises(DatasetError, match=r"small\.png: 512 x 512 px were wanted; it has 64 x 64"):
        read_pairs(tmp_path)


# What is learned


def test_an_error_in_an_eye_costs_more_and_none_costs_nothing(teacher):
    vgg = Perceptual(teacher)
    photo, mask = face(0)
    truth = tensor([photo])
    look = torch.from_numpy(looked_at(mask))[None, None].float() / 255
    eye, cheek = (truth.clone() for _ in range(2))
    eye[:, :, 28:32, 20:28] += 0.3
    cheek[:, :, 2:6, 20:28] += 0.3
    at_eye, elsewhere, nothing = (
        difference(found, truth, look, vgg)[0].item() for found in (eye, cheek, truth)
    )
    assert at_eye > 1.5 * elsewhere
    assert nothing < 0.02 < elsewhere


def test_a_small_restorer_learns_a_few_faces_by_heart(teacher):
    torch.manual_seed(0)
    vgg, network = Perceptual(teacher), LightRestorer(16, 1)
    harm = changed(blur=(2.0, 2.0), shrink=3.0, noise=5.0)
    sharp = [face(seed)[0] for seed in range(3)]
    worn = [degrade.degrade(photo, harm) for photo in sharp]
    truth, seen = (tensor([*faces, sharp[0]]) for faces in (sharp, worn))
    look = torch.zeros(4, 1, 64, 64)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(200):
        loss, _ = difference(network(seen), truth, look, vgg)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    outcomes = [outcome(*pair, as_network(network)) for pair in zip(sharp, worn, strict=True)]
    found = figures(outcomes, vgg)
    assert found["gain_db"] > 3
    assert found["feature_ratio"] < 0.7
    assert psnr(outcomes[0].passed, sharp[0]) > psnr(outcomes[0].restored, sharp[0])


SMALL = ["--width", "8", "--depth", "1", "--side", "64", "--opponent", "4", "--cpu"]


def run(shared, folder, seconds, *more):
    restorer.train(
        restorer.arguments().parse_args(
            [str(shared), str(folder), *SMALL, "--minutes", str(seconds / 60), *map(str, more)]
        )
    )


@pytest.mark.usefixtures("a_second_a_step")
def test_a_training_logs_measures_goes_on_and_is_exported(shared, tmp_path):
    run(shared, tmp_path / "run", 2)
    run(shared, tmp_path / "run", 4)
    assert read_log(tmp_path / "run/log.csv")["step"] == [1, 2, 3, 4, 5]
    held_out = read_log(tmp_path / "run/held_out.csv")
    assert set(held_out) == {
        "step",
        "minutes",
        "gain_db",
        "feature_ratio",
        "sharp_db",
        "sharp_worst_db",
    }
    assert len(held_out["gain_db"]) == 2
    assert {file.name for file in (tmp_path / "run").glob("*.jpg")} == {
        "sheet-000003.jpg",
        "sheet-000005.jpg",
    }
    network, build = exported([tmp_path / "run/average.safetensors"])
    assert build == {"width": 8, "depth": 1}
    state = single(tmp_path / "run/average.safetensors")
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    assert network.change.outer.weight.abs().max() > 0


@pytest.mark.usefixtures("a_second_a_step")
def test_an_opponent_joins_a_restorer_that_has_learned(shared, tmp_path):
    run(shared, tmp_path / "run", 1)
    with pytest.raises(ValueError, match="--start"):
        run(shared, tmp_path / "other", 1, "--adversarial", 0.05)
    run(
        shared,
        tmp_path / "other",
        1,
        "--adversarial",
        0.05,
        "--start",
        tmp_path / "run/average.safetensors",
    )
    with (tmp_path / "other/log.csv").open(newline="") as text:
        (row, *_) = csv.DictReader(text)
    assert float(row["deceived"]) > 0
    assert float(row["opponent"]) > 0


def test_a_training_starts_from_a_restorer_of_its_size(tmp_path):
    args = restorer.arguments().parse_args([str(tmp_path), str(tmp_path), *SMALL])
    save_file(LightRestorer(8, 1).state_dict(), tmp_path / "start.safetensors")
    args.start = tmp_path / "start.safetensors"
    state = single(args.start)
    assert all(
        torch.equal(value, state[key])
        for key, value in networks(args)["restorer"].state_dict().items()
    )
    with pytest.raises(RuntimeError, match="size mismatch"):
        networks(SimpleNamespace(**{**vars(args), "width": 12}))


# What it is measured by


def test_nothing_done_gains_nothing_and_the_truth_gains_everything(teacher):
    vgg, sharp = Perceptual(teacher), face(0)[0]
    worn = degrade.degrade(sharp, changed(blur=(3.0, 3.0)))
    nothing = figures([outcome(sharp, worn, lambda batch: batch)], vgg)
    assert nothing == {"gain_db": 0, "feature_ratio": 1, "sharp_db": 100, "sharp_worst_db": 100}
    truth = sharp.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
    everything = figures([outcome(sharp, worn, lambda _: truth)], vgg)
    assert everything["gain_db"] > 60
    assert everything["feature_ratio"] == 0
    darker = figures([outcome(sharp, worn, lambda batch: batch - 0.2)], vgg)
    assert darker["gain_db"] < 0
    assert darker["sharp_db"] == pytest.approx(20, abs=1)


def test_trials_are_always_the_same_and_no_faces_are_said(shared, tmp_path):
    once, again = (trials(shared / "data/face_parsing_test/images") for _ in range(2))
    assert len(once) == 2
    for (_, one), (_, other) in zip(once, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(trials(shared / "data/face_parsing_test/images", 1)) == 1
    with pytest.raises(DatasetError, match="aligned faces of 512 x 512 px were wanted"):
        trials(tmp_path)


class FaceNet:
    """Tells two pictures apart by their light; sees no face in a dark one."""

    def identity(self, photo, result):
        return (
            None if photo.mean() < 10 else 1 - abs(float(photo.mean()) - float(result.mean())) / 255
        )


def test_the_benchmark_adds_identity_and_seconds_and_draws_faces(shared):
    faces = [
        *trials(shared / "data/face_parsing_test/images"),
        (np.zeros((SIDE, SIDE, 3), np.uint8),) * 2,
    ]
    found, outcomes = measured(
        lambda batch: batch - 0.2, faces, shared, SimpleNamespace(FaceNet=FaceNet)
    )
    assert found["identity"] == pytest.approx(0.9, abs=0.01)
    assert found["identity_degraded"] > 0.99
    assert 0 < found["seconds"] < 1
    page = drawn(outcomes * SHOWN)
    assert page.shape[1] > 2 * 3 * SIDE
    np.testing.assert_array_equal(page[:SIDE, :SIDE], faces[0][0])


def test_a_runs_file_and_an_embedded_name_are_both_restorers(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "benchmarks.restoring.compile_openvino",
        lambda verified: (verified.entry.build, verified.files),
    )
    save_file(LightRestorer(8, 2).state_dict(), tmp_path / "average.safetensors")
    assert network_of(str(tmp_path / "average.safetensors")) == (
        {"width": 8, "depth": 2},
        (tmp_path / "average.safetensors",),
    )
    monkeypatch.setattr(
        Models, "named", lambda self, name, policy: SimpleNamespace(run=(name, policy))
    )
    assert network_of("gfpgan_v1.4") == ("gfpgan_v1.4", "auto")


def test_the_clock_counts_runs():
    timed = Timed(lambda batch: batch + 1)
    assert timed(np.zeros((1, 3, 2, 2), np.float32)).max() == 1
    assert len(timed.seconds) == 1
