"""Count the parameters of networks without loading them."""

import math

from pipeline.weights.catalog import EMBEDDED, Entry

# Parameters of published networks, counted once; the tests count them again.
PUBLISHED = {
    "style_monet": 11_378_179,
    "gfpgan_v1.4": 86_444_252,
    "gfpgan_v1.3": 86_444_252,
    "mobile_sam": 10_130_092,
    "sam_vit_b": 93_735_472,
    "sam_vit_l": 312_342_832,
    "sam_vit_h": 641_090_608,
    "fcn_resnet50": 35_322_218,
    "fcn_resnet101": 54_314_346,
    "retinaface_resnet50": 27_293_600,
    "retinaface_mobilenet": 426_608,
    "vgg19": 12_944_960,  # as far as conv5_1
}
# Last parts of state-dict keys that are buffers, not parameters.
BUFFERS = (
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "positional_encoding_gaussian_matrix",
)


def count_parameters(entry: Entry) -> int:
    """Count a weight's parameters; of an embedded one by the headers of its files."""
    if not entry.embedded:
        return PUBLISHED[entry.name]
    from safetensors import safe_open

    counts: dict[str, int] = {}  # a later file may hold what replaces a tensor
    for shard in entry.shards:
        with safe_open(EMBEDDED / shard.file, "np") as file:
            keys = [key for key in file.keys() if key.rsplit(".", 1)[-1] not in BUFFERS]  # noqa: SIM118 - no mapping
            counts |= {key: math.prod(file.get_slice(key).get_shape()) for key in keys}
    return sum(counts.values())
