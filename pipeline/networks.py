"""Weights into PyTorch networks. torch is imported only when one is wanted."""

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalog import Entry, WeightError
from pipeline.weights import Verified

if TYPE_CHECKING:
    import torch

# Instance norms of old checkpoints kept these, and never used them.
STALE = ("running_mean", "running_var", "num_batches_tracked")


def load_network(weights: Verified) -> "torch.nn.Module":
    """Return a weight's network, float32, for inference on the CPU.

    Raises: WeightError: the files are not such a network's.
    """
    import torch

    entry = weights.entry
    try:
        with torch.device("meta"):  # no memory and no random numbers for values that are replaced at once
            network = _build(entry)
        own = network.state_dict().keys()
        state = {k: v for file in weights.files for k, v in _read(file, entry.unpack).items()}
        state = {k: v for k, v in state.items() if k in own or k.rsplit(".", 1)[-1] not in STALE}
        network.load_state_dict(state, strict=True, assign=True)
    except (RuntimeError, KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:
        files = ", ".join(str(file) for file in weights.files)
        reason = " ".join(str(error).split())[:300]
        raise WeightError(
            f"{files}: the {entry.role} {entry.name} was wanted, something else was found ({reason}). Delete it and get it again."
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
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, SafetensorError) as error:
        raise ValueError("it holds more than weights, or is cut short") from error
    return dict(state[unpack] if unpack else state)  # dict(): old checkpoints carry a `_metadata` attribute
