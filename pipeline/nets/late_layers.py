"""Name the layers that a style of its own brings along, without importing torch."""

from collections.abc import Iterable

STYLES = "styles"  # the fast painter's tensor of all styles' numbers, (S, 2, K)


def late_layers(keys: Iterable[str]) -> tuple[str, ...]:
    """Name a fast painter's tensors behind its residual blocks, sorted.

    `keys`: of its state dict.
    """
    layers = {key: _layer(key) for key in keys}
    block = max((n for key, n in layers.items() if ".layers." in key), default=-1)
    return tuple(sorted(k for k, n in layers.items() if k.startswith("last.") or n > block))


def _layer(key: str) -> int:
    """Return the number of the layer that a tensor is of; -1 beside the numbered ones."""
    room, _, rest = key.partition(".")
    return int(rest.partition(".")[0]) if room == "model" else -1
