"""How one network becomes a function on arrays: compiled by OpenVINO, or run by PyTorch.

torch and openvino are imported when a network needs them: with a converted network in the cache, torch never is.
"""

import gc
import hashlib
import json
import logging
import math
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Network
from pipeline.weights import Entry, WeightError, cache_folder, fetch, shards, verify

if TYPE_CHECKING:
    import openvino
    import torch

VERSION = 1  # of what pipeline/nets compute; raised with every change to it, so that converted networks are made anew
# Sizes that stay open in a converted network; GFPGAN's is part of its architecture.
SHAPES = {"painter": [-1, 3, -1, -1], "parser": [-1, 3, -1, -1], "restorer": [-1, 3, 512, 512]}
log = logging.getLogger(__name__)


class EngineError(RuntimeError):
    """An engine that is absent or cannot take a network."""


def load_network(entry: Entry) -> "torch.nn.Module":
    """Return a weight's network in PyTorch, float32, for inference.

    Raises: WeightError: the file is not such a network's.
    """
    files = list(shards(entry)) if entry.embedded else [fetch(entry)]
    verify(entry, files[0])
    named = ", ".join(str(f) for f in files)
    network = _build(entry)
    try:
        state: dict[str, Any] = {}
        for file in files:
            state |= _read(file, entry.unpack)
        # Counters that instance norm kept in old checkpoints, and no longer has.
        own = network.state_dict().keys()
        stale = [k for k in state if k not in own and k.rsplit(".", 1)[-1] in ("running_mean", "running_var", "num_batches_tracked")]
        network.load_state_dict({k: v for k, v in state.items() if k not in stale}, strict=True)
    except (RuntimeError, KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightError(
            f"{named}: the {entry.role} {entry.name} was wanted, something else was found ({reason}). Delete it and get it again."
        ) from error
    return network.float().eval().requires_grad_(False)


def _build(entry: Entry) -> "torch.nn.Module":
    if entry.role == "painter":
        from pipeline.nets.generator import Generator

        return Generator(**entry.build)
    if entry.role == "parser":
        from pipeline.nets.parser import Parser

        return Parser(**entry.build)
    from pipeline.nets.gfpgan import Restorer

    return Restorer(**entry.build)


def _read(file: Path, unpack: str | None) -> "dict[str, torch.Tensor]":
    """Return a file's state dict.

    Raises: WeightError: it holds more than tensors, or none.
    """
    import pickle

    import torch
    from safetensors.torch import load_file

    if file.suffix == ".safetensors":
        return load_file(file)
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError("it holds more than weights, or is cut short") from error
    return dict(state[unpack] if unpack else state)  # dict(): old checkpoints carry a `_metadata` attribute


def compile_openvino(entry: Entry, digest: str) -> Network:
    """Return a network that OpenVINO runs on the CPU, bf16 where the CPU has it; safe under concurrent calls.

    The converted network stays in the cache folder, keyed by weights, code and engine.

    Raises: WeightError; EngineError: OpenVINO is absent or refuses the network.
    """
    try:
        import openvino as ov
    except ImportError as error:
        raise EngineError(f"OpenVINO is absent ({error})") from error
    key = hashlib.sha256(json.dumps([digest, dict(entry.build), VERSION, ov.__version__], sort_keys=True).encode()).hexdigest()[:16]
    folder = cache_folder() / "converted" / f"{entry.name}-{key}"
    try:
        core = ov.Core()
        model = core.read_model(folder / "net.xml") if (folder / "net.xml").exists() else _convert(entry, folder)
        exact = {"INFERENCE_PRECISION_HINT": precision(core), "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads()}
        # Pinned threads stand still whenever another program has their core.
        compiled = core.compile_model(model, "CPU", {**exact, "ENABLE_CPU_PINNING": False})
    except WeightError:
        raise
    except Exception as error:  # its frontends raise bare Exceptions; PyTorch runs what OpenVINO cannot
        raise EngineError(f"OpenVINO does not take {entry.name} ({str(error).splitlines()[0]})") from error
    return _OpenvinoNetwork(compiled)


def precision(core: "openvino.Core") -> str:
    """Return the precision that networks run in on this CPU."""
    return "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def _convert(entry: Entry, folder: Path) -> "openvino.Model":
    import openvino as ov
    import torch

    network = load_network(entry)
    shape = SHAPES[entry.role]
    example = torch.zeros([1, *(64 if n < 0 else n for n in shape[1:])])
    with torch.inference_mode():
        traced = torch.jit.trace(network, example, check_trace=False)
        model = ov.convert_model(traced, input=[ov.PartialShape(shape)], example_input=example)
    if not _keep(model, folder):
        return model
    del network, traced, model  # what was written is mapped from the file; one copy of the weights is enough
    gc.collect()
    return ov.Core().read_model(folder / "net.xml")


def _keep(model: "openvino.Model", folder: Path) -> bool:
    """Write a converted network, whole or not at all; say whether it is there."""
    import openvino as ov

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            ov.save_model(model, fresh / "net.xml", compress_to_fp16=True)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        if not (folder / "net.xml").exists():  # else another process was first
            log.warning("The converted network cannot be kept in %s (%s); every start converts it again.", folder, error)
            return False
    return True


class _OpenvinoNetwork:
    """One call at a time: a single inference already uses all threads, and one set of activations bounds the memory."""

    def __init__(self, compiled: "openvino.CompiledModel") -> None:
        self._compiled = compiled
        self._request = compiled.create_infer_request()
        self._lock = threading.Lock()

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            return self._request.infer({0: np.ascontiguousarray(values, np.float32)}, share_inputs=True)[0]


def run_torch(entry: Entry, device: str) -> Network:
    """Return a network that PyTorch runs: float32 on the CPU, half precision on CUDA; safe under concurrent calls.

    Raises: WeightError.
    """
    import torch

    network = load_network(entry).to(device, memory_format=torch.channels_last)
    half = torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float16
    lock = threading.Lock()

    def run(values: NDArray[np.float32]) -> NDArray[np.float32]:
        with lock, torch.inference_mode(), torch.autocast(device, half, enabled=device == "cuda"):
            batch = torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device, memory_format=torch.channels_last)
            return network(batch).float().cpu().contiguous().numpy()

    return run


def threads() -> int:
    """Return how many cores this process may use: its affinity, and a container's quota where there is one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.exists():
        allowed, period = quota.read_text().split()
        if allowed != "max":
            cores = min(cores, math.ceil(int(allowed) / int(period)))
    return max(cores, 1)
