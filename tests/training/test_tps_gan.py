"""A style from a handful of portraits: its losses, its packed faces, a run that goes on."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.runtime.perceptual import load_features
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from tests.training.test_aligned_faces import face
from training.aligned_aims import ALIGNED, WEIGHTS, Aims, style_scales
from training.aligned_faces import PARTS, plain
from training.aligned_pairs import PairsDataset, batches
from training.checks import photos_in
from training.face_descriptor import CHIP_PX
from training.judges import Judges
from training.loop import STATE
from training.pack_portraits import PHOTOS, pack, write
from training.portrait_faces import INDEX, Portrait, read_portraits
from training.tps_gan import arguments, read_style, train

SHARED = Path(__file__).parents[3] / "shared"
CPU = torch.device("cpu")


class FlatDescriptor(torch.nn.Module):
    """Describe a chip by its colors, so that no weights are read."""

    def forward(self, chips):
        assert chips.shape[2:] == (CHIP_PX, CHIP_PX)
        return torch.nn.functional.adaptive_avg_pool2d(chips, 4).flatten(1)


def portrait(seed, side=160, tint=0):
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(128 + tint, 90, (side, side, 3)), (0, 0), 4)
    points = (70 * face(seed) + side / 2).astype(np.float32)
    return Portrait(noise.clip(0, 255).astype(np.uint8), points, f"{tint}-{seed}")


def pairs_of(side=64):
    photos, styles = [portrait(i) for i in range(3)], [portrait(i, tint=40) for i in range(3)]
    return next(batches(PairsDataset(photos, styles, side, 0, posed=True), 2, CPU, 0))


def aims_of(aligned, pairs):
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    scales = style_scales(features, plain(pairs.styles))
    judges = Judges(scales), Judges(scales, len(PARTS))
    return Aims(features, FlatDescriptor(), scales, *judges, aligned, WEIGHTS)


@pytest.mark.parametrize("aligned", ALIGNED)
def test_each_loss_is_finite_and_reaches_the_painter_or_the_judges(aligned):
    torch.manual_seed(0)
    pairs = pairs_of()
    aims, painter = aims_of(aligned, pairs), TpsGenerator((8, 12, 16), 1)
    losses, judged = aims.losses(painter, pairs)
    assert ("bent" in losses) == (aligned in ("global", "both"))
    torch.stack([*losses.values(), judged]).sum().backward()
    assert all(value.isfinite() for value in losses.values())
    assert judged.isfinite()
    for network in (painter, aims.judges, aims.part_judges):
        assert all(values.grad.isfinite().all() for values in network.parameters())


def test_judges_are_no_concern_of_the_painter():
    torch.manual_seed(0)
    pairs = pairs_of()
    painter = TpsGenerator((8, 12, 16), 1)
    _, judged = aims_of("both", pairs).losses(painter, pairs)
    judged.backward()
    assert all(values.grad is None for values in painter.parameters())


@pytest.fixture
def packed(tmp_path):
    """Return a packed folder of few faces, and a descriptor of them that costs nothing."""
    sets = {
        PHOTOS: [portrait(i) for i in range(12)],
        "blots": [portrait(i, tint=40) for i in range(10)],
    }
    files = {
        name: [cv2.imencode(".png", each.picture[:, :, ::-1])[1].tobytes() for each in all_]
        for name, all_ in sets.items()
    }
    write(tmp_path / "packed", sets, files)
    return tmp_path / "packed"


def test_what_is_packed_is_read(packed):
    index = json.loads((packed / INDEX).read_text())
    assert {name: len(rows) for name, rows in index.items()} == {PHOTOS: 12, "blots": 10}
    read = read_portraits(packed, "blots")[3]
    wanted = portrait(3, tint=40)
    assert np.array_equal(read.picture, wanted.picture)
    assert np.allclose(read.points, wanted.points, atol=0.051)
    with pytest.raises(KeyError, match="blots"):
        read_portraits(packed, "dots")


def test_every_fifth_portrait_is_held_out_and_few_can_be_asked_for(packed, tmp_path):
    args = arguments().parse_args([str(packed), str(tmp_path / "run"), "--style", "blots"])
    learned, held_out = read_style(args, packed)
    assert len(learned) == 8
    assert len(held_out) == 2
    assert not {each.name for each in learned} & {each.name for each in held_out}
    args.portraits = 4
    assert len(read_style(args, packed)[0]) == 4
    args.portraits = 2
    with pytest.raises(ValueError, match="Five portraits"):
        read_style(args, packed)


def test_a_run_goes_on_where_it_stopped(packed, tmp_path, monkeypatch):
    monkeypatch.setattr("training.tps_gan.described", lambda *_: FlatDescriptor())
    run = tmp_path / "run"
    for steps in (1, 2):
        command = f"{packed} {run} --style blots --steps {steps} --batch 2 --side 64 --device cpu"
        train(arguments().parse_args(command.split()))
        assert torch.load(run / STATE, weights_only=True)["step"] == steps
    assert len(list(run.glob("sheet-*.jpg"))) == 2
    start = run / "average.safetensors"
    command = f"{packed} {tmp_path / 'photos'} --pretrain --start {start} --steps 1 --batch 2"
    train(arguments().parse_args([*command.split(), "--side", "64", "--device", "cpu"]))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_faces_of_the_shared_sets_are_found_and_fit(tmp_path, monkeypatch):
    monkeypatch.setattr("training.pack_portraits.SETS", (("data/face_parsing/images", 100),))
    monkeypatch.setattr("training.pack_portraits.FEWEST", 1000)
    kept = photos_in
    monkeypatch.setattr(
        "training.pack_portraits.photos_in",
        lambda folder: [] if "portrait_styles" in str(folder) else kept(folder),
    )
    packed = tmp_path / "packed"
    pack(SHARED, packed, limit_mb=12)
    found = read_portraits(packed, PHOTOS)
    assert len(found) >= 2
    for each in found:
        eyes, mouth = each.points[36:48].mean(0), each.points[48:68].mean(0)
        assert eyes[1] < mouth[1]
