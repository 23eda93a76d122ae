"""What benchmarks measure identity with: a face descriptor, or a file of measures."""

import argparse
import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.identity import SIDE, Descriptor, identity
from pipeline.ops.tensor import to_float
from pipeline.types import Face, Pixels

# Photo, picture of its size, its face as the parser found it -> cosine; None without a face
Identify = Callable[[Pixels, Pixels, Face | None], float | None]
WITHOUT = "Identity is left out: it is measured with a face descriptor, --descriptor FILE.onnx."


def add_options(cli: argparse.ArgumentParser) -> None:
    """Let a command choose what identity is measured with."""
    which = cli.add_mutually_exclusive_group()
    which.add_argument(
        "--descriptor", type=Path, metavar="FILE.onnx",
        help="a face descriptor as ArcFace's: (1, 3, 112, 112) RGB in [-1, 1] to (1, D)",
    )  # fmt: skip
    which.add_argument(
        "--measures", type=Path, metavar="FILE.py",
        help="a module that has FaceNet, whose identity(photo, picture) finds the face itself",
    )  # fmt: skip


def identify_by(args: argparse.Namespace) -> Identify | None:
    """Return what a command's options name; None, and say so, where they name nothing."""
    if args.descriptor:
        return partial(_by_descriptor, read_descriptor(args.descriptor))
    if args.measures:
        net = measures(args.measures).FaceNet()
        return lambda photo, picture, _: net.identity(photo, picture)
    print(WITHOUT)
    return None


def _by_descriptor(
    network: Descriptor, photo: Pixels, picture: Pixels, face: Face | None,
) -> float | None:  # fmt: skip
    return identity(to_float(photo), to_float(picture), face, network) if face else None


def read_descriptor(file: Path) -> Descriptor:
    """Return a face descriptor from its ONNX file (or OpenVINO's own), run by OpenVINO in float32.

    Raises: ValueError: it is none. FileNotFoundError: it is not there.
    """
    import openvino as ov

    wanted = f"a network from (1, 3, {SIDE}, {SIDE}) to (1, D) was wanted"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: {wanted}; there is no such file.")
    core, shape = ov.Core(), ov.PartialShape([1, 3, SIDE, SIDE])
    try:
        model = core.read_model(file)
        found = [port.partial_shape for port in model.inputs]
        if len(found) != 1 or not found[0].compatible(shape):
            raise ValueError(f"{file}: {wanted}; it takes {', '.join(map(str, found))}.")
        model.reshape(shape)
        compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ValueError(f"{file}: {wanted}; OpenVINO does not take it ({reason}).") from error

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(compiled(batch)[0], np.float32)

    return run


def measures(file: Path) -> ModuleType:
    """Import measures from their file.

    Raises: FileNotFoundError: it is not there.
    """
    spec = importlib.util.spec_from_file_location("measure", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise FileNotFoundError(f"{file}: a Python file of measures was wanted; it is not there.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
