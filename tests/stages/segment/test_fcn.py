"""The person segmenters: their published keys, their arithmetic, any size of photo."""

import numpy as np
import pytest
import torch
from torchvision.models.segmentation import fcn_resnet50, fcn_resnet101

from pipeline.nets.fcn import PersonFcn
from pipeline.runtime.build import load_network
from pipeline.stages.segment.fcn import person
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import VerifiedWeights

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("layers", "build", "published"),
    [(50, fcn_resnet50, 35_322_218), (101, fcn_resnet101, 54_314_346)],
)
def test_the_person_segmenter_is_the_published_network(layers, build, published):
    with torch.device("meta"):
        ours = PersonFcn(layers)
        theirs = build(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert sum(p.numel() for p in ours.parameters()) == published


def test_the_person_segmenter_normalizes_inside_and_asks_for_class_15(tmp_path):
    torch.manual_seed(0)
    plain = fcn_resnet50(weights=None, weights_backbone=None, num_classes=21, aux_loss=True).eval()
    torch.save(plain.state_dict(), tmp_path / "net.pth")
    network = load_network(VerifiedWeights(CATALOG["fcn_resnet50"], (tmp_path / "net.pth",), "-"))
    photo = torch.rand(1, 3, 40, 56)
    mean, deviation = (
        torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    with torch.inference_mode():
        wanted = plain((photo - mean) / deviation)["out"].softmax(1)[:, 15:16]
        torch.testing.assert_close(network(photo), wanted)


@pytest.mark.parametrize("size", [(33, 70), (520, 520), (1200, 300), (1, 900)])
def test_a_person_is_looked_for_at_a_bounded_size_and_returned_at_the_photos(size):
    shapes = []

    def network(batch):
        shapes.append(batch.shape)
        return batch[:, :1]

    mask = person(RNG.random((*size, 3), np.float32), network)
    assert mask.shape == size
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert max(shapes[0][2:]) == 520
    assert all(n % 8 == 0 for n in shapes[0][2:])


def test_a_person_stays_where_it_is():
    photo = np.zeros((260, 390, 3), np.float32)
    photo[60:180, 120:240] = 1
    mask = person(photo, lambda batch: batch[:, :1])
    assert mask[70:170, 130:230].min() > 0.95
    assert mask[:50].max() < 0.05
    assert mask[:, 250:].max() < 0.05
