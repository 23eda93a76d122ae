"""MobileSAM's encoder: the published checkpoint's keys and size, and the arithmetic of TinyViT."""

import re

import timm
import torch

from pipeline.nets.sam import PromptDecoder
from pipeline.nets.tiny_vit import TinyEncoder

MEAN, DEVIATION = (
    torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
)
PUBLISHED_BYTES = 40_728_226
# As MobileSAM's authors published it, name by name; shapes as (outputs, inputs, ...).
CONVOLUTIONS = {
    "patch_embed.seq.0": (32, 3, 3, 3),
    "patch_embed.seq.2": (64, 32, 3, 3),
    **{
        f"layers.0.blocks.{i}.conv{k}": shape
        for i in range(2)
        for k, shape in enumerate(((256, 64, 1, 1), (256, 1, 3, 3), (64, 256, 1, 1)), 1)
    },
    **{
        f"layers.{i}.downsample.conv{k}": shape
        for i, a, b in ((0, 64, 128), (1, 128, 160), (2, 160, 320))
        for k, shape in enumerate(((b, a, 1, 1), (b, 1, 3, 3), (b, b, 1, 1)), 1)
    },
}
BLOCKS = {
    1: (2, 128, 4, 49),
    2: (6, 160, 5, 196),
    3: (2, 320, 10, 49),
}  # blocks, width, heads, distances within a window


def published() -> dict[str, tuple[int, ...]]:
    """Return the keys and shapes under `image_encoder.`."""
    shapes = {}

    def pair(key, *weight):
        shapes.update({f"{key}.weight": weight, f"{key}.bias": weight[:1]})

    def convolution(key, shape):
        shapes[f"{key}.c.weight"] = shape
        pair(f"{key}.bn", shape[0])
        shapes.update(
            {
                f"{key}.bn.running_mean": shape[:1],
                f"{key}.bn.running_var": shape[:1],
                f"{key}.bn.num_batches_tracked": (),
            }
        )

    for key, shape in CONVOLUTIONS.items():
        convolution(key, shape)
    for layer, (count, width, heads, distances) in BLOCKS.items():
        for i in range(count):
            key = f"layers.{layer}.blocks.{i}"
            shapes[f"{key}.attn.attention_biases"] = heads, distances
            pair(f"{key}.attn.norm", width)
            pair(f"{key}.attn.qkv", 3 * width, width)
            pair(f"{key}.attn.proj", width, width)
            pair(f"{key}.mlp.norm", width)
            pair(f"{key}.mlp.fc1", 4 * width, width)
            pair(f"{key}.mlp.fc2", width, 4 * width)
            convolution(f"{key}.local_conv", (width, 1, 3, 3))
    pair("norm_head", 320)
    pair("head", 1000, 320)
    shapes.update({"neck.0.weight": (256, 320, 1, 1), "neck.2.weight": (256, 256, 3, 3)})
    pair("neck.1", 256)
    pair("neck.3", 256)
    return shapes


def test_the_encoder_strictly_loads_the_published_keys():
    with torch.device("meta"):
        network = TinyEncoder()
    assert len(published()) == 302
    state = {key: torch.zeros(shape) for key, shape in published().items()}
    network.load_state_dict(state, strict=True, assign=True)


def test_with_its_decoder_it_is_as_large_as_mobile_sam():
    with torch.device("meta"):
        encoder, decoder = TinyEncoder(), PromptDecoder()
    assert sum(p.numel() for part in (encoder, decoder) for p in part.parameters()) == 10_130_092
    state = [*encoder.state_dict().values(), *decoder.state_dict().values()]
    values = sum(v.numel() * v.element_size() for v in state)
    assert 0 < PUBLISHED_BYTES - values < 400 * len(state), "the rest is names and padding"


def theirs(key: str) -> str:
    """Return what timm calls a value."""
    key = re.sub(
        r"^patch_embed\.seq\.([02])", lambda m: f"patch_embed.conv{1 + int(m[1]) // 2}", key
    )
    key = re.sub(r"^layers\.(\d)\.downsample", lambda m: f"stages.{int(m[1]) + 1}.downsample", key)
    return (
        key.replace("layers.", "stages.")
        .replace(".c.", ".conv.")
        .replace("norm_head.", "head.norm.")
    )


def test_it_computes_what_timms_tiny_vit_does():
    torch.manual_seed(0)
    ours, reference = (
        TinyEncoder().eval(),
        timm.create_model("tiny_vit_5m_224", num_classes=0).eval(),
    )
    for value in reference.state_dict().values():
        if value.dtype == torch.float32:
            value.copy_(torch.rand_like(value) * 0.1 + (0.5 if value.ndim == 1 else -0.05))
    state = {
        key: value
        for key, value in reference.state_dict().items()
        if "attention_bias_idxs" not in key
    }
    named = {theirs(key): key for key in ours.state_dict()}
    ours.load_state_dict(
        {**ours.state_dict(), **{named[key]: value for key, value in state.items()}}
    )
    reference.stages[3].downsample.conv2.conv.stride = (
        1,
        1,
    )  # MobileSAM's only change: the last layer keeps its size
    ours.neck = torch.nn.Identity()
    photo = torch.rand(1, 3, 256, 192)  # no multiple of any window
    with torch.inference_mode():
        wanted = reference.forward_features((photo - MEAN) / DEVIATION)
        found = ours(photo)
    assert wanted.std() > 0.1
    torch.testing.assert_close(found, wanted, atol=1e-4 * float(wanted.abs().max()), rtol=0)
