import time
from copy import deepcopy
from dataclasses import replace

import cv2
import numpy as np
import pytest
import segmentation_models_pytorch as smp
import torch
from safetensors.torch import save_file

from pipeline.io.encode import LABEL_COLORS
from pipeline.metrics.iou import class_iou, confusion
from pipeline.stages.parse import Part
from tests.training_sets import easyportrait, face_mask, shared, write_pair
from training.damage import DAMAGE
from training.depthwise import quicken
from training.figures import Scores, draw_curve, panel, read_log
from training.framing import composed, flipped, framed, placed, staged, tilt
from training.labels import FLIPPED, NINE_PERSON, OUTSIDE, PERSON, UNKNOWN
from training.loop import Schedule, clock_of
from training.losses import loss
from training.samples import Sample, face_in
from training.segment import arguments, freeze
from training.segment import test_folder as held_out_in
from training.soup import lerp
from training.stream import Varied
from training.sunglasses import worn
from training.views import VIEWS

BARE = replace(VIEWS["any"], shaded=0.0)  # sunglasses are not painted in their label's color
NINE_PERSONS = [Part.PERSON, Part.HAIR, Part.HEADWEAR, Part.GLASSES, Part.BODY_SKIN]


def sure_of(*classes: int) -> torch.Tensor:
    """Return logits that share all probability among these classes, (1, 12, 8, 8)."""
    logits = torch.full((1, len(Part), 8, 8), -12.0)
    logits[:, list(classes)] = 12.0
    return logits


def all_are(label: int) -> torch.Tensor:
    return torch.full((1, 8, 8), label, dtype=torch.uint8)


@pytest.mark.parametrize("part", NINE_PERSONS)
def test_easyportraits_person_may_be_any_of_ours(part):
    assert loss(sure_of(part), all_are(NINE_PERSON)).item() == pytest.approx(0, abs=1e-3)
    assert loss(sure_of(*NINE_PERSONS), all_are(NINE_PERSON)).item() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("part", [Part.BACKGROUND, Part.SKIN, Part.LIPS])
def test_easyportraits_person_is_nothing_else(part):
    assert loss(sure_of(part), all_are(NINE_PERSON)).item() > 5


def test_the_persons_price_is_minus_log_of_the_sum():
    p = torch.softmax(
        torch.randn(1, len(Part), 8, 8, generator=torch.Generator().manual_seed(0)), 1
    )
    expected = -p[:, NINE_PERSONS].sum(1).log().mean()
    assert loss(p.log(), all_are(NINE_PERSON)).item() == pytest.approx(expected.item(), rel=1e-4)


def test_a_person_of_unknown_part_is_only_not_background():
    assert loss(sure_of(Part.HAIR, Part.LIPS), all_are(PERSON)).item() == pytest.approx(0, abs=1e-3)
    assert loss(sure_of(Part.BACKGROUND), all_are(PERSON)).item() > 5


def test_unknown_pixels_teach_nothing():
    logits = torch.randn(1, len(Part), 8, 8).requires_grad_()
    loss(logits, all_are(UNKNOWN)).backward()
    assert logits.grad.abs().max() < 1e-6
    labels = all_are(Part.SKIN)
    labels[:, :4] = UNKNOWN
    other = logits.detach().clone()
    other[:, :, :4] += torch.randn(1, len(Part), 4, 8)
    torch.testing.assert_close(loss(other, labels), loss(logits.detach(), labels))


def coded(labels: np.ndarray) -> np.ndarray:
    """Return a photo whose colors say its labels."""
    return np.dstack([labels * 20, 255 - labels * 20, np.full_like(labels, 90)])


def decoded(photo: np.ndarray) -> np.ndarray:
    return np.round((photo[..., 0].astype(float) + 255 - photo[..., 1]) / 40).astype(int)


def sample(side: int = 128) -> Sample:
    mask = face_mask(side)
    return Sample(coded(mask), mask, face_in(mask), whole=0.3)


@pytest.fixture
def black(tmp_path):
    """Return a landscape whose color says "background"."""
    cv2.imwrite(str(tmp_path / "black.png"), coded(np.zeros((40, 40), np.uint8))[:, :, ::-1])
    return [tmp_path / "black.png"]


def agreement(photo: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of pixels whose color says their label, away from edges between labels."""
    flat = cv2.dilate(labels, np.ones((5, 5))) == cv2.erode(labels, np.ones((5, 5)))
    return float((decoded(photo) == labels)[flat & (labels < 12)].mean())


@pytest.mark.parametrize("seed", range(12))
def test_a_varied_picture_keeps_its_labels_in_place(seed, black):
    rng = np.random.default_rng(seed)
    # Without mirroring: its swap of sides is no longer what the colors say.
    assert agreement(*staged(sample(), black, 96, rng, BARE)) > 0.98


@pytest.mark.parametrize("seed", range(12))
def test_people_set_beside_each_other_keep_their_labels(seed, black):
    whole = sample()
    symmetric = FLIPPED[whole.labels].clip(max=FLIPPED[whole.labels])
    symmetric = np.where(np.isin(symmetric, (4, 6)), symmetric - 1, symmetric).astype(
        np.uint8
    )  # one class for both sides
    plain = Sample(coded(symmetric), symmetric, whole.face, whole=0.3)
    photo, labels = composed(lambda: plain, black, 96, np.random.default_rng(seed), BARE)
    unmirrored = np.where(np.isin(labels, (4, 6)), labels - 1, labels).astype(np.uint8)
    assert agreement(photo, unmirrored) > 0.97
    assert not np.isin(labels, (OUTSIDE, UNKNOWN)).any()


def test_a_mirror_swaps_left_and_right_and_does_so_twice_for_nothing():
    view = sample().photo, sample().labels
    photo, labels = flipped(view)
    left = np.nonzero(view[1] == Part.LEFT_EYE)[1].mean()
    assert np.nonzero(labels == Part.RIGHT_EYE)[1].mean() == pytest.approx(127 - left)
    assert set(np.unique(FLIPPED[[UNKNOWN, PERSON, NINE_PERSON]])) == {UNKNOWN, PERSON, NINE_PERSON}
    np.testing.assert_array_equal(flipped((photo, labels))[1], view[1])


def test_beyond_the_photo_is_outside_and_unknown_without_scenes():
    whole = sample()
    _, labels = framed(whole, placed((64, 64), np.full(2, 48.0), (0.3, 0.3), 0.0), 96)
    assert labels[0, 0] == OUTSIDE
    assert labels[48, 48] == whole.labels[64, 64]
    _, marks = staged(
        Sample(whole.photo, whole.labels, None, 1.0), [], 96, np.random.default_rng(3)
    )
    assert OUTSIDE not in marks


def test_damage_leaves_labels_and_sizes(black):
    varied = Varied([sample()], np.ones(1), black, 96, seed=5)
    for i in range(20):
        photo, labels = varied[i]
        assert photo.shape == (3, 96, 96)
        assert photo.dtype == labels.dtype == torch.uint8
        assert labels.shape == (96, 96)
    again, same = varied[7]
    torch.testing.assert_close(again, varied[7][0], atol=0, rtol=0)
    assert (same == varied[7][1]).all()
    assert not torch.equal(varied[8][0], again)


def test_damage_reaches_what_robustness_is_asked_for():
    by_name = {
        type(t).__name__: t
        for wrapper in DAMAGE.transforms
        for t in getattr(wrapper, "transforms", [wrapper])
    }
    assert np.exp(by_name["Light"].range[0]) < 0.4
    assert np.exp(by_name["Light"].range[1]) > 2.5
    assert by_name["JPEG"].quality[0] < 20
    assert by_name["Shrink"].range[0] < 0.25


def test_one_confusion_matrix_over_all_pictures():
    truth, guess = np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]])
    np.testing.assert_allclose(class_iou(confusion(truth, guess, 2)), [1 / 2, 2 / 3])
    scores = Scores()
    scores.add(face_mask(32), face_mask(32))
    scores.add(np.array([[0, PERSON]], np.uint8), np.array([[0, 0]], np.uint8))
    figures = scores.figures()
    assert figures["miou"] == figures["class8"] == 1
    assert figures["person"] == 0


def test_a_panel_is_photo_prediction_and_truth():
    mask = face_mask(32)
    picture = panel(coded(mask), mask, np.where(mask > 0, PERSON, 0).astype(np.uint8))
    assert picture.shape == (32, 3 * 32 + 12, 3)
    assert tuple(picture[31, 38 + 16]) == LABEL_COLORS[1]
    assert panel(coded(mask), mask, mask, long_px=64).shape[0] == 64


def test_a_log_becomes_a_curve(tmp_path):
    (tmp_path / "log.csv").write_text("step,minutes,rate,loss\n50,1,0.1,2.0\n100,2,0.2,1.5\n")
    draw_curve(tmp_path, tmp_path / "loss.png")
    first = cv2.imread(str(tmp_path / "loss.png"))
    (tmp_path / "held_out.csv").write_text("step,minutes,miou\n100,2,0.5\n")
    draw_curve(tmp_path, tmp_path / "loss.png")
    assert first.std() > 0
    assert (cv2.imread(str(tmp_path / "loss.png")) != first).any()
    assert read_log(tmp_path / "log.csv")["loss"] == [2.0, 1.5]


def run(*words) -> None:
    args = arguments().parse_args([str(w) for w in words])
    args.call(args)


@pytest.mark.usefixtures("a_second_a_step")
def test_a_training_logs_measures_goes_on_and_shows(tmp_path, capsys):
    data = easyportrait(tmp_path / "data", {"train": 2, "val": 2, "test": 2})
    command = ("easyportrait", data, tmp_path / "run", "--cpu", "--side", 32, "--batch", 2)
    run(*command, "--minutes", 2 / 60)
    assert (tmp_path / "run/loss.png").exists()
    assert list((tmp_path / "run").glob("sheet-*.jpg"))
    run(*command, "--minutes", 4 / 60)
    assert read_log(tmp_path / "run/log.csv")["step"] == [1, 2, 3, 4, 5]
    assert len(read_log(tmp_path / "run/held_out.csv")["miou"]) == 2
    run("show", tmp_path / "run/average.safetensors", data, tmp_path / "shown", "--look", 64)
    assert {file.name for file in (tmp_path / "shown").iterdir()} == {"test0.png", "test1.png"}
    assert "miou" in capsys.readouterr().out


@pytest.mark.usefixtures("a_second_a_step")
def test_a_training_on_the_shared_sets_starts_from_weights_that_teach(tmp_path):
    save_file(
        smp.Unet("efficientnet-b2", encoder_weights=None, classes=9).state_dict(),
        tmp_path / "nine.safetensors",
    )
    run("shared", shared(tmp_path / "data"), tmp_path / "run",
        "--start", tmp_path / "nine.safetensors", "--cpu",
        "--side", 32, "--batch", 2, "--minutes", 1 / 60)  # fmt: skip
    figures = read_log(tmp_path / "run/held_out.csv")
    assert {"miou", "person", "class8"} <= set(figures)
    assert len(list((tmp_path / "run/taught").iterdir())) == 2


def test_a_folder_of_persons_is_shown_as_persons(tmp_path):
    write_pair(
        tmp_path / "images",
        tmp_path / "masks",
        "a",
        np.where(face_mask(32) > 0, 255, 0).astype(np.uint8),
    )
    (item,) = held_out_in(tmp_path)
    assert set(np.unique(item.read(item.mask))) == {0, PERSON}


def test_the_rate_warms_up_and_falls_along_a_cosine():
    schedule = Schedule(60)
    rates = [schedule.rate(p) for p in (0, 0.03, 0.5, 1)]
    assert rates == pytest.approx([0.01, 1, 0.53, 0.02], abs=0.03)


@pytest.mark.parametrize(("blocks", "above", "learn"), [
    (0, None, {"stem", "first", "last", "decoder"}), (1, None, {"last", "decoder"}),
    (0, -1, {"stem", "first", "decoder"}), (1, -1, {"decoder"}),
])  # fmt: skip
def test_what_is_frozen_learns_nothing_and_all_else_does(blocks, above, learn):
    network = smp.Unet("efficientnet-b2", encoder_weights=None, classes=13)
    freeze(network, blocks, above)
    encoder = network.encoder
    parts = {"stem": encoder._conv_stem, "first": encoder._blocks[0],
             "last": encoder._blocks[-1], "decoder": network.decoder}  # fmt: skip
    learning = {
        name for name, part in parts.items() if all(p.requires_grad for p in part.parameters())
    }
    assert learning == learn


def test_the_mean_of_two_checkpoints_lies_between_them():
    one, other = (
        {"w": torch.tensor([v]), "count": torch.tensor(n)} for v, n in ((0.0, 1), (2.0, 3))
    )
    found = lerp(one, other, 0.25)
    assert (found["w"].item(), found["count"].item()) == (0.5, 3)
    with pytest.raises(ValueError, match="one network"):
        lerp(one, {"w": torch.zeros(2), "count": torch.tensor(1)}, 0.5)


def test_quickened_convolutions_have_the_same_output_and_gradients():
    torch.manual_seed(0)
    plain = smp.Unet("efficientnet-b2", encoder_weights=None).eval()
    quick = deepcopy(plain)
    quicken(quick)
    photo = torch.rand(2, 3, 64, 64)
    outputs = [network(photo) for network in (plain, quick)]
    assert torch.equal(*outputs)
    for output in outputs:
        output.square().mean().backward()
    for name, one in plain.named_parameters():
        other = quick.get_parameter(name)
        assert (one.grad is None) == (other.grad is None), name
        if one.grad is not None:
            assert torch.allclose(one.grad, other.grad, rtol=1e-3, atol=1e-6), name


def test_a_copy_of_a_quickened_network_runs_on_its_own_weights():
    torch.manual_seed(0)
    network = smp.Unet("efficientnet-b2", encoder_weights=None).eval()
    quicken(network)
    other = deepcopy(network)
    photo = torch.rand(1, 3, 64, 64)
    before = other(photo)
    for weight in network.parameters():
        weight.data.zero_()
    assert torch.equal(other(photo), before)


@pytest.mark.parametrize("name", VIEWS)
def test_a_face_is_shown_as_its_framings_say(name):
    rng, views = np.random.default_rng(0), VIEWS[name]
    for framing in (views.framing(rng) for _ in range(50)):
        share, middle = framing.draw(rng)
        assert framing.share[0] <= share <= framing.share[1]
        assert (np.abs(middle - framing.middle) <= framing.room).all()


def test_closer_looks_are_taught_upright_and_without_strangers():
    rng = np.random.default_rng(0)
    leaning = {
        name: np.std([tilt(rng, views) for _ in range(500)]) for name, views in VIEWS.items()
    }
    assert leaning["close"] < 0.6 * leaning["any"]
    assert len(VIEWS["close"].crowds) == 1


def test_a_pause_is_not_training_time():
    """A CPU training's clock stands still while its thread waits."""
    clock = clock_of(torch.device("cpu"))
    began = clock()
    time.sleep(0.3)
    assert clock() - began < 0.2


def test_sunglasses_hide_eyes_and_only_what_they_hide_changes_its_label():
    """They are dark where the eyes were; a face without both eyes gets none."""
    photo, labels = np.full((96, 96, 3), 200, np.uint8), np.full((96, 96), Part.SKIN, np.uint8)
    labels[:10] = Part.BACKGROUND
    labels[38:43, 28:36], labels[38:43, 58:66] = Part.RIGHT_EYE, Part.LEFT_EYE
    for seed in range(12):
        seen, marks = worn(photo, labels, np.random.default_rng(seed))
        changed = marks != labels
        assert set(np.unique(marks[changed])) == {Part.GLASSES}
        assert not np.isin(marks, (Part.RIGHT_EYE, Part.LEFT_EYE)).any()
        assert seen[40, 32].max() < 120
        assert 0.03 < changed.mean() < 0.4
        assert not changed[:10].any()
    alone = np.where(labels == Part.LEFT_EYE, Part.SKIN, labels).astype(np.uint8)
    assert (worn(photo, alone, np.random.default_rng(0))[0] == photo).all()
