"""The detector: its arithmetic against facexlib's, its published keys, and what it finds."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from facexlib.detection.retinaface import RetinaFace, generate_config
from facexlib.detection.retinaface_utils import PriorBox, decode, decode_landm, py_cpu_nms

from pipeline.io.image_files import read_photo
from pipeline.paint import paint
from pipeline.runtime.build import load_network
from pipeline.runtime.models import Models as RealModels
from pipeline.settings import Settings
from pipeline.stages.detect import retinaface as stage
from pipeline.stages.detect.retinaface import anchors, candidates, decoded, find, surest
from pipeline.stages.parse import CLOSE_SIDE, Parser
from pipeline.steps.run import at_working_size
from pipeline.types import WeightUse
from pipeline.weights.catalog import CATALOG, WeightError
from pipeline.weights.resolve import VerifiedWeights
from tests.faces import blind, doubting, drawn_parts, for_each
from tests.test_paint import PlainModels, Remembering, photo_of

SHARED = Path(__file__).parents[4] / "shared"
REAL = SHARED / "weights/retinaface/mobilenet0.25_Final.pth"
RNG = np.random.default_rng(0)
needs_shared = pytest.mark.skipif(
    not REAL.exists(), reason="../shared, with the real RetinaFace mobilenet0.25, is not there"
)


def published(backbone):
    """Return facexlib's own network with random weights."""
    torch.manual_seed(0)
    return RetinaFace(backbone, device=torch.device("cpu"))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("name", "backbone", "millions"),
    [("retinaface_resnet50", "resnet50", 27.29), ("retinaface_mobilenet", "mobile0.25", 0.43)],
)
def test_the_detector_is_the_published_network(name, backbone, millions, tmp_path):
    plain = published(backbone)
    # The authors trained on several cards, so each key has a prefix.
    torch.save(
        {f"module.{key}": value for key, value in plain.state_dict().items()}, tmp_path / "net.pth"
    )
    network = load_network(VerifiedWeights(CATALOG[name], (tmp_path / "net.pth",), "-"))
    photo = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        boxes, faces, points = plain(
            photo[:, [2, 1, 0]] * 255 - torch.tensor([104.0, 117, 123])[:, None, None]
        )
        torch.testing.assert_close(network(photo), torch.cat([boxes, faces[..., 1:], points], 2))
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, abs=0.01)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_other_backbones_checkpoint_is_refused_by_name(tmp_path):
    torch.save(published("mobile0.25").state_dict(), tmp_path / "net.pth")
    with pytest.raises(WeightError, match=r"net\.pth: the detector retinaface_resnet50 was wanted"):
        load_network(VerifiedWeights(CATALOG["retinaface_resnet50"], (tmp_path / "net.pth",), "-"))


def test_anchors_and_decoding_are_facexlibs():
    h, w = 96, 160
    theirs = PriorBox(generate_config("resnet50"), image_size=(h, w)).forward()
    ours = anchors((h, w))
    scale = np.float32([w, h, w, h])
    np.testing.assert_allclose(ours[:, [0, 1, 2, 2]], theirs.numpy() * scale, atol=1e-3)
    values = RNG.normal(size=(len(ours), 15)).astype(np.float32)
    boxes, points = decoded(values, ours)
    wanted = decode(torch.from_numpy(values[:, :4]), theirs, [0.1, 0.2]).numpy() * scale
    np.testing.assert_allclose(boxes, wanted, atol=2e-3)  # float32 at up to 10³ px
    wanted = decode_landm(torch.from_numpy(values[:, 5:]), theirs, [0.1, 0.2]).numpy() * np.tile(
        scale[:2], 5
    )
    np.testing.assert_allclose(points.reshape(-1, 10), wanted, atol=2e-3)


def test_overlapping_finds_are_dropped_as_torchvision_drops_them():
    corner = RNG.random((200, 2)) * 200
    boxes = np.concatenate([corner, corner + 20 + RNG.random((200, 2)) * 60], 1).astype(np.float32)
    scores = RNG.random(200).astype(np.float32)
    assert surest(boxes, scores) == [
        int(i) for i in py_cpu_nms(np.column_stack([boxes, scores]), stage.OVERLAP)
    ]


def detector_of(*faces):
    """Return a network that reports faces (x, y, side, score) at the anchor nearest to each."""

    def network(batch):
        at = anchors(batch.shape[2:])
        values = np.zeros((1, len(at), 15), np.float32)
        for x, y, side, score in faces:
            i = int(np.abs(at - (x, y, side)).sum(1).argmin())
            near = np.float32([x, y]) - at[i, :2]
            values[0, i, :2] = near / at[i, 2] / 0.1
            values[0, i, 2:4] = np.log(side / at[i, 2]) / 0.2
            five = near + side * np.float32(
                [[-0.19, -0.12], [0.19, -0.12], [0, 0.1], [-0.15, 0.24], [0.15, 0.24]]
            )
            values[0, i, 4], values[0, i, 5:] = score, (five / at[i, 2] / 0.1).ravel()
        return values

    return network


def face_in_crops(batch):
    """Find a face in every crop, and nothing in the whole photo."""
    h, w = batch.shape[2:]
    k = h / CLOSE_SIDE
    return for_each(
        batch, drawn_parts((h, w), [(160 * k - 0.5, 170 * k)] if h == w else [], 190 * k, 0)
    )


def nothing(batch):
    return for_each(batch, drawn_parts(batch.shape[2:], [], 60, 0))


def parser_of(network):
    """Return a parser whose two networks are the same."""
    return Parser(network, network, blind, doubting)


def test_a_find_has_the_photos_own_coordinates():
    photo = RNG.random((2000, 1500, 3), np.float32)
    (face,) = candidates(photo, detector_of((200, 300, 100, 0.9)), long_px=1000)
    np.testing.assert_allclose(face.box, (299.5, 499.5, 499.5, 699.5), atol=0.1)
    np.testing.assert_allclose(face.eyes, [[361.5, 575.5], [437.5, 575.5]], atol=0.1)
    assert face.score == pytest.approx(0.9)


def test_every_face_gets_a_closer_look_and_a_part_of_a_face_is_none():
    found = find(
        RNG.random((480, 640, 3), np.float32),
        detector_of((150, 200, 120, 0.9), (160, 230, 30, 0.99), (450, 200, 90, 0.8)),
        parser_of(face_in_crops),
    )
    assert len(found.faces) == len(found.views) == 2
    assert found.faces[0].height > found.faces[1].height
    assert abs(np.mean(found.faces[0].box[::2]) - 150) < 5


@pytest.mark.parametrize(("score", "count"), [(0.9, 0), (0.999, 1)])
def test_a_face_whose_eyes_the_parser_misses_counts_when_the_detector_is_sure(score, count):
    def hidden(batch):
        parts = face_in_crops(batch)
        parts[:, 2] += parts[:, 5] + parts[:, 6]  # sunglasses, say: skin where the eyes are
        parts[:, 5:7] = 0
        return parts

    found = find(
        RNG.random((480, 640, 3), np.float32),
        detector_of((150, 200, 120, score)),
        parser_of(hidden),
    )
    assert len(found.faces) == len(found.views) == count


def test_what_the_parser_sees_nothing_of_is_no_face():
    found = find(
        RNG.random((480, 640, 3), np.float32),
        detector_of((150, 200, 120, 0.9999)),
        parser_of(nothing),
    )
    assert found.faces == ()
    assert found.whole.shape[2] == 12


@pytest.mark.parametrize("size", [(16, 300), (33, 47), (1200, 60)])
def test_pictures_of_any_shape_can_be_searched(size):
    assert find(RNG.random((*size, 3), np.float32), detector_of(), parser_of(nothing)).faces == ()


@needs_shared
@pytest.mark.parametrize(
    ("name", "count"),
    [("077436", 1), ("group_2008_002470", 6), ("group_2008_004176", 7), ("group_2009_004587", 2)],
)
def test_the_real_small_detector_finds_the_people(name, count):
    network = load_network(VerifiedWeights(CATALOG["retinaface_mobilenet"], (REAL,), "-"))

    @torch.inference_mode()
    def run(batch):
        return network(torch.from_numpy(batch)).numpy()

    photo = at_working_size(read_photo(SHARED / f"data/portraits/{name}.jpg"))
    found = candidates(photo, run, long_px=1024)
    assert len(found) == count
    for face in found:
        assert face.eyes[0, 0] < face.eyes[1, 0]
        assert face.eyes[:, 1].max() < face.mouth[:, 1].min()


class Models(PlainModels):
    """Plain networks, and a detector that finds one face, in the middle, of half the height."""

    def named(self, name, policy):
        def run(batch):
            self.runs[name] = self.runs.get(name, 0) + 1
            h, w = batch.shape[2:]
            return detector_of((w / 2, h / 2, h / 2, 0.9))(batch)

        return SimpleNamespace(run=run, use=WeightUse(name, "3" * 64))


def test_the_chosen_detector_finds_the_faces_of_a_painting():
    models, cache = Models(), Remembering()
    network = Settings.from_flat(painter="network")
    parsed = paint(photo_of(), network, models=models, cache=cache)
    assert "retinaface_mobilenet" not in models.runs
    found = paint(
        photo_of(), network.changed(detector="retinaface_mobilenet"), models=models, cache=cache
    )
    assert models.runs["retinaface_mobilenet"] == 1
    assert "retinaface_mobilenet" in {use.name for use in found.weights}
    assert len(found.faces) == 1
    assert found.mask is not None
    assert models.runs["painter"] == 3, (
        "the scene once, whoever finds the faces; "
        "the face that each finds is painted with its own strokes"
    )
    assert parsed.settings != found.settings


def test_a_detector_that_is_not_here_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    monkeypatch.setattr("pipeline.weights.resolve.find_in_hub_cache", lambda source: None)
    models = Models()
    monkeypatch.setattr(models, "named", RealModels().named)
    with pytest.raises(WeightError, match=r"retinaface_resnet50 was chosen.*'full'.*109 MB"):
        paint(photo_of(), Settings.from_flat(detector="retinaface_resnet50"), models=models)


def test_a_photo_without_color_is_parsed_in_skins():
    seen = []

    def parser(batch):
        seen.append(float((batch[:, 0] - batch[:, 2]).mean()))
        return nothing(batch)

    gray = np.repeat(RNG.uniform(0.3, 0.8, (96, 96, 1)).astype(np.float32), 3, 2)
    find(gray, detector_of(), parser_of(parser))
    assert min(seen) > 0.02
