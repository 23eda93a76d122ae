"""Build PyTorch networks from weights. torch is imported only when one is built."""

import pickle
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.runtime.memory import is_memory
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import Submodule, WeightError, WrongFileError

if TYPE_CHECKING:
    import torch

# Buffers that instance norms of old checkpoints have and never use.
STALE = ("running_mean", "running_var", "num_batches_tracked")
# MODULE.CLASS of a network in nets/, by the weight's name or else by its role.
NETS = {
    "painter": "cyclegan.Generator",
    "network_mood": "cyclegan.Generator",
    "fast_style": "johnson.Johnson",
    "portrait_style": "tps_generator.TpsGenerator",
    "portrait_start": "tps_generator.TpsGenerator",
    "parser": "unet.Parser",
    "gray_parser": "unet.Parser",
    "close_parser": "unet.Parser",
    "finder": "light_finder.LightFinder",
    "verifier": "light_verifier.LightVerifier",
    "restorer": "gfpgan.Restorer",
    "restorer_light": "light_restorer.LightRestorer",
    "promptable": "sam.ImageEncoder",
    "mobile_sam": "tiny_vit.TinyEncoder",
    "sam_light": "sam_light.LightEncoder",
    "person": "fcn.PersonFcn",
    "detector": "retinaface.FaceFinder",
    "perceptual": "vgg.Perceptual",
    "descriptor": "light_descriptor.LightDescriptor",
    "landmarks": "landmarks_light.LightLandmarks",
    "colorizer": "light_colorizer.LightColorizer",
}
# MODULE.CLASS of a submodule, the same for all weights.
SUBMODULES = {
    "statistics": "cyclegan.Statistics",
    "frozen": "cyclegan.FrozenGenerator",
    "prompt": "sam.PromptDecoder",
}
# Prefixes of the keys in a promptable checkpoint.
ENCODER = "image_encoder."
DECODER = ("prompt_encoder.", "mask_decoder.")


def load_network(weights: VerifiedWeights) -> "torch.nn.Module":
    """Load a weight's submodule, float32, for inference on the CPU.

    Raises: WeightError: the files do not hold this network's weights.
    """
    with _refusing(weights):
        network = _filled(weights, read_state(weights))
    if weights.submodule == "open":
        from pipeline.nets.johnson import OpenJohnson

        network = OpenJohnson(network)  # pyright: ignore[reportArgumentType] - it is a Johnson
    return network.float().eval().requires_grad_(False)


def checked_state(weights: VerifiedWeights) -> "dict[str, torch.Tensor]":
    """Read a weight's tensors, and check that its networks load them strictly.

    Raises: WeightError: the files do not hold this network's weights.
    """
    submodules: tuple[Submodule, ...] = (
        ("run", "prompt") if weights.entry.role == "promptable" else ("run",)
    )
    with _refusing(weights):
        state = read_state(weights)
        for submodule in submodules:
            _filled(replace(weights, submodule=submodule), state)
    return {key: value.contiguous() for key, value in state.items()}


def read_state(weights: VerifiedWeights) -> "dict[str, torch.Tensor]":
    """Read the tensors of a weight's files by their keys, without the entry's `unused` ones."""
    state = {
        key: value
        for file in weights.files
        for key, value in _read(file, weights.entry.unpack).items()
    }
    return {key: value for key, value in state.items() if not key.startswith(weights.entry.unused)}


def _filled(weights: VerifiedWeights, state: "dict[str, torch.Tensor]") -> "torch.nn.Module":
    import torch

    # On "meta", tensors that are replaced at once take no memory and no random numbers.
    with torch.device("meta"):
        network = build(weights)
    own = network.state_dict().keys()
    if weights.entry.role == "promptable":
        state = _submodule_state(state, encoder=weights.submodule == "run")
    state = {k: v for k, v in state.items() if k in own or k.rsplit(".", 1)[-1] not in STALE}
    try:
        network.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        if is_memory(error):
            raise
        raise ValueError(str(error)) from error
    return network


@contextmanager
def _refusing(weights: VerifiedWeights) -> Iterator[None]:
    entry, files = weights.entry, ", ".join(str(file) for file in weights.files)
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        wanted = f"the {entry.role} {entry.name} was wanted, something else was found"
        said = f"{files}: {wanted} ({_reason(error)})."
        if entry.unpinned:
            raise WrongFileError(f"{said} Delete it and get it again.") from error
        advice = "Its bytes are what was published; another version of this project may read them."
        raise WeightError(f"{said} {advice}") from error
    except (MemoryError, RuntimeError, OSError) as error:
        said, advice = f"{entry.name} could not be loaded", "Try again"
        if is_memory(error):
            said, advice = (
                f"there was not enough memory to load {entry.name}",
                "Close other programs",
            )
        advice = f"{advice}; the file stays as it is."
        raise WeightError(f"{files}: {said} ({_reason(error)}). {advice}") from error


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def build(weights: VerifiedWeights) -> "torch.nn.Module":
    """Construct a weight's submodule with random values, not yet the weight's."""
    module, name = definition_of(weights)
    network = getattr(import_module(module), name)
    entry = weights.entry
    return network(entry.side) if weights.submodule == "prompt" else network(**entry.build)


def definition_of(weights: VerifiedWeights) -> tuple[str, str]:
    """Locate the class of a weight's submodule: its module's full name, and its own name."""
    entry = weights.entry
    module, name = (
        SUBMODULES.get(weights.submodule) or NETS.get(entry.name) or NETS[entry.role]
    ).split(".")
    return f"pipeline.nets.{module}", name


def _submodule_state(
    state: "dict[str, torch.Tensor]", *, encoder: bool
) -> "dict[str, torch.Tensor]":
    """Select a promptable checkpoint's tensors of the image encoder, or of the prompt decoder."""
    strange = [key for key in state if not key.startswith((ENCODER, *DECODER))]
    if strange:
        raise ValueError(f"it also holds {', '.join(strange[:3])}")
    if encoder:
        return {
            key.removeprefix(ENCODER): value
            for key, value in state.items()
            if key.startswith(ENCODER)
        }
    return {key: value for key, value in state.items() if key.startswith(DECODER)}


def _read(file: Path, unpack: str | None) -> "dict[str, torch.Tensor]":
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        # Memory-mapped where the format allows it, as safetensors are: a submodule of a large
        # network then reads only its own tensors.
        state = torch.load(
            file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file)
        )
    # RuntimeError is what torch's own reader raises.
    except (pickle.UnpicklingError, SafetensorError, RuntimeError) as error:
        if is_memory(error):
            raise
        raise ValueError("it holds more than weights, or is cut short") from error
    state = state[unpack] if unpack else state
    # Training on several cards (DataParallel) adds the prefix.
    return {key.removeprefix("module."): value for key, value in state.items()}
