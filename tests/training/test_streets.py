"""Labels of people in the street: what they mean, and what faces found in them settle."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.stages.parse import Part, nine_probabilities, parse_photo
from training.face_finder import Found
from training.labels import BARE, FACE, FACELESS, PEOPLE_PARTS, PERSON, UNKNOWN
from training.loop import half_state, single
from training.losses import loss
from training.milestone import write
from training.resolve import resolved, with_bystanders, with_edges_unknown
from training.segment import widened

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])
FOUND = Found(POINTS, 110.0)


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


def test_people_parts_labels_say_what_they_know():
    assert PEOPLE_PARTS.tolist() == [0, 1, BARE, Part.HAIR, Part.HEADWEAR, Part.GLASSES]


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


def test_a_milestone_over_another_checkpoint_is_what_differs(tmp_path):
    below = {"same.weight": torch.randn(40, 30), "other.weight": torch.randn(40, 30)}
    save_file(half_state(below), tmp_path / "below.safetensors")
    state = {**below, "other.weight": torch.randn(40, 30), "new.weight": torch.randn(3)}
    save_file(state, tmp_path / "average.safetensors")
    torch.save({"step": 1, "seconds": 1.0}, tmp_path / "state.pt")
    over = [tmp_path / "below.safetensors"]
    shards = write(tmp_path, "gray", "below", tmp_path / "milestones", over)
    assert single(*shards).keys() == {"other.weight", "new.weight"}
    back = single(*over, *shards)
    torch.testing.assert_close(back, {key: value.half().float() for key, value in state.items()})


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
