"""Load the networks of one process when they are first needed, and share them."""

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.nets.receptive_field import generator_measures, generator_radius
from pipeline.runtime.convert import PROMPT, blank, shape_of
from pipeline.runtime.engines import Engine, EngineError, compile_openvino, run_torch
from pipeline.runtime.portrait_style_files import OwnPortraitStyle, verified
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.runtime.styles import Mix, known_styles, mixed
from pipeline.settings import WeightPolicy
from pipeline.types import Decoder, Network, WeightUse
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import LIGHT, USUAL, Entry, Role, Submodule, WeightError
from pipeline.weights.fetch import fetch
from pipeline.weights.resolve import available, choose, named, obtain

if TYPE_CHECKING:
    from pipeline.nets.vgg import Perceptual

Device = Literal["auto", "cpu", "cuda"]
# Called during a download with the weight's name, the bytes so far, and the total where known.
Arriving = Callable[[str, int, int | None], None]
# What `Models.warm` loads, and under which policy. Of the promptable networks only the embedded one
# is loaded, for the others are large.
READY: tuple[tuple[Role, WeightPolicy], ...] = (
    *((role, "auto") for role in USUAL),
    ("promptable", "embedded"),
)
# Painters halve maps by convolutions that reach over the left and the upper border, never over
# the others: along these two, strokes become dots. So more of a picture is painted there; by those
# of portrait styles, which put a thin line along each border, on all sides.
MARGIN_PX = 8  # so that heights and widths stay multiples of what networks take, 8 and 16
MOST_OWN = 4  # networks of people's own styles that are kept loaded
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A network that is ready to run.

    `run`: maps (N, C, H, W) float32 to the same. Painters and restorers take pictures in [-1, 1],
    other networks in [0, 1]. Of a promptable network it is the image encoder.
    `submodule`: loads another submodule when it is needed, which few photos do.
    `prompt`: the decoder of a promptable network, else None.
    """

    run: Network
    use: WeightUse
    entry: Entry
    submodule: Callable[[Submodule], Engine]
    prompt: Decoder | None = None

    @property
    def halo_px(self) -> int:
        """Radius of a painter's receptive field, px."""
        return generator_radius(**self.entry.build)

    def noise_size(self, size: tuple[int, int]) -> tuple[int, int, int]:
        """Return the (height, width, channels) of a painter's noise for a picture's size."""
        return size[0] // self.fold, size[1] // self.fold, self.entry.noise

    @property
    def fold(self) -> int:
        """Side of the cells of pixels in which a painter sees a picture."""
        return int(self.entry.build.get("fold", 1))

    def styled(self, mix: Mix) -> Callable[..., NDArray[np.float32]]:
        """Make a fast painter paint in a mix of styles.

        It takes a batch and, where it grows strokes from noise, that, (H, W, C) of `noise_size`.
        Styles of files have late layers of their own, which a second graph takes as inputs.

        Raises: WeightError: the network's files are damaged.
        """
        run: Engine = self.run
        given: tuple[NDArray[np.float32], ...] = (np.array([mix.known], np.float32),)
        if mix.own:
            run, given = self.submodule("open"), mixed(known_styles(obtain(self.entry)), mix)

        def paint(
            batch: NDArray[np.float32], noise: NDArray[np.float32] | None = None
        ) -> NDArray[np.float32]:
            inputs = given
            if self.entry.noise:
                grown = _with_margin(self._grown(batch, noise), MARGIN_PX // self.fold)
                inputs = (grown, *given) if mix.own else (*given, grown)
            wide = _with_margin(batch, MARGIN_PX)
            return run(wide, *inputs)[:, :, MARGIN_PX:, MARGIN_PX:]

        return paint

    def seeded(self, noise: NDArray[np.float32] | None = None) -> Network:
        """Make a painter of a portrait style take the picture alone.

        `noise`: (H, W, C) of `noise_size`; without it, the picture's own.
        """
        px = MARGIN_PX
        run: Engine = self.run

        def paint(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            near = px // self.fold
            grown = _with_margin(self._grown(batch, noise), near, near)
            return run(_with_margin(batch, px, px), grown)[:, :, px:-px, px:-px]

        return paint

    def _grown(
        self, batch: NDArray[np.float32], noise: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """Return the noise for a batch of one as networks take it, (1, C, H, W)."""
        if noise is None:
            noise = stroke_noise(batch[0], self.noise_size((batch.shape[2], batch.shape[3])))
        return np.ascontiguousarray(noise.transpose(2, 0, 1)[None])

    def freeze(self, whole: NDArray[np.float32]) -> Network:
        """Make a painter for tiles of a picture that normalizes by the whole picture.

        `whole`: the picture as a batch, (1, C, H, W), at any size.
        """
        if not generator_measures(**self.entry.build):
            return self.run
        # Loaded again for each picture: a loaded one would hold the memory of its activations.
        statistics = self.submodule("statistics")(whole)
        paint = self.submodule("frozen")
        return lambda tile: paint(tile, statistics)


def _with_margin(maps: NDArray[np.float32], px: int, after: int = 0) -> NDArray[np.float32]:
    """Reflect maps, (B, C, H, W), beyond their left and upper border, and beyond the others."""
    *many, h, w = maps.shape
    wide = np.empty((*many, h + px + after, w + px + after), np.float32)
    planes = maps.reshape(-1, h, w), wide.reshape(-1, *wide.shape[2:])
    for plane, out in zip(*planes, strict=True):
        cv2.copyMakeBorder(plane, px, after, px, after, cv2.BORDER_REFLECT_101, dst=out)
    return wide


@dataclass(frozen=True)
class LoadedFeatures:
    """The perceptual network; it runs in PyTorch on `device`, for its gradients are needed."""

    network: "Perceptual"
    use: WeightUse
    device: str


def assemble(weights: VerifiedWeights, engine: Callable[[VerifiedWeights], Engine]) -> Loaded:
    """Run a weight's submodules by an engine.

    Raises: WeightError: the weights cannot be used.
    """

    @cache  # it is as small as the network itself, and each painting wants it again
    def opened() -> Engine:
        return engine(replace(weights, submodule="open"))

    def submodule(which: Submodule) -> Engine:
        return opened() if which == "open" else engine(replace(weights, submodule=which))

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

    On a CPU they run through OpenVINO (PyTorch where that fails), on CUDA through PyTorch. Under
    ZeroGPU all of them are loaded at once, because the card is lent only later.

    `here`: names of the published weights that `auto` takes; None: those available now. The set
    does not change, so that a download cannot exchange a network in the middle of somebody's work:
    weights that arrive later are used under `full` only.
    `arriving`: is called during downloads.
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
        self._own: dict[str, Loaded] = {}
        self._own_lock = threading.Lock()
        self._guard = threading.Lock()
        if zero_gpu():
            self._each(self.load)

    def load(self, role: str, policy: WeightPolicy) -> Loaded:
        """Load the network for a role under a weight policy; only `full` downloads.

        Raises: WeightError: no usable weights; the message says what to do.
        """
        return self._once(choose(role, policy, self._here), policy)

    def named(self, name: str, policy: WeightPolicy) -> Loaded:
        """Load a network by its catalog name under a weight policy; only `full` downloads.

        Raises: WeightError: it is not here, not allowed, or damaged; the message says what to do.
        """
        return self._once(named(name, policy), policy)

    def own(self, style: OwnPortraitStyle) -> Loaded:
        """Load the network of a person's own portrait style, once for each version of its file.

        Raises: WeightError: its file changed meanwhile, is gone or cannot be used.
        """
        with self._own_lock:
            if style.sha256 not in self._own:
                with verified(style) as weights:
                    self._find_device()
                    loaded = assemble(weights, self._engine)
                while len(self._own) >= MOST_OWN:  # the one that was loaded first goes
                    self._own.pop(next(iter(self._own)))
                self._own[style.sha256] = loaded
            return self._own[style.sha256]

    def features(self, policy: WeightPolicy) -> LoadedFeatures:
        """Load the perceptual network under a weight policy; only `full` downloads.

        Raises: WeightError: no usable weights; the message says what to do.
        """
        from pipeline.runtime.perceptual import load_features

        entry = choose("perceptual", policy, self._here)
        with self._lock_of(entry):
            if entry.name not in self._features:
                weights = self._verified(entry, policy)
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
        """Load and run once each network of `READY`, so that the first visitor does not wait.

        Nothing is downloaded; networks whose weights are missing are skipped.
        """
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
        return assemble(self._verified(entry, policy), self._engine)

    def _verified(self, entry: Entry, policy: WeightPolicy) -> VerifiedWeights:
        received = partial(self._arriving, entry.name) if self._arriving else None
        weights = fetch(entry, received) if policy == "full" else obtain(entry)
        self._find_device()
        return weights

    def _find_device(self) -> None:
        with self._guard:
            self._device = find_device() if self._device == "auto" else self._device

    def _engine(self, weights: VerifiedWeights) -> Engine:
        if self._device == "cuda" and weights.entry.role not in LIGHT:
            return run_torch(weights, "cuda")
        try:
            return compile_openvino(weights)
        except EngineError as error:
            log.warning("%s; PyTorch runs it instead, more slowly.", error)
            return run_torch(weights, "cpu")


def find_device() -> Device:
    """Choose "cuda" where an NVIDIA card is usable; torch is imported only where a driver is."""
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
