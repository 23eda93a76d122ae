from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.nets.sam import PromptDecoder
from pipeline.nets.sam_light import LightEncoder
from pipeline.nets.unet import Parser
from training.clicks import (
    ADD,
    TAKE,
    Asked,
    as_logits,
    box_of,
    by_hand,
    center,
    correction,
    damaged,
    first,
)
from training.crowd import Task
from training.light_sam import LightSam, features_of, inputs
from training.prompts import learn, started
from training.regions import EAR, PEOPLE, SOMETHING, choices, found, known, numbered
from training.samples import Sample


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def disk(x, y, radius, side=256):
    ys, xs = np.mgrid[:side, :side]
    return np.hypot(xs - x, ys - y) <= radius


def logits_of(mask):
    return np.where(mask, 5, -5).astype(np.float32)


def at(region, point):
    x, y = point[0].astype(int)
    return region[y, x]


def test_a_correction_adds_in_the_middle_of_what_is_missing():
    wanted, given = disk(100, 100, 40) | disk(200, 60, 30), disk(100, 100, 38)
    point, kind = correction(wanted, logits_of(given), np.ones_like(wanted))
    assert kind == ADD
    np.testing.assert_allclose(point, [[200, 60]], atol=1)


def test_a_correction_takes_away_where_too_much_was_given():
    wanted, given = disk(100, 100, 40), disk(100, 100, 42) | disk(200, 60, 30)
    point, kind = correction(wanted, logits_of(given), np.ones_like(wanted))
    assert kind == TAKE
    np.testing.assert_allclose(point, [[200, 60]], atol=1)


def test_a_correction_stays_where_the_truth_is_known():
    wanted, given = disk(100, 100, 40), disk(100, 100, 40) | disk(200, 60, 30) | disk(30, 220, 10)
    point, kind = correction(wanted, logits_of(given), ~disk(200, 60, 35))
    assert kind == TAKE
    assert at(disk(30, 220, 10), point)


def test_what_is_right_is_not_corrected():
    assert (
        correction(disk(90, 90, 30), logits_of(disk(90, 90, 30)), np.ones((256, 256), bool)) is None
    )


def test_random_corrections_lie_in_the_error_too(rng):
    for _ in range(50):
        wanted = disk(*rng.uniform(60, 190, 2), rng.uniform(8, 50))
        wrong = damaged(wanted, [disk(*rng.uniform(20, 230, 2), 20)], rng)
        click = correction(wanted, as_logits(wrong, rng), np.ones_like(wanted), rng)
        if click is not None:
            given = at(wanted, click[0])
            assert click[1] == (ADD if given else TAKE)


def test_a_boxs_jitter_is_bounded_and_stays_in_the_picture(rng):
    wanted = disk(40, 128, 40)
    for _ in range(50):
        box = by_hand(box_of(wanted), wanted.shape, rng)
        assert np.abs(box - box_of(wanted)).max() <= 0.12 * 81 + 1e-4
        assert box.min() >= 0
        assert box.max() <= 255


def test_every_first_prompt_points_at_the_region_or_at_a_mistake(rng):
    wanted = disk(128, 128, 50)
    for _ in range(50):
        asked = first(wanted, [disk(128, 60, 20)], rng)
        assert len(asked.points) == len(asked.kinds) > 0
        if asked.ambiguous:
            assert at(wanted, asked.points)


def test_the_center_is_inside_even_of_a_ring():
    ring = disk(128, 128, 60) & ~disk(128, 128, 50)
    assert at(ring, center(ring))


def test_people_of_a_view_stay_apart():
    labels = np.zeros((32, 32), np.uint8)
    labels[:10, :10], labels[:10, 10:13] = 2, EAR
    one, two = (
        numbered(Sample(np.zeros((32, 32, 3), np.uint8), labels, None, 1.0), i).labels
        for i in (0, 1)
    )
    view = np.where(two[:, ::-1] > 0, two[:, ::-1], one)
    assert found(view, "face", 0).sum() == found(view, "face", 1).sum() == 100
    assert not (found(view, "head", 0) & found(view, "head", 1)).any()
    pairs, weights = choices(view)
    assert {("face", 0), ("ear", 1), ("person", 1)} <= set(pairs)
    assert weights.sum() == pytest.approx(1)


def test_of_somebody_unmarked_only_the_whole_and_the_face_are_wanted():
    labels = np.full((32, 32), SOMETHING, np.uint8)
    labels[:10, :10] = 2
    assert set(choices(labels)[0]) == {("face", 0), ("person", 0)}
    assert known(labels, "person", 0).all()
    assert known(labels, "face", 0).sum() == 100
    assert not choices(np.zeros((32, 32), np.uint8))[0]
    assert set(choices(labels + PEOPLE)[0]) == {("face", 1), ("person", 1)}


def test_encoder_and_decoder_have_the_shapes_and_keys_that_the_pipeline_loads():
    torch.manual_seed(0)
    network = LightSam().eval()
    state = network.state_dict()
    assert {key.split(".")[0] for key in state} == {
        "image_encoder",
        "prompt_encoder",
        "mask_decoder",
    }
    encoder, decoder = LightEncoder().eval(), PromptDecoder(512)
    encoder.load_state_dict(
        {
            k.removeprefix("image_encoder."): v
            for k, v in state.items()
            if k.startswith("image_encoder.")
        }
    )
    decoder.load_state_dict({k: v for k, v in state.items() if not k.startswith("image_encoder.")})
    photo = torch.rand(1, 3, 512, 512)
    point = np.array([[99.0, 40.0]], np.float32)
    with torch.inference_mode():
        embedding = encoder(photo)
        assert embedding.shape == (1, 256, 64, 64)
        half = network.embedded(network.features(torch.nn.functional.avg_pool2d(photo, 2)))
        torch.testing.assert_close(embedding, half, atol=1e-4, rtol=1e-4)
        asked = inputs([Asked().and_at(point, (ADD,))], 256, torch.device("cpu"))
        logits, scores = network(embedding, *asked)
        assert logits.shape == (1, 4, 256, 256)
        assert scores.shape == (1, 4)
        # The training points at views, half as large as the network's input.
        theirs, _ = decoder(embedding, 2 * asked[0] + 0.5, *asked[1:])
        torch.testing.assert_close(theirs, logits, atol=1e-4, rtol=1e-4)


def test_a_training_starts_from_the_parsers_own_files(tmp_path: Path):
    from safetensors.torch import save_file

    parser = Parser(12)
    save_file(parser.state_dict(), tmp_path / "parser.safetensors")
    network, teacher = started([tmp_path / "parser.safetensors"], 16)
    assert teacher is not None
    stem = "encoder._conv_stem.weight"
    torch.testing.assert_close(network.image_encoder.state_dict()[stem], parser.state_dict()[stem])
    save_file(network.state_dict(), tmp_path / "run.safetensors")
    again, teacher = started([tmp_path / "run.safetensors"], 64)
    assert teacher is None
    assert again.cells == 64


def test_a_few_steps_on_one_view_lower_the_loss(rng):
    torch.manual_seed(0)
    network = LightSam(16).eval()
    wanted = disk(120, 120, 60)
    features = features_of(
        network, np.where(wanted, 230, 25).astype(np.uint8)[..., None].repeat(3, 2)
    )
    optimizer = torch.optim.AdamW(
        [p for n, p in network.named_parameters() if not n.startswith("image_encoder.encoder")],
        5e-4,
    )
    losses = []
    for _ in range(8):
        task = Task(features, wanted, np.ones_like(wanted), Asked().and_at(box_of(wanted), (2, 3)))
        optimizer.zero_grad()
        losses.append(learn(network, [task], rng)["loss"])
        optimizer.step()
        assert task.answers == 1
        assert task.asked.mask.shape == (256, 256)
    assert losses[-1] < 0.8 * losses[0]
