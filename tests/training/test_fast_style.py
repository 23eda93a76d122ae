"""Fast styles: what is learned, what faces are compared by, what shall stay the same."""

import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.nets.johnson import Johnson
from pipeline.runtime.perceptual import load_features
from pipeline.variants import FAST_STYLES
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.face_descriptor import CHIP_PX, Descriptor, chips, to_chip
from training.fast_losses import (
    Aims,
    alone,
    blotches,
    centered,
    finest,
    losses_of,
    mesh,
    noise_for,
    noise_moved,
    specks,
    unsteady,
)
from training.fast_style import FULL, measure_of, read_teacher, styles_listed
from training.loop import half
from training.styled_contents import Batch, Content, batches, part, prefetched

SHARED = Path(__file__).parents[3] / "shared"
FIVE = np.float32([[120, 60], [100, 61], [60, 60], [80, 61], [90, 90]])


def photo(side=160, seed=0):
    noise = np.random.default_rng(seed).normal(128, 90, (side, side, 3))
    return cv2.GaussianBlur(noise, (0, 0), 3).clip(0, 255).astype(np.uint8)


def test_the_list_names_the_styles_that_the_painter_offers():
    assert styles_listed() == list(FAST_STYLES)


def test_a_chip_is_what_the_same_warp_cuts_out():
    picture = photo()
    matrix = to_chip(FIVE)
    wanted = cv2.warpAffine(picture, matrix, (CHIP_PX, CHIP_PX))
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    found = chips(tensor, torch.from_numpy(matrix)[None])[0].permute(1, 2, 0).numpy() * 255
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(found[inner] - wanted[inner]).mean() < 1


def test_a_part_of_a_photo_holds_its_face_mirrored_or_not():
    content, rng = Content(photo(), FIVE), np.random.default_rng(0)
    faces = []
    for _ in range(24):
        shown = part(content, 256, rng)
        five = shown.five
        assert shown.photo.shape == (256, 256, 3)
        if five is not None:
            faces.append(five)
            assert ((five >= 0) & (five < 256)).all()
            assert five[0, 0] > five[2, 0], "the person's left eye is on the right"
    assert len(faces) > 4


def test_a_batch_says_whose_faces_are_known():
    contents = [Content(photo(256), FIVE * 1.6), Content(photo(256, 1))]
    batch = next(batches(contents, 6, 256, np.random.default_rng(0)))
    assert batch.photos.shape == (6, 3, 256, 256)
    assert len(batch.which) == len(batch.matrices) > 0


def test_noise_moves_with_the_photo():
    noise = torch.randn(1, 2, 16, 16)
    assert torch.equal(noise_moved(noise, (8, -4), 4), torch.roll(noise, (2, -1), (2, 3)))
    between = noise_moved(noise, (2, 0), 4)
    assert torch.allclose(between, (noise + torch.roll(noise, 1, 2)) / 2, atol=1e-5)
    assert noise_moved(None, (1, 1), 4) is None


def test_what_is_painted_of_a_moved_photo_is_held_to_be_moved_alike():
    out = torch.rand(1, 3, 64, 64)
    shift = (3, -5)
    assert unsteady(out, torch.roll(out, shift, (2, 3)), shift) == 0
    assert unsteady(out, out, shift) > 0.05


def test_specks_are_what_is_fine_where_the_photo_is_flat():
    flat, dots, wave = (torch.zeros(1, 3, 48, 48) for _ in range(3))
    dots[..., ::4, ::4] = 0.5
    wave[:] = 0.25 * torch.sin(torch.arange(48) / 5)
    assert specks(flat, flat) == 0
    assert specks(dots, flat) > 30 * specks(wave, flat), "strokes are wider than specks"
    assert specks(dots, 4 * dots) < 0.9 * specks(dots, flat), "an edge of the photo may stay one"
    assert finest(dots).shape == (1, 3, 44, 44)


def test_a_tint_is_no_content():
    maps = torch.rand(2, 4, 8, 8)
    tint = torch.rand(2, 4, 1, 1)
    assert torch.allclose(centered(maps), centered(maps + tint), atol=1e-6)


def test_without_its_file_the_descriptor_says_what_was_wanted(tmp_path):
    with pytest.raises(FileNotFoundError, match="SHARED holds"):
        Descriptor(tmp_path)


@pytest.mark.skipif(not (SHARED / "weights/dlib_face").is_dir(), reason="no ../shared")
def test_a_face_is_nearer_to_itself_blurred_than_to_noise():
    descriptor = Descriptor(SHARED)
    one, other = (torch.from_numpy(photo(150, n)).permute(2, 0, 1)[None] / 255 for n in (0, 1))
    blurred = torch.nn.functional.avg_pool2d(one, 3, 1, 1)
    with torch.inference_mode():
        a, b, c = (descriptor(each) for each in (one, blurred, other))
    assert (a - b).norm() < (a - c).norm()


@pytest.mark.parametrize("kind", ["sliced", "gram"])
def test_a_network_learns_a_style_and_keeps_a_face(kind):
    torch.manual_seed(0)
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    measure = measure_of(kind, [photo(seed=3)], features, "cpu")

    def descriptor(shown):
        return shown.mean((2, 3))

    aims = Aims(features, descriptor, measure, face_weight=2.0)
    network = Johnson((8, 16), 1, fold=4, cell=2, kernel=3, resize=True, noise=2)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    photos = torch.from_numpy(photo(64)).permute(2, 0, 1)[None].float() / 127.5 - 1
    batch = Batch(photos, torch.tensor([0]), torch.from_numpy(to_chip(FIVE / 2.5))[None])
    chosen, seen = torch.tensor([0]), []
    for _ in range(8):
        out = network(photos, alone(chosen, network), noise_for(network, photos))
        losses = aims.losses(out, batch, chosen)
        assert set(losses) == {"content", "style", "face", "specks"}
        loss = torch.stack(list(losses.values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert min(seen[-3:]) < 0.8 * seen[0]
    without = aims.face_distance(out, Batch(photos, torch.zeros(0).long(), torch.zeros(0, 2, 3)))
    assert without == 0


def test_blotches_are_what_noise_changes_that_is_wider_than_strokes():
    out, hatched, tinted = (torch.zeros(1, 3, 64, 64) for _ in range(3))
    hatched[..., ::2] = 0.2
    hatched[..., 1::2] = -0.2
    tinted[..., :32] = 0.2
    assert blotches(out, hatched) < 1e-9
    assert blotches(out, tinted) > 0.01


def test_a_mesh_is_what_two_paintings_share_on_a_bare_wall():
    rng = torch.Generator().manual_seed(0)
    wall = torch.zeros(1, 3, 96, 96)
    one, other = (0.2 * torch.randn(1, 3, 96, 96, generator=rng) for _ in "ab")
    weave = 0.2 * torch.sin(torch.arange(96) * 0.9).expand(1, 3, 96, 96)
    assert mesh(one, other, wall) < 0.05 * mesh(weave, weave, wall)
    assert mesh(one + weave, other + weave, wall) > 0.8 * mesh(weave, weave, wall)
    stripes = 4 * weave
    assert mesh(weave, weave, stripes) < 0.8 * mesh(weave, weave, wall), "edges may stay"


@pytest.fixture
def own_handler():
    """Take back the handler of ended children that a loader with workers sets.

    Left in place it ended the process: where AMX is in use, what the kernel saves for a handler did
    not fit on the stack that pytest's faulthandler keeps for signals, and the next child that ended
    was a segmentation fault.
    """
    before = signal.getsignal(signal.SIGCHLD)
    yield
    signal.signal(signal.SIGCHLD, before)


@pytest.mark.forks
@pytest.mark.usefixtures("own_handler")
def test_batches_made_beside_are_like_those_made_here():
    contents = [Content(photo(256), FIVE * 1.6), Content(photo(256, 1))]
    one, other = (next(prefetched(contents, 3, 256, workers)) for workers in (0, 1))
    assert one.photos.shape == other.photos.shape
    assert not torch.equal(one.photos, other.photos)


def test_a_student_comes_nearer_to_its_teachers_paintings(tmp_path):
    torch.manual_seed(0)
    file = tmp_path / "full.safetensors"
    save_file(half(Johnson(**FULL, styles=2)), file)
    teacher = read_teacher([file], torch.device("cpu"))
    assert not any(values.requires_grad for values in teacher.parameters())
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    measure = measure_of("sliced", [photo(seed=3), photo(seed=4)], features, "cpu")
    aims = Aims(features, torch.nn.Identity(), measure, 0.0, teacher=teacher)
    photos = torch.from_numpy(photo(64)).permute(2, 0, 1)[None].float() / 127.5 - 1
    batch = Batch(photos, torch.zeros(0).long(), torch.zeros(0, 2, 3))
    network = Johnson((8, 16), 1, fold=4, cell=2, kernel=3, resize=True, noise=2, styles=2)
    losses = losses_of(network, batch, torch.tensor([1]), aims, (2, 3))
    assert {"taught", "blotches", "steady"} < set(losses)
    losses["taught"].backward()
    assert network.last.weight.grad is not None
