"""Convert a network for OpenVINO in a worker process."""

import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.nets.receptive_field import generator_measures
from pipeline.runtime.styles import given_shapes
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import Entry, Role
from pipeline.weights.worker import answer, run_worker

# -1 is a dimension of any size. GFPGAN's side of 512 px is part of its architecture.
OPEN = [-1, 3, -1, -1]
SHAPES: dict[Role, list[int]] = {
    "painter": OPEN,
    "network_mood": OPEN,
    "fast_style": OPEN,
    "portrait_style": OPEN,
    "parser": OPEN,
    "gray_parser": OPEN,
    "close_parser": OPEN,
    "finder": OPEN,
    "person": OPEN,
    "detector": OPEN,
    "verifier": [-1, 3, 64, 64],
    "restorer": [-1, 3, 512, 512],
    "descriptor": [-1, 3, 150, 150],
    "landmarks": [-1, 3, 128, 128],
    "colorizer": [-1, 14, -1, -1],
}
# Input shapes of `nets/sam.py`'s PromptDecoder; any number of points.
PROMPT = [[1, 256, 64, 64], [1, -1, 2], [1, -1], [1, 1, 256, 256], [1]]
FILE = "net.xml"


def convert(weights: VerifiedWeights, folder: Path) -> None:
    """Write a network into `folder` in OpenVINO's format, whole or not at all.

    Raises: WeightError: the weights cannot be used. WorkerError: OpenVINO does not take the
    network. OSError: the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        run_worker("pipeline.runtime.convert", weights, fresh)
        if not (folder / FILE).exists():  # another process may have been first
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write(weights: VerifiedWeights, folder: Path) -> None:
    """Convert a network in this process.

    Raises: WeightError: the weights cannot be used. Errors of OpenVINO's frontend pass through.
    """
    import openvino as ov
    import torch

    from pipeline.runtime.build import load_network
    from pipeline.runtime.eight_bit import round_weights, rounded_inputs

    shapes, entry = shapes_of(weights), weights.entry
    fold = entry.build.get("fold", 1)
    example = tuple(
        torch.from_numpy(blank(shape, 64 // fold if shape == noise_of(entry) else 64))
        for shape in shapes
    )
    network = load_network(weights)
    with torch.inference_mode(), warnings.catch_warnings(), rounded_inputs(network, entry.ranges):
        # GFPGAN halves its channels by their number, and instance norm counts pixels. Tracing makes
        # both constant, which does not change the result.
        warnings.filterwarnings("ignore", "Converting a tensor to a Python")
        traced = torch.jit.trace(network, example, check_trace=False)
        model = ov.convert_model(
            traced, input=[ov.PartialShape(shape) for shape in shapes], example_input=example
        )
    round_weights(model)
    # A prompt's points need float32: half precision would move them.
    ov.save_model(model, folder / FILE, compress_to_fp16=weights.submodule != "prompt")


def shapes_of(weights: VerifiedWeights) -> list[list[int]]:
    """List the shapes of a submodule's inputs, -1 where any size is allowed."""
    if weights.submodule == "prompt":
        return PROMPT
    picture = shape_of(weights.entry)
    if weights.submodule == "frozen":
        return [picture, [1, 2, generator_measures(**weights.entry.build)]]
    noise = [noise_of(weights.entry)] if weights.entry.noise else []
    if not weights.entry.styles:
        return [picture, *noise]
    if weights.submodule == "open":
        return [picture, *noise, *given_shapes(weights)]
    return [picture, [-1, len(weights.entry.styles)], *noise]


def noise_of(entry: Entry) -> list[int]:
    """Return the shape of the noise that a painter of styles takes, -1 for any size."""
    return [-1, entry.noise, -1, -1]


def shape_of(entry: Entry) -> list[int]:
    """Look up the shape of a network's picture batch, -1 where any size is allowed."""
    return [1, 3, entry.side, entry.side] if entry.role == "promptable" else SHAPES[entry.role]


def blank(shape: list[int], side: int) -> NDArray[np.float32]:
    """Make a batch of one filled with zeros; -1 in `shape` becomes `side`."""
    return np.zeros([abs(shape[0]), *(side if n < 0 else n for n in shape[1:])], np.float32)


if __name__ == "__main__":
    answer(write)
