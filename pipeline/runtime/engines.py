"""Turn a network into a function on arrays: compiled by OpenVINO, or run by PyTorch.

torch and openvino are imported when a network needs them. On a CPU, torch is needed only until the
network is converted.
"""

import atexit
import logging
import math
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.runtime.build import load_network
from pipeline.runtime.convert import FILE, convert
from pipeline.runtime.converted import folder_of, forget_unused, note_use
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import WeightError

if TYPE_CHECKING:
    import openvino

# Float32 arrays to one array, or to a tuple of them where a network has several outputs.
Engine = Callable[..., Any]
log = logging.getLogger(__name__)


class EngineError(RuntimeError):
    """An engine that is not installed or does not accept a network."""


def compile_openvino(weights: VerifiedWeights) -> Engine:
    """Compile a network with OpenVINO for the CPU; the result is safe under concurrent calls.

    The converted network is cached by weights, source code and engine version. Older conversions of
    the same network are removed once they are unused for long.

    Raises: WeightError: the weights cannot be used. EngineError: OpenVINO is not installed or does
    not accept the network.
    """
    try:
        import openvino as ov
    except ImportError as error:
        raise EngineError(f"OpenVINO is absent ({error})") from error
    core = ov.Core()
    if "INT8" not in capabilities(core):
        weights = replace(weights, entry=replace(weights.entry, ranges={}))
    folder = folder_of(weights, ov.__version__)
    # bf16 would move a prompt's points, and a face's.
    exact = weights.submodule == "prompt" or weights.entry.role == "landmarks"
    hint = "f32" if exact else precision(core)
    try:
        if (folder / FILE).exists():
            try:
                return _ready(core, folder, hint, weights)
            except RuntimeError as error:
                log.warning(
                    "%s is damaged and made anew (%s).", folder, str(error).strip().splitlines()[-1]
                )
                shutil.rmtree(folder, ignore_errors=True)
        return _ready(core, _converted(weights, folder), hint, weights)
    except WeightError:
        raise
    except (RuntimeError, OSError) as error:
        raise EngineError(
            f"OpenVINO does not take {weights.entry.name} ({str(error).strip().splitlines()[-1]})"
        ) from error


def _converted(weights: VerifiedWeights, folder: Path) -> Path:
    try:
        convert(weights, folder)
    except OSError as error:
        log.warning(
            "Converted networks cannot be kept in %s (%s); every start converts them anew.",
            folder.parent,
            error,
        )
        temporary = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        folder = Path(temporary) / folder.name
        convert(weights, folder)
    return folder


def _ready(
    core: "openvino.Core", folder: Path, hint: str, weights: VerifiedWeights
) -> "_OpenvinoNetwork":
    note_use(folder)
    network = _OpenvinoNetwork(core, folder, hint)
    forget_unused(weights, folder)
    return network


def precision(core: "openvino.Core") -> str:
    """Choose the inference precision for this CPU: "bf16" where it has instructions for it."""
    return "bf16" if "BF16" in capabilities(core) else "f32"


def capabilities(core: "openvino.Core") -> list[str]:
    """List the number formats that this CPU has instructions for."""
    return core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class _OpenvinoNetwork:
    """A compiled network that runs one call at a time.

    A single inference already uses all cores, and one set of activations bounds the memory.
    """

    def __init__(self, core: "openvino.Core", folder: Path, hint: str) -> None:
        options = {
            "INFERENCE_PRECISION_HINT": hint,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": count_cores(),
        }
        # A pinned thread waits for its core even where another one is free.
        compiled = core.compile_model(
            folder / FILE, "CPU", {**options, "ENABLE_CPU_PINNING": False}
        )
        self._request = compiled.create_infer_request()
        self._lock = threading.Lock()

    def __call__(self, *values: NDArray[np.float32]) -> Any:  # noqa: ANN401 - an array or a tuple of them
        with self._lock:
            outputs = self._request.infer(
                [np.ascontiguousarray(v, np.float32) for v in values], share_inputs=True
            )
            found: tuple[NDArray[np.float32], ...] = tuple(outputs.values())
        return found[0] if len(found) == 1 else found


def run_torch(weights: VerifiedWeights, device: str) -> Engine:
    """Load a network into PyTorch: float32 on the CPU, half precision on CUDA.

    The result is safe under concurrent calls.

    Raises: WeightError: the weights cannot be used.
    """
    import torch

    from pipeline.runtime.precision import has_bfloat16

    network = load_network(weights).to(device)
    # GFPGAN flattens with view(), which wants the usual order.
    order = torch.contiguous_format if weights.entry.role == "restorer" else torch.channels_last
    half = torch.bfloat16 if has_bfloat16(device) else torch.float16
    lock = threading.Lock()

    def on_device(values: NDArray[np.float32]) -> torch.Tensor:
        batch = torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device)
        return batch.contiguous(memory_format=order) if batch.ndim == 4 else batch

    def on_host(values: torch.Tensor) -> NDArray[np.float32]:
        return values.float().cpu().contiguous().numpy()

    def run(*values: NDArray[np.float32]) -> Any:  # noqa: ANN401 - an array or a tuple of them
        with lock, torch.inference_mode(), torch.autocast(device, half, enabled=device == "cuda"):
            found = network(*map(on_device, values))
            return tuple(map(on_host, found)) if isinstance(found, tuple) else on_host(found)

    return run


def count_cores() -> int:
    """Count the cores this process may use, by its affinity and a container's quota."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.exists():
        allowed, period = quota.read_text().split()
        if allowed != "max":
            cores = min(cores, math.ceil(int(allowed) / int(period)))
    return max(cores, 1)
