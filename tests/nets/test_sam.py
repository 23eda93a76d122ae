"""Segment Anything's networks: the published keys, and the package's own results."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from segment_anything import SamPredictor, sam_model_registry
from segment_anything.modeling import Sam

import pipeline.nets.sam as nets
from pipeline.nets.sam import ImageEncoder, PromptDecoder, Size
from pipeline.stages.segment.sam import at_photo, embed, prompted
from pipeline.types import Prompt

PUBLISHED = {
    "vit_b": (314, 93_735_472),
    "vit_l": (482, 312_342_832),
    "vit_h": (594, 641_090_608),
}  # keys, parameters
FREQUENCIES = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"


def arrays(network):
    """Return a network as a function on arrays."""

    def run(*values):
        with torch.inference_mode():
            found = network(*map(torch.from_numpy, values))
        return tuple(v.numpy() for v in found) if isinstance(found, tuple) else found.numpy()

    return run


@pytest.mark.parametrize("variant", PUBLISHED)
def test_encoder_and_decoder_together_have_the_published_keys(variant):
    with torch.device("meta"):
        encoder, decoder, whole = (
            ImageEncoder(variant),
            PromptDecoder(),
            sam_model_registry[variant](),
        )
    ours = {
        **{f"image_encoder.{k}": v for k, v in encoder.state_dict().items()},
        **decoder.state_dict(),
    }
    published = {
        key: value for key, value in whole.state_dict().items() if not key.startswith("pixel_")
    }
    assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in published.items()}
    assert (
        len(ours),
        sum(p.numel() for part in (encoder, decoder) for p in part.parameters()),
    ) == PUBLISHED[variant]
    assert FREQUENCIES in ours


@pytest.fixture(scope="module")
def small():
    """Build a small encoder, a decoder, and segment_anything's predictor with equal weights."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(nets.VARIANTS, "small", Size(32, 2, 2, (1,)))
        torch.manual_seed(0)
        encoder, decoder = ImageEncoder("small").eval(), PromptDecoder().eval()
    for network in (encoder, decoder):
        for value in network.parameters():
            value.detach().normal_(std=0.1)
    for norm in (
        m
        for network in (encoder, decoder)
        for m in network.modules()
        if "Norm" in type(m).__name__ and hasattr(m, "bias")
    ):
        norm.weight.detach().fill_(1)
    plain = deepcopy(encoder)
    plain.normalized = torch.nn.Identity()  # the predictor normalizes by itself
    return (
        encoder,
        decoder,
        SamPredictor(Sam(plain, decoder.prompt_encoder, decoder.mask_decoder).eval()),
    )


@pytest.fixture(scope="module")
def seen(small):
    """Return the embedding of a photo that the predictor has seen, too."""
    encoder, _, predictor = small
    pixels = np.random.default_rng(0).integers(0, 256, (640, 1024, 3), np.uint8)
    predictor.set_image(pixels)
    return embed(pixels.astype(np.float32) / 255, arrays(encoder), side=1024)


def test_the_embedding_is_segment_anythings_own(small, seen):
    wanted = small[2].get_image_embedding().numpy()
    assert wanted.std() > 0.1
    np.testing.assert_allclose(seen.values, wanted, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(((200.0, 300.0, True),)),
        Prompt(((200.0, 300.0, True), (500.0, 90.0, False))),
        Prompt((), (100.0, 80.0, 600.0, 500.0)),
        Prompt(
            ((200.0, 300.0, True), (500.0, 90.0, False), (333.0, 444.0, True)),
            (100.0, 80.0, 600.0, 500.0),
        ),
    ],
)
def test_masks_and_scores_are_segment_anythings_own(small, seen, prompt):
    _, decoder, predictor = small
    answer = prompted(seen, arrays(decoder), prompt)
    points = [(x, y) for x, y, _ in prompt.points] or None
    asked = {
        "point_coords": None if points is None else np.array(points),
        "point_labels": None
        if points is None
        else np.array([int(add) for *_, add in prompt.points]),
        "box": None if prompt.box is None else np.array(prompt.box),
        "return_logits": True,
    }
    masks, scores, low = predictor.predict(**asked, multimask_output=True)
    single, _, _ = predictor.predict(**asked, multimask_output=False)
    assert np.abs(low).max() > 0.1
    # The order of float32 sums differs, nothing else.
    tolerance = 2e-4 * np.abs(masks).max()
    np.testing.assert_allclose(answer.scores[1:], scores, atol=1e-4 * np.abs(scores).max())
    np.testing.assert_allclose(answer.logits[1:], low, atol=tolerance)
    for found, wanted in zip(answer.logits, [*single, *masks], strict=True):
        np.testing.assert_allclose(at_photo(found, seen), wanted, atol=tolerance)


def test_an_earlier_mask_goes_in_as_segment_anything_takes_it(small):
    _, decoder, predictor = small
    values = np.random.default_rng(0).standard_normal((1, 256, 64, 64), np.float32)
    earlier = np.random.default_rng(1).standard_normal((1, 256, 256), np.float32) * 4
    predictor.features, predictor.is_image_set = torch.from_numpy(values), True
    predictor.original_size, predictor.input_size = (1024, 1024), (1024, 1024)
    point = np.array([[40.0, 50.0]])
    _, _, wanted = predictor.predict(
        point, np.array([1]), mask_input=earlier, multimask_output=True
    )
    points, kinds = np.float32([[[40, 50], [0, 0]]]), np.float32([[1, -1]])
    found, _ = arrays(decoder)(values, points, kinds, earlier[None], np.ones(1, np.float32))
    without, _ = arrays(decoder)(values, points, kinds, earlier[None], np.zeros(1, np.float32))
    np.testing.assert_allclose(found[0, 1:], wanted, atol=2e-4 * np.abs(wanted).max())
    assert np.abs(without - found).max() > 0.01


def test_several_prompts_on_several_photos_are_answered_one_by_one(small):
    _, decoder, _ = small
    rng = np.random.default_rng(0)
    values = rng.standard_normal((2, 256, 64, 64), np.float32)
    points, kinds = (
        rng.uniform(0, 1024, (2, 3, 2)).astype(np.float32),
        np.float32([[1, 0, -1], [2, 3, 1]]),
    )
    masks, given = rng.standard_normal((2, 1, 256, 256), np.float32), np.float32([0, 1])
    together, scores = arrays(decoder)(values, points, kinds, masks, given)
    for i in range(2):
        alone, score = arrays(decoder)(
            *(v[i : i + 1] for v in (values, points, kinds, masks, given))
        )
        np.testing.assert_allclose(together[i], alone[0], atol=1e-4 * np.abs(alone).max())
        np.testing.assert_allclose(scores[i], score[0], atol=1e-4 * np.abs(score).max())
