"""What the face descriptor learns from, and how it is measured."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from hypothesis import given
from hypothesis import strategies as st

from pipeline.metrics.likeness import SIDE as CHIP
from pipeline.metrics.likeness import TEMPLATE, matrix_of
from pipeline.nets import light_descriptor
from pipeline.nets.light_descriptor import LightDescriptor
from pipeline.ops import align
from training import likeness as learning
from training import likeness_faces, likeness_views
from training.face_descriptor import CHIP_PX, FILE, Descriptor
from training.likeness import Views, batch_of, inherited, loss_of
from training.likeness_faces import Faces, four_of, from_parts, held_out_names, name_of
from training.likeness_figures import agreement, auc, distances, figures, pairs_of
from training.likeness_views import Shown, damaged, plain, shown_of, view

SHARED = Path(__file__).parents[3] / "shared"
SIDE = likeness_faces.SIDE
FOUR = likeness_faces.PLACES.astype(np.float32)
FIVE = np.float32([[136, 92], [121, 92], [88, 92], [103, 92], [112, 118]])


@pytest.fixture
def faces():
    """Six pictures of three people, flat ones."""
    rng = np.random.default_rng(0)
    pixels = np.repeat(rng.integers(40, 220, (6, 1, 1, 3), np.uint8), SIDE, 1).repeat(SIDE, 2)
    each = np.repeat(FOUR[None], 6, 0), np.repeat(FIVE[None], 6, 0)
    return Faces(pixels, 255 - pixels, *each, np.array(["A", "A", "B", "B", "C", "C"]))


def test_eyes_and_mouth_are_the_same_of_68_and_of_49_points():
    points = np.random.default_rng(1).random((68, 2)).astype(np.float32)
    inner = [*range(17, 60), *range(60, 68)]
    assert np.array_equal(four_of(points), four_of(points[inner]))
    assert np.array_equal(four_of(points)[2], points[48])


def test_points_of_a_parsed_face():
    labels = np.zeros((200, 200), np.uint8)
    labels[90:100, 60:90] = likeness_faces.RIGHT_EYE
    labels[90:100, 120:150] = likeness_faces.LEFT_EYE
    labels[90:140, 95:115] = likeness_faces.NOSE
    labels[150:160, 80:130] = likeness_faces.LIPS[0]
    found = from_parts(labels)
    assert found is not None
    four, five = found
    assert four == pytest.approx(np.float32([[74.5, 94.5], [134.5, 94.5], [80.5, 154.5],
                                             [128.5, 154.5]]), abs=1)  # fmt: skip
    assert list(np.argsort(five[:, 0])) == [2, 3, 4, 1, 0]  # outer corners are outside
    assert five[4] == pytest.approx([104.5, 139], abs=1)
    assert from_parts(np.where(labels == likeness_faces.NOSE, 0, labels)) is None


def test_people_are_held_out_with_all_their_pictures():
    names = [f"Name_{i}" for i in range(300) for _ in range(1 + i % 3)]
    out = held_out_names(names)
    assert len(out) == likeness_faces.HELD_OUT_NAMES
    assert min(names.count(name) for name in out) > 1
    assert name_of("Abdel_Aziz_Al-Hakim_01") == "Abdel_Aziz_Al-Hakim"


def test_both_networks_see_the_same_face(faces):
    found = plain(shown_of(faces, 0))
    assert found.small.shape == (CHIP, CHIP, 3)
    assert found.large.shape == (CHIP_PX, CHIP_PX, 3)
    assert (found.small == faces.pixels[0, 0, 0]).all()
    painted = plain(shown_of(faces, 0, 1.0))
    assert (painted.small == faces.painted[0, 0, 0]).all()
    assert np.abs(align.map_points(matrix_of(FOUR), FOUR) - TEMPLATE).max() < 0.1


@given(st.integers(0, 2**32 - 1))
def test_points_go_with_a_face_that_changes_its_shape(seed):
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    for x, y in np.round(FOUR).astype(int):
        pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
    shown = Shown(pixels, FOUR, FIVE)
    for changed in (
        likeness_views._shaped(shown, np.random.default_rng(seed)),
        likeness_views._mirrored(shown),
    ):
        for x, y in changed.four:
            near = changed.pixels[round(y) - 8 : round(y) + 9, round(x) - 8 : round(x) + 9, 0]
            rows, columns = np.nonzero(near > 100)
            assert len(rows)
            assert abs(rows.mean() - 8) < 3.5
            assert abs(columns.mean() - 8) < 3.5


def test_views_differ_and_keep_their_sizes(faces):
    rng = np.random.default_rng(5)
    views = [view(faces, 0, rng) for _ in range(8)]
    assert {each.small.shape for each in views} == {(CHIP, CHIP, 3)}
    assert len({each.small.tobytes() for each in views}) == 8
    assert damaged(faces.pixels[0], rng).dtype == np.uint8


def test_what_is_learned_is_described_once_and_drawn_in_pairs(faces, monkeypatch):
    monkeypatch.setattr(learning, "LEAST", 64)
    asked = []

    def teacher(chips):
        asked.append(len(chips))
        return chips.mean((2, 3)).repeat(1, 43)[:, :128]

    views = Views(faces, teacher, np.random.default_rng(0))
    assert sum(asked) == 64
    chips, wanted = views.draw(16)
    assert chips.shape == (16, 3, CHIP, CHIP)
    assert wanted[:, :3] == pytest.approx(chips.mean((2, 3)).numpy(), abs=0.15)
    assert sum(asked) == 64
    views.add(4)
    assert views.count == 68
    assert len(batch_of(faces, 10, np.random.default_rng(0))) == 10


@pytest.mark.skipif(not (SHARED / FILE).is_file(), reason="no ../shared")
def test_it_begins_as_dlibs_cut_down(monkeypatch):
    chips = torch.rand(6, 3, 10, 10, generator=torch.Generator().manual_seed(0))
    chips = F.interpolate(chips, (CHIP, CHIP), mode="bicubic").clamp(0, 1)
    teacher = Descriptor(SHARED).eval()
    monkeypatch.setattr(light_descriptor, "RANK", 256)  # as wide as dlib's: the same network
    with torch.no_grad():
        wanted = teacher(chips)
        whole = inherited(LightDescriptor(), SHARED, chips).eval()
        assert torch.allclose(whole(chips), wanted, atol=1e-3)
        monkeypatch.setattr(light_descriptor, "RANK", 36)
        narrow = inherited(LightDescriptor(), SHARED, chips).eval()
        off = (narrow(chips) - wanted).norm(dim=1)
    assert off.max() < 0.3 * wanted.norm(dim=1).min()


def test_the_loss_is_zero_where_nothing_is_left_to_learn():
    wanted = torch.randn(6, 128)
    assert loss_of(wanted, wanted).item() == 0
    moved = loss_of(wanted + 0.1, wanted).item()
    assert moved == pytest.approx(1.28, abs=1e-3)  # distances stay
    assert loss_of(wanted * 0.9, wanted).item() > (0.01 * wanted.square().sum(1).mean()).item()


def test_pairs_are_of_one_person_and_of_two_in_equal_number():
    names = np.array(["a", "a", "b", "b", "b", "c", "c"])
    same, others = pairs_of(names)
    assert len(same) == len(others) == 5
    assert (names[same[:, 0]] == names[same[:, 1]]).all()
    assert (names[others[:, 0]] != names[others[:, 1]]).all()
    assert len({tuple(pair) for pair in others}) == 5
    with pytest.raises(ValueError, match="two or more of each"):
        pairs_of(np.array(["a", "b"]))


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30),
       st.lists(st.floats(0, 10), min_size=1, max_size=30))  # fmt: skip
def test_the_area_is_a_share_of_pairs(same, others):
    smaller = np.mean([(one < other) + 0.5 * (one == other) for one in same for other in others])
    assert auc(np.array(same), np.array(others)) == pytest.approx(float(smaller))


def test_agreement_looks_at_order_alone():
    one = np.random.default_rng(2).random(50)
    assert agreement(one, np.exp(3 * one)) == pytest.approx(1)
    assert agreement(one, -one) == pytest.approx(-1)


def test_figures_of_a_perfect_and_of_a_blind_network():
    rng = np.random.default_rng(4)
    names = np.repeat([f"n{i}" for i in range(20)], 3)
    people = np.repeat(rng.standard_normal((20, 8)), 3, 0)
    large = (people + 0.1 * rng.standard_normal(people.shape)).astype(np.float32)
    perfect = figures(large, large, names)
    assert perfect["auc"] == perfect["dlib_auc"] > 0.99
    assert perfect["spearman"] == pytest.approx(1)
    blind = figures(rng.standard_normal(large.shape).astype(np.float32), large, names)
    assert 0.25 < blind["auc"] < 0.75
    assert distances(large, np.array([[0, 0]]))[0] == 0
