"""Convert a network for OpenVINO in a process of its own.

torch and two copies of the weights leave with that process: the one that serves people stays small, and answers meanwhile.
"""

import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from pipeline.catalog import Role, WeightError
from pipeline.weights import Verified

# Sizes that stay open in a converted network; GFPGAN's is part of its architecture.
SHAPES: dict[Role, list[int]] = {"painter": [-1, 3, -1, -1], "parser": [-1, 3, -1, -1], "restorer": [-1, 3, 512, 512]}
FILE = "net.xml"
REFUSED = 3  # exit code: the weights are to blame, the sentence is on stdout


class ConvertError(RuntimeError):
    """A network that OpenVINO does not take."""


def convert(weights: Verified, folder: Path) -> None:
    """Write a network into `folder` in OpenVINO's format, whole or not at all.

    Raises: WeightError; ConvertError; OSError: the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        command = [sys.executable, "-m", "pipeline.convert", str(fresh.resolve())]
        done = subprocess.run(command, input=pickle.dumps(weights), capture_output=True, cwd=Path(__file__).parents[1], check=False)
        if done.returncode == REFUSED:
            raise WeightError(done.stdout.decode().strip())
        if done.returncode:
            lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
            raise ConvertError(lines[-1])
        if not (folder / FILE).exists():  # another process may have been first
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write(weights: Verified, folder: Path) -> None:
    """Convert in this process.

    Raises: WeightError; whatever OpenVINO's frontend raises.
    """
    import openvino as ov
    import torch

    from pipeline.networks import load_network

    shape = SHAPES[weights.entry.role]
    example = torch.zeros([1, *(64 if n < 0 else n for n in shape[1:])])
    with torch.inference_mode(), warnings.catch_warnings():
        # GFPGAN halves its channels by their number, and instance norm counts pixels: neither changes what is computed.
        warnings.filterwarnings("ignore", "Converting a tensor to a Python")
        traced = torch.jit.trace(load_network(weights), example, check_trace=False)
        model = ov.convert_model(traced, input=[ov.PartialShape(shape)], example_input=example)
    ov.save_model(model, folder / FILE, compress_to_fp16=True)


if __name__ == "__main__":
    try:
        write(pickle.load(sys.stdin.buffer), Path(sys.argv[1]))
    except WeightError as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(REFUSED)
