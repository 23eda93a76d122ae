"""The networks of one process: loaded when first needed, shared by everybody."""

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.catalog import Entry, Role, WeightError
from pipeline.convert import SHAPES
from pipeline.engines import EngineError, compile_openvino, run_torch
from pipeline.settings import WeightPolicy
from pipeline.types import Network, WeightUse
from pipeline.weights import choose, obtain

Device = Literal["auto", "cpu", "cuda"]
ROLES: tuple[Role, ...] = ("parser", "painter", "restorer")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A network that is ready. `run`: (N, C, H, W) float32 to the same; pictures in [-1, 1], the parser's input in [0, 1]."""

    run: Network
    use: WeightUse
    entry: Entry


class Models:
    """Networks by role, each loaded once; safe under concurrent calls.

    On a CPU they run through OpenVINO (PyTorch where that fails), on CUDA through PyTorch. Under ZeroGPU all of them are
    loaded at once: there the graphics card is lent only afterward.
    """

    def __init__(self, device: Device = "auto") -> None:
        self._device = device
        self._loaded: dict[str, Loaded] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        if _zero_gpu():
            self._each(lambda role: self.load(role, "auto"))

    def load(self, role: str, policy: WeightPolicy) -> Loaded:
        """Return the network that plays a role under a weight policy.

        Only `full` downloads.

        Raises: WeightError: no usable weights; the message says what to do.
        """
        entry = choose(role, policy)
        with self._guard:
            lock = self._locks.setdefault(entry.name, threading.Lock())
        with lock:
            if entry.name not in self._loaded:
                self._loaded[entry.name] = self._load(entry)
            return self._loaded[entry.name]

    def warm(self) -> None:
        """Load and run once whatever can be had without a download, so that the first visitor does not wait."""
        self._each(self._warm)

    def _warm(self, role: Role) -> None:
        loaded = self.load(role, "auto")
        if not _zero_gpu():
            loaded.run(np.zeros([1, *(256 if n < 0 else n for n in SHAPES[role][1:])], np.float32))

    @staticmethod
    def _each(act: Callable[[Role], object]) -> None:
        for role in ROLES:
            try:
                act(role)
            except WeightError as error:
                log.info("%s", error)

    def _load(self, entry: Entry) -> Loaded:
        weights = obtain(entry)
        use = WeightUse(entry.name, weights.sha256)
        with self._guard:
            self._device = find_device() if self._device == "auto" else self._device
        if self._device == "cuda":
            return Loaded(run_torch(weights, "cuda"), use, entry)
        try:
            return Loaded(compile_openvino(weights), use, entry)
        except EngineError as error:
            log.warning("%s; PyTorch runs it instead, more slowly.", error)
            return Loaded(run_torch(weights, "cpu"), use, entry)


def find_device() -> Device:
    """Return "cuda" where a usable NVIDIA card is; torch is imported only where a driver is."""
    if _zero_gpu():
        return "cuda"
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _zero_gpu() -> bool:
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true", "t", "yes", "on")
