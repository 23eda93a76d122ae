"""People before a camera: what labels mean, where faces may be, and what their parse is worth."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.stages.detect.from_parsing import Detections, limited
from pipeline.stages.detect.limit import limit, reached
from pipeline.stages.parse import FACE_PARTS, FaceParse, Part, nine_probabilities, parse_photo
from pipeline.types import Face
from tests.training_sets import shared, write_pair
from training.checks import DatasetError
from training.face_finder import Found
from training.framing import alike, beside, chosen_view, composed
from training.labels import BARE, FACE, FACELESS, NINE, PEOPLE_PARTS, PERSON, UNKNOWN
from training.loop import half_state, single
from training.losses import loss
from training.milestone import write
from training.pack import PackError, bytes_in
from training.pack_streets import pack_streets
from training.resolve import resolved, with_bystanders, with_edges_unknown
from training.samples import Sample, read_pixels
from training.segment import widened
from training.shadows import with_shadow
from training.street_data import figure_in, load_streets
from training.street_figures import clear_of_edges, counts, figures, reach_below, shown_of_face
from training.streets import FACES, SETS, keep, kept, listed
from training.swapped import face_points, fitting, with_face
from training.views import VIEWS

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])
FOUND = Found(POINTS, 110.0)
FACE_THERE = Face((60, 50, 140, 160), POINTS[:2], POINTS[2:], 0.9)
AS_IT_IS = np.array([[1.0, 0, 0], [0, 1, 0]])


def one_hot(labels: np.ndarray, classes: int = len(Part)) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[labels]


def sure_of(part: int) -> torch.Tensor:
    logits = torch.full((1, len(Part), 4, 4), -12.0)
    logits[:, part] = 12.0
    return logits


def price(part: int, label: int) -> float:
    return loss(sure_of(part), torch.full((1, 4, 4), label, dtype=torch.uint8)).item()


def head(side: int = 320) -> np.ndarray:
    """Return what a network of near faces sees in a closer look: a face, its neck below."""
    rows, columns = np.mgrid[:side, :side]
    labels = np.zeros((side, side), np.uint8)
    labels[(rows > 240) & (abs(columns - 160) < 60)] = Part.PERSON
    labels[((columns - 160) / 90) ** 2 + ((rows - 180) / 120) ** 2 < 1] = Part.SKIN
    for x, part in ((120, Part.RIGHT_EYE), (200, Part.LEFT_EYE)):
        labels[140:160, x - 15 : x + 15] = part
    labels[222:242, 130:190] = Part.LIPS
    return one_hot(labels, 12).transpose(2, 0, 1)


def sees_a_head(batch: np.ndarray) -> np.ndarray:
    mirrored = [0, 1, 2, 4, 3, 6, 5, 7, 8, 9, 10, 11]
    seen = np.stack([head()] + [head()[mirrored, :, ::-1]] * (len(batch) - 1))
    return np.ascontiguousarray(seen)


@pytest.mark.parametrize(
    ("label", "may", "may_not"),
    [
        (BARE, (Part.SKIN, Part.LIPS, Part.BODY_SKIN), (Part.PERSON, Part.GLASSES, 0)),
        (FACE, (Part.SKIN, Part.LEFT_EYE), (Part.BODY_SKIN, Part.PERSON, Part.GLASSES)),
        (FACELESS, (Part.PERSON, Part.HAIR, Part.BODY_SKIN), (Part.SKIN, Part.LIPS, 0)),
    ],
)
def test_a_label_allows_what_it_may_mean_and_nothing_else(label, may, may_not):
    assert all(price(part, label) < 1e-3 for part in may)
    assert all(price(part, label) > 5 for part in may_not)


def test_skin_is_a_face_within_its_outline_and_a_body_elsewhere():
    labels = np.full((400, 200), BARE, np.uint8)
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [FOUND], sees_a_head)
    assert out[95, 100] == Part.SKIN
    assert out[80, 80] == Part.RIGHT_EYE
    assert out[80, 120] == Part.LEFT_EYE
    assert out[122, 100] == Part.LIPS
    assert (out[200:] == Part.BODY_SKIN).all()


def test_what_a_neck_is_called_in_the_closer_look_is_a_body():
    labels = np.full((400, 200), BARE, np.uint8)
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [FOUND], sees_a_head)
    assert out[158, 100] == Part.BODY_SKIN


def test_clothes_stay_clothes_within_a_faces_reach():
    labels = np.full((400, 200), Part.PERSON, np.uint8)
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [FOUND], sees_a_head)
    assert (out == Part.PERSON).all()


def test_a_person_has_no_second_face_below_the_found_one():
    labels = np.zeros((400, 200), np.uint8)
    labels[40:, 40:160] = PERSON
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [FOUND], sees_a_head)
    assert out[95, 100] == Part.SKIN
    assert (out[250:, 40:160] == FACELESS).all()


def test_of_a_figure_without_a_found_face_the_head_is_open_and_the_rest_is_not():
    labels = np.zeros((400, 200), np.uint8)
    labels[:, 60:140] = PERSON
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [], sees_a_head)
    assert (out[:60, 60:140] == PERSON).all()
    assert (out[100:, 60:140] == FACELESS).all()


def test_somebody_beside_the_annotated_person_is_unknown_not_background():
    labels = np.zeros((300, 300), np.uint8)
    labels[50:, 20:80] = Part.PERSON
    person = np.zeros((300, 300), np.float32)
    person[100:200, 200:240] = 0.9
    bystander = Found(POINTS + np.float32([140, 0]), 30.0)
    out = with_bystanders(labels, [bystander], person)
    assert (out[100:200, 200:240] == UNKNOWN).all()
    assert out[150, 240] == UNKNOWN
    assert (out[50:, 20:80] == Part.PERSON).all()
    assert out[10, 10] == 0


def test_at_a_coarse_outline_a_pixel_on_each_side_is_unknown_and_an_eye_stays():
    mask = np.zeros((8, 8), np.uint8)
    mask[:, 4:] = 2
    labels = np.where(mask > 0, Part.SKIN, 0).astype(np.uint8)
    labels[3, 6] = Part.LEFT_EYE
    out = with_edges_unknown(labels, mask)
    assert (out == UNKNOWN).sum() == 16
    assert out[3, 6] == Part.LEFT_EYE


def test_a_network_of_twelve_outputs_gets_a_thirteenth_between_person_and_skin():
    state = {
        "segmentation_head.0.weight": torch.randn(12, 16, 3, 3),
        "segmentation_head.0.bias": torch.randn(12),
    }
    wide = widened(state)
    assert (
        wide["segmentation_head.0.weight"].shape[0] == len(wide["segmentation_head.0.bias"]) == 13
    )
    for key, rows in state.items():
        torch.testing.assert_close(wide[key][:12], rows)
        torch.testing.assert_close(wide[key][12], rows[1:3].mean(0))


def test_a_bodys_skin_is_the_person_among_nine_classes():
    parts = one_hot(np.full((2, 2), Part.BODY_SKIN))
    assert (nine_probabilities(parts).argmax(2) == Part.PERSON).all()


@pytest.mark.parametrize("classes", [12, 13])
def test_the_mirrored_look_knows_how_many_outputs_a_network_has(classes):
    def network(batch: np.ndarray) -> np.ndarray:
        out = np.zeros((len(batch), classes, *batch.shape[2:]), np.float32)
        out[:, Part.LEFT_EYE] = 1
        return out

    seen = parse_photo(np.zeros((64, 64, 3), np.float32), network, long_px=64, mirrored="only")
    assert seen.shape[2] == classes
    assert (seen[..., Part.RIGHT_EYE] == 1).all()


def test_beyond_every_found_face_a_faces_classes_become_the_persons():
    parts = one_hot(np.full((400, 200), Part.LIPS))
    out = limit(parts, (FACE_THERE,), AS_IT_IS)
    assert out[122, 100, Part.LIPS] == 1
    assert (out[300:, :, Part.PERSON] == 1).all()
    assert out[300:, :, list(FACE_PARTS)].max() == 0
    np.testing.assert_allclose(out.sum(2), 1)


def test_the_reach_holds_chin_and_forehead_and_turns_with_the_face():
    inside = reached((FACE_THERE,), (300, 300), AS_IT_IS)
    assert inside[122 + 38, 100]
    assert inside[80 - 45, 100]
    assert not inside[122 + 80, 100]
    turn = np.array([[0.0, 1, 0], [1, 0, 0]])
    assert (reached((FACE_THERE,), (300, 300), turn) == inside.T).all()


def test_a_network_that_knows_no_bodys_skin_is_left_as_it_is():
    parts = one_hot(np.full((40, 20), Part.LIPS), 12)
    seen = Detections(parts, (), (FaceParse(parts, AS_IT_IS),))
    assert limited(seen, (40, 20)) is seen


def test_without_a_face_a_newer_networks_look_has_no_faces_classes():
    seen = limited(Detections(one_hot(np.full((40, 20), Part.SKIN)), (), ()), (400, 200))
    assert (seen.whole.argmax(2) == Part.PERSON).all()


def street() -> tuple[np.ndarray, np.ndarray]:
    """Return people_parts' labels of a figure, and a parse that is right."""
    truth = np.zeros((200, 100), np.uint8)
    truth[10:50, 30:70], truth[10:25, 30:70], truth[50:190, 20:80] = 2, 3, 1
    parse = np.array([0, Part.PERSON, Part.SKIN, Part.HAIR], np.uint8)[truth]
    return truth, parse


def test_a_right_parse_of_a_figure_has_no_clothes_called_a_face():
    truth, parse = street()
    found = figures([counts(truth, parse, NINE[parse])])
    assert found["clothes_face"] == 0
    assert found["street_person"] == found["street_skin"] == found["street_hair"] == 1


def test_clothes_called_a_face_are_counted_by_photo():
    truth, parse = street()
    wrong = parse.copy()
    wrong[50:120, 20:80] = Part.LIPS
    found = figures([counts(truth, p, NINE[p]) for p in (parse, wrong)])
    assert found["clothes_face_worst"] == pytest.approx(0.5)
    assert found["clothes_face"] == pytest.approx(0.25)


def test_pixels_near_a_labelled_edge_do_not_count():
    truth, parse = street()
    shifted = np.roll(parse, 2, 1)
    found = figures([counts(truth, shifted, NINE[shifted])])
    assert found["street_person"] == found["street_hair"] == 1
    assert clear_of_edges(truth)[100, 50]
    assert not clear_of_edges(truth)[50, 50]


def test_a_face_reaches_as_far_below_the_mouth_as_it_is_seen():
    parse = np.zeros((300, 200), np.uint8)
    parse[60:160, 60:140] = Part.SKIN
    parse[118:126, 85:115] = Part.LIPS
    has_mouth, reach = shown_of_face(FOUND, parse)
    assert has_mouth
    assert reach == pytest.approx(38 / 42, abs=0.03)
    parse[115:] = Part.PERSON
    assert shown_of_face(FOUND, parse) == (False, 0.0)
    assert reach_below(parse > 0, POINTS[2:].mean(0), np.float32([0, 1]), 42.0) == 2.0


def donor() -> Sample:
    labels = np.full((200, 200), Part.HAIR, np.uint8)
    labels[40:170, 55:145] = Part.SKIN
    labels[76:84, 74:86], labels[76:84, 114:126] = Part.RIGHT_EYE, Part.LEFT_EYE
    labels[118:126, 85:116] = Part.LIPS
    return Sample(np.full((200, 200, 3), 200, np.uint8), labels, (100, 100, 120), 0.1)


def test_a_face_is_set_on_a_figure_with_its_parts_and_the_figures_colors():
    labels = np.full((200, 200), Part.PERSON, np.uint8)
    labels[40:165, 60:140] = Part.SKIN
    figure = Sample(np.full((200, 200, 3), 90, np.uint8), labels, (100, 100, 120), 0.1)
    points = face_points(donor().labels)
    matrix = fitting(points, FOUND)
    assert matrix is not None
    made = with_face(figure, FOUND, donor(), matrix)
    assert made.labels[122, 100] == Part.LIPS
    assert made.labels[180, 100] == Part.PERSON
    assert abs(int(made.photo[100, 100, 0]) - 90) < 30
    assert (made.photo[190] == 90).all()


def test_a_turned_face_does_not_fit():
    profile = face_points(donor().labels)
    profile[1, 0] = profile[0, 0] + 8
    assert fitting(profile, FOUND) is None


def standing() -> Sample:
    labels = np.zeros((300, 150), np.uint8)
    labels[10:290, 50:100] = Part.PERSON
    photo = np.where(labels[..., None] > 0, 255, 0).repeat(3, 2).astype(np.uint8)
    return Sample(photo, labels, None, 0.0, True, figure_in(labels))


def test_a_standing_figure_is_found_and_a_lying_one_is_not():
    x, y, height = standing().figure
    assert (round(x), round(y), round(height)) == (74, 150, 280)
    assert figure_in(standing().labels.T.copy()) is None


def test_figures_are_shown_from_far_away_to_pieces():
    rng, shares = np.random.default_rng(0), []
    for _ in range(300):
        matrix = chosen_view(standing(), 256, rng, VIEWS["streets"])
        shares.append(np.sqrt(abs(np.linalg.det(matrix[:, :2]))) * 280 / 256)
    assert min(shares) < 0.2
    assert max(shares) > 1.6


def test_what_is_unknown_beside_a_person_is_not_cut_out_with_it():
    sample = standing()
    labels = sample.labels.copy()
    labels[100:120, 110:130] = UNKNOWN
    other = Sample(sample.photo, labels, (75, 30, 40), 0.0, True, sample.figure)
    empty = np.full((128, 128, 3), 7, np.uint8), np.zeros((128, 128), np.uint8)
    seen = [beside(empty, other, 0.0, np.random.default_rng(i))[1] for i in range(20)]
    assert max((labels == Part.PERSON).sum() for labels in seen) > 50
    assert max((labels == UNKNOWN).sum() for labels in seen) == 0


def test_people_parts_labels_say_what_they_know():
    assert PEOPLE_PARTS.tolist() == [0, 1, BARE, Part.HAIR, Part.HEADWEAR, Part.GLASSES]
    view = composed(lambda: standing(), [], 64, np.random.default_rng(3), VIEWS["streets"])
    assert view[1].shape == (64, 64)


def test_a_milestone_is_small_files_that_a_training_starts_from(tmp_path):
    state = {f"layer{i}.weight": torch.randn(1000, 1500) for i in range(4)}
    save_file(half_state(state), tmp_path / "average.safetensors")
    torch.save({"step": 120, "seconds": 150.0}, tmp_path / "state.pt")
    (tmp_path / "held_out.csv").write_text("step,minutes,miou\n50,1.0,0.7\n100,2.0,0.8\n")
    for _ in range(2):
        shards = write(tmp_path, "parser_streets", "weights/parser", tmp_path / "milestones")
    assert len(shards) == 2 == len(list((tmp_path / "milestones").glob("*.safetensors")))
    assert all(shard.stat().st_size < 10e6 for shard in shards)
    back = single(*shards)
    assert back.keys() == state.keys()
    torch.testing.assert_close(back["layer3.weight"], state["layer3.weight"].half().float())
    card = json.loads((tmp_path / "milestones/parser_streets.json").read_text())
    assert (card["steps"], card["minutes"]) == (120, 2.5)
    assert card["held_out"] == {"step": 100.0, "minutes": 2.0, "miou": 0.8}


def test_a_face_behind_dark_glasses_is_a_face():
    def network(batch: np.ndarray) -> np.ndarray:
        parts = np.stack([head()] * len(batch))
        parts[:, :, 130:170, 95:225] = 0
        parts[:, Part.GLASSES, 130:170, 95:225] = 1
        return parts

    labels = np.full((400, 200), BARE, np.uint8)
    out = resolved(np.zeros((400, 200, 3), np.uint8), labels, [FOUND], network)
    assert out[95, 100] == Part.SKIN
    assert out[122, 100] == Part.LIPS
    assert out[80, 80] == UNKNOWN


def street_sets(folder: Path, count: int = 3) -> tuple[Path, Path]:
    """Write tiny shared sets and the labels that teachers made of them; return both folders."""
    data, memory = shared(folder / "data", count), folder / "labels"
    for i in range(count):
        figure = np.zeros((96, 48), np.uint8)
        figure[8:90, 12:36] = 1
        write_pair(data / "people_parts/images", data / "people_parts/masks", f"p{i}", figure)
    for kind, photo, _ in listed(data):
        size = read_pixels(photo).shape[:2]
        labels = np.zeros(size, np.uint8)
        labels[8:-6, size[1] // 4 : -size[1] // 4] = FACELESS
        found = [] if photo.stem.endswith("2") else [Found(POINTS / 4, 30.0)]
        keep(memory / kind / f"{photo.stem}.png", labels, found)
    return folder, memory


def test_what_teachers_said_becomes_samples_and_what_is_held_out_does_not(tmp_path):
    folder, memory = street_sets(tmp_path)
    streets = load_streets(folder, memory, VIEWS["streets"])
    assert len(streets.samples) == len(streets.weights)
    assert min(streets.weights) > 0
    # Of three, the first is held out; people and landmarks are all learned from.
    figures_there = [sample for sample in streets.samples if sample.labels.shape == (96, 48)]
    assert len(figures_there) == 2
    assert all(sample.figure is not None for sample in figures_there)
    assert [sample.face is None for sample in figures_there] == [False, True]


def test_closer_looks_are_taught_faces_only(tmp_path):
    streets = load_streets(*street_sets(tmp_path), VIEWS["street_heads"])
    for sample, weight in zip(streets.samples, streets.weights, strict=True):
        assert (weight > 0) == (sample.face is not None)


def packable(folder: Path) -> tuple[Path, Path]:
    """Write tiny sets whose photos and labels can be packed; return both folders."""
    folder, memory = street_sets(folder)
    for kind in SETS:
        (memory / kind / FACES).mkdir(parents=True, exist_ok=True)
    return folder, memory


def test_packed_street_photos_train_as_the_sets_do(tmp_path):
    folder, memory = packable(tmp_path)
    packed = tmp_path / "packed"
    quality = pack_streets(folder, memory, packed, limit_mb=0.5, side=48)
    assert 30 <= quality <= 90
    assert bytes_in(packed) < 0.5e6
    whole = load_streets(folder, memory, VIEWS["streets"])
    small = load_streets(packed, packed / "labels", VIEWS["streets"])
    known = [sample.labels.shape[0] for sample in whole.samples]
    assert known.count(96) == 2
    shapes = [sample.labels.shape for sample in small.samples]
    assert shapes.count((48, 24)) == 2
    for sample in small.samples:
        assert sample.photo.shape[:2] == sample.labels.shape
    file = "people_parts/p1.png"
    faces = [kept(at / file)[1] for at in (memory, packed / "labels")]
    np.testing.assert_allclose(faces[1][0].points, (faces[0][0].points + 0.5) / 2 - 0.5)
    assert faces[1][0].height == faces[0][0].height / 2
    held_out = "data/people_parts/masks/p0.png"
    assert (packed / held_out).read_bytes() == (folder / held_out).read_bytes()


def test_street_photos_that_do_not_fit_or_have_no_labels_are_not_packed(tmp_path):
    folder, memory = packable(tmp_path)
    with pytest.raises(PackError, match=r"do not fit into 0\.01 MB"):
        pack_streets(folder, memory, tmp_path / "packed", limit_mb=0.01, side=48)
    assert not (tmp_path / "packed").exists()
    with pytest.raises(PackError, match=r"training\.streets"):
        pack_streets(folder, tmp_path / "none", tmp_path / "packed", limit_mb=1, side=48)


def test_a_shadow_darkens_only_what_is_behind_the_person():
    photo = np.full((96, 96, 3), 200, np.uint8)
    labels = np.zeros((96, 96), np.uint8)
    labels[20:90, 40:56] = Part.PERSON
    labels[:, :10] = UNKNOWN
    for seed in range(8):
        cast = with_shadow(photo, labels, np.random.default_rng(seed))
        assert (cast[labels != 0] == 200).all()
        assert 0.005 < (cast[labels == 0] < 190).any(1).mean() < 0.4
    nobody = np.zeros_like(labels)
    assert with_shadow(photo, nobody, np.random.default_rng(0)) is photo


def test_a_scene_may_get_the_colors_of_the_person():
    scene = np.random.default_rng(0).integers(0, 120, (32, 32, 3), np.uint8)
    clothes = np.full((50, 3), (200, 40, 60), np.uint8)
    near = alike(scene, clothes, 1.0)
    assert np.abs(near.mean((0, 1)) - (200, 40, 60)).max() < 12
    np.testing.assert_array_equal(alike(scene, clothes[:0], 1.0), scene)


def test_a_training_without_labels_says_how_to_make_them(tmp_path):
    with pytest.raises(DatasetError, match=r"training\.streets"):
        load_streets(tmp_path, tmp_path / "labels", VIEWS["streets"])
