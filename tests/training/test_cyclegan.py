"""Train CycleGAN: its parts, one overfitted training and one that goes on after a stop.

Networks are small, colors are two.
"""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from training import cyclegan
from training.checks import DatasetError
from training.cyclegan import (
    LinearDecay,
    Replay,
    discriminator_loss,
    generators_loss,
    judged,
    networks,
)
from training.loop import single
from training.patchgan import PatchGAN
from training.unpaired import batches, cropped, read_domains

SMALL = ["--filters", "8", "--blocks", "1", "--opponent", "8", "--side", "64", "--cpu", "--precise"]


def arguments(shared, run, *more):
    return cyclegan.arguments().parse_args([str(shared), str(run), *SMALL, *more])


def test_a_verdict_stands_for_a_patch_of_seventy_pixels():
    network = PatchGAN(8)
    photo = torch.rand(1, 3, 256, 256, requires_grad=True)
    verdict = network(photo)
    assert verdict.shape == (1, 1, 30, 30)
    with torch.no_grad():
        for module in (
            network.modules()
        ):  # instance norm sees the whole picture: left out, what remains is local
            if isinstance(module, torch.nn.InstanceNorm2d):
                module.forward = lambda x: x
    network(photo)[0, 0, 15, 15].backward()
    rows = photo.grad[0].abs().sum((0, 2)).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_the_published_size_has_the_published_number_of_parameters():
    nets = networks(cyclegan.arguments().parse_args(["SHARED", "RUN", "--published"]))
    count = {name: sum(p.numel() for p in net.parameters()) for name, net in nets.items()}
    assert count["painter"] == count["photographer"] == 11_378_179
    assert count["sees_paintings"] == count["sees_photos"] == 2_764_737


def test_the_rate_stays_then_falls_to_nothing():
    schedule = LinearDecay(60)
    assert [schedule.rate(p) for p in (0, 0.25, 0.5, 0.75, 1)] == [1, 1, 1, 0.5, 0]


def test_the_history_gives_each_picture_back_or_an_older_one():
    replay = Replay(3, np.random.default_rng(0))
    seen = []
    for i in range(40):
        (given,) = replay.of(torch.full((1, 3, 2, 2), float(i)))
        seen.append(int(given[0, 0, 0]))
        assert seen[-1] <= i
    assert seen[:3] == [0, 1, 2]
    assert 8 < sum(one == i for i, one in enumerate(seen[3:], 3)) < 30
    assert len(replay.pictures) == 3


def test_the_loss_is_the_papers():
    def same(x):
        return x

    def half(x):
        return torch.full((len(x), 1, 1, 1), 0.5)

    photo, painting = torch.zeros(1, 3, 4, 4), torch.ones(1, 3, 4, 4)
    nets = {
        "painter": lambda x: x + 0.1,
        "photographer": same,
        "sees_paintings": half,
        "sees_photos": half,
    }
    total, painted, photographed, parts = generators_loss(nets, photo, painting)
    assert torch.allclose(painted, photo + 0.1)
    assert torch.equal(photographed, painting)
    assert parts == pytest.approx({"adversarial": 0.5, "cycle": 0.2, "identity": 0.1})
    assert total.item() == pytest.approx(0.5 + 10 * 0.2 + 5 * 0.1)
    assert discriminator_loss(half, photo, painting).item() == pytest.approx(0.25)
    assert judged(torch.ones(2), real=True).item() == 0


def test_crops_have_the_side_and_only_what_the_picture_has():
    rng = np.random.default_rng(0)
    picture = rng.integers(10, 60, (80, 120, 3), np.uint8)
    for _ in range(10):
        part = cropped(picture, 64, rng)
        assert part.shape == (64, 64, 3)
        assert part.max() < 90


def test_pictures_are_kept_out_and_both_kinds_of_photos_are_drawn(shared):
    data, held_out = read_domains(shared / "data")
    assert [len(v) for v in (data.landscapes, data.people, data.paintings)] == [7, 10, 7]
    assert [len(v) for v in (held_out.landscapes, held_out.people, held_out.paintings)] == [2, 2, 2]
    photos, paintings = next(batches(data, 3, 64, np.random.default_rng(0)))
    assert photos.shape == paintings.shape == (3, 3, 64, 64)
    assert -1 <= photos.min() < photos.max() <= 1


def test_missing_pictures_are_named(tmp_path):
    with pytest.raises(DatasetError, match="monet: pictures were wanted there"):
        read_domains(tmp_path)


@pytest.mark.usefixtures("a_second_a_step")
def test_a_resumed_training_learns_the_paintings_colors(shared, tmp_path):
    run = tmp_path / "run"
    cyclegan.train(arguments(shared, run, "--minutes", str(40 / 60), "--rate", "2e-3"))
    first = rows(run / "held_out.csv")
    cyclegan.train(arguments(shared, run, "--minutes", str(80 / 60), "--rate", "2e-3"))
    second = rows(run / "held_out.csv")
    assert int(second[-1]["step"]) > int(first[-1]["step"]) > 0
    assert float(second[-1]["cycle"]) < 0.12
    for name in (
        "average.safetensors",
        "state.pt",
        "loss.png",
        f"sheet-{int(second[-1]['step']):06d}.jpg",
    ):
        assert (run / name).stat().st_size > 0
    painter = networks(arguments(shared, run))["painter"].eval()
    painter.load_state_dict(single(run / "average.safetensors"))
    held_out = read_domains(shared / "data")[1]
    gray = torch.from_numpy(held_out.landscapes[0]).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.inference_mode():
        painted = painter(gray)
    warmth = (painted[:, 0] - painted[:, 2])[
        0
    ]  # red over blue: paintings have more of it in their lights
    lights, shadows = (
        warmth[gray[0, 1] > 0.4].mean().item(),
        warmth[gray[0, 1] < -0.4].mean().item(),
    )
    assert lights - shadows > 0.1


def rows(file):
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def test_a_training_starts_from_a_painter_of_its_size(shared, tmp_path):
    run = tmp_path / "run"
    cyclegan.train(arguments(shared, run, "--minutes", "0.001"))
    args = arguments(shared, tmp_path / "other", "--start", str(run / "average.safetensors"))
    state = single(run / "average.safetensors")
    assert all(
        torch.equal(value, state[key])
        for key, value in networks(args)["painter"].state_dict().items()
    )
    with pytest.raises(RuntimeError, match="size mismatch"):
        networks(SimpleNamespace(**{**vars(args), "filters": 16}))
