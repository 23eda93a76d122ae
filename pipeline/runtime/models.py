"""The networks of one process: loaded when first needed, shared by everybody."""

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.nets.receptive_field import generator_measures, generator_reach
from pipeline.runtime.convert import PROMPT, blank, shape_of
from pipeline.runtime.engines import Engine, EngineError, compile_openvino, run_torch
from pipeline.settings import WeightPolicy
from pipeline.types import Decoder, Network, WeightUse
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import USUAL, Entry, Role, Submodule, WeightError
from pipeline.weights.fetch import fetch
from pipeline.weights.resolve import available, choose, named, obtain

if TYPE_CHECKING:
    from pipeline.nets.vgg import Perceptual

Device = Literal["auto", "cpu", "cuda"]
Arriving = Callable[
    [str, int, int | None], None
]  # a weight that is downloaded: its name, bytes so far, bytes in all where known
# What is made ready beforehand, and under which policy: of the promptable networks only the embedded one, for the others are large.
READY: tuple[tuple[Role, WeightPolicy], ...] = (
    *((role, "auto") for role in USUAL),
    ("promptable", "embedded"),
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A network that is ready. `run`: (N, C, H, W) float32 to the same; a painter's and a restorer's pictures in [-1, 1], others in [0, 1].

    `prompt`: the decoder of a promptable network, whose `run` is its image encoder. `piece` makes one that few photos need.
    """

    run: Network
    use: WeightUse
    entry: Entry
    submodule: Callable[[Submodule], Engine]
    prompt: Decoder | None = None

    @property
    def halo_px(self) -> int:
        """How far from a pixel a painter looks, px."""
        return generator_reach(**self.entry.build)

    def freeze(self, whole: NDArray[np.float32]) -> Network:
        """Return a painter for tiles of a picture that is given whole, at any size: what it normalizes by is that picture's."""
        if not generator_measures(**self.entry.build):
            return self.run
        statistics = self.submodule("statistics")(
            whole
        )  # made anew for each picture: kept, it would keep its activations' memory
        paint = self.submodule("frozen")
        return lambda tile: paint(tile, statistics)


@dataclass(frozen=True)
class LoadedFeatures:
    """The network that compares pictures; it runs in PyTorch, which knows gradients, on `device`."""

    network: "Perceptual"
    use: WeightUse
    device: str


def assemble(weights: VerifiedWeights, engine: Callable[[VerifiedWeights], Engine]) -> Loaded:
    """Return a network as an engine runs it.

    Raises: WeightError.
    """

    def submodule(which: Submodule) -> Engine:
        return engine(replace(weights, submodule=which))

    prompt = submodule("prompt") if weights.entry.role == "promptable" else None
    return Loaded(
        engine(weights),
        WeightUse(weights.entry.name, weights.sha256, weights.entry.unpinned),
        weights.entry,
        submodule,
        prompt,
    )


class Models:
    """Networks by role, each loaded once; safe under concurrent calls.

    On a CPU they run through OpenVINO (PyTorch where that fails), on CUDA through PyTorch. Under ZeroGPU all of them are
    loaded at once: there the graphics card is lent only afterward.

    `here`: the published weights that `auto` takes, by default those at hand now. It stays so: what comes later is taken under
    `full` only, and nobody's work goes on with another network than it began with. `arriving` is told of downloads.
    """

    def __init__(
        self,
        device: Device = "auto",
        *,
        here: frozenset[str] | None = None,
        arriving: Arriving | None = None,
    ) -> None:
        self._device = device
        self._here = available() if here is None else here
        self._arriving = arriving
        self._loaded: dict[str, Loaded] = {}
        self._features: dict[str, LoadedFeatures] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        if zero_gpu():
            self._each(self.load)

    def load(self, role: str, policy: WeightPolicy) -> Loaded:
        """Return the network that plays a role under a weight policy.

        Only `full` downloads.

        Raises: WeightError: no usable weights; the message says what to do.
        """
        return self._once(choose(role, policy, self._here), policy)

    def named(self, name: str, policy: WeightPolicy) -> Loaded:
        """Return a network by its catalog name: one that is embedded or at hand, or under `full` a published one that is downloaded.

        Raises: WeightError: it is not here, not allowed, or not what it should be; the message says what to do.
        """
        return self._once(named(name, policy), policy)

    def features(self, policy: WeightPolicy) -> LoadedFeatures:
        """Return the network that compares pictures.

        Raises: WeightError: no usable weights; the message says what to do.
        """
        from pipeline.runtime.perceptual import load_features

        entry = choose("perceptual", policy, self._here)
        with self._lock_of(entry):
            if entry.name not in self._features:
                weights = self._brought(entry, policy)
                use = WeightUse(entry.name, weights.sha256, entry.unpinned)
                network = load_features(weights, self._device)
                self._features[entry.name] = LoadedFeatures(network, use, self._device)
            return self._features[entry.name]

    def _once(self, entry: Entry, policy: WeightPolicy) -> Loaded:
        with self._lock_of(entry):
            if entry.name not in self._loaded:
                self._loaded[entry.name] = self._load(entry, policy)
            return self._loaded[entry.name]

    def _lock_of(self, entry: Entry) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(entry.name, threading.Lock())

    def warm(self) -> None:
        """Load and run once whatever can be had without a download, so that the first visitor does not wait."""
        self._each(self._warm)

    def _warm(self, role: Role, policy: WeightPolicy) -> None:
        loaded = self.load(role, policy)
        if not zero_gpu():
            loaded.run(blank(shape_of(loaded.entry), 256))
            if loaded.prompt:
                loaded.prompt(*(blank(shape, 2) for shape in PROMPT))

    @staticmethod
    def _each(act: Callable[[Role, WeightPolicy], object]) -> None:
        for role, policy in READY:
            try:
                act(role, policy)
            except WeightError as error:
                log.info("%s", error)

    def _load(self, entry: Entry, policy: WeightPolicy) -> Loaded:
        return assemble(self._brought(entry, policy), self._engine)

    def _brought(self, entry: Entry, policy: WeightPolicy) -> VerifiedWeights:
        told = partial(self._arriving, entry.name) if self._arriving else None
        weights = fetch(entry, told) if policy == "full" else obtain(entry)
        with self._guard:
            self._device = find_device() if self._device == "auto" else self._device
        return weights

    def _engine(self, weights: VerifiedWeights) -> Engine:
        if self._device == "cuda":
            return run_torch(weights, "cuda")
        try:
            return compile_openvino(weights)
        except EngineError as error:
            log.warning("%s; PyTorch runs it instead, more slowly.", error)
            return run_torch(weights, "cpu")


def find_device() -> Device:
    """Return "cuda" where a usable NVIDIA card is; torch is imported only where a driver is."""
    if zero_gpu():
        return "cuda"
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def zero_gpu() -> bool:
    """Say whether this is a ZeroGPU Space, where a graphics card is lent for one call at a time."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true", "t", "yes", "on")
