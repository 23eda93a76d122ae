"""What is known of `tps_generator` without building it: its noise and its tensors' shapes."""

from itertools import pairwise

FOLD, CELL = 4, 2  # px a side: cells that photos are folded into, and that the last layer makes
STRIDE = 16  # px: heights and widths are multiples of it
NOISE = 4  # channels
WIDTHS = (28, 64, 96)  # channels at a quarter, an eighth and a sixteenth of a side
BLOCKS = 4  # residual ones

Shapes = dict[str, tuple[int, ...]]


def shapes_of(widths: tuple[int, int, int] = WIDTHS, blocks: int = BLOCKS) -> Shapes:
    """List the shape of each tensor in the generator's state dict, by its name."""
    quarter, _, deep = widths
    shapes = _normed("first", 3 * FOLD**2 + NOISE, quarter)
    for i, (n, m) in enumerate(pairwise(widths)):
        shapes |= _normed(f"down.{i}", n, m)
    for i in range(blocks):
        shapes |= _normed(f"blocks.{i}.layers.0", deep, deep)
        shapes |= _conv(f"blocks.{i}.layers.1", deep, deep)
        shapes |= _norm(f"blocks.{i}.layers.2", deep)
    for i, (n, m) in enumerate(pairwise((*widths[::-1], quarter // 2))):
        shapes |= _conv(f"up.{i}.0.0", n, m) | _norm(f"up.{i}.1", m)
    return shapes | _conv("last", quarter // 2, 3 * CELL**2)


def _normed(name: str, n_in: int, n_out: int) -> Shapes:
    return _conv(f"{name}.0", n_in, n_out) | _norm(f"{name}.1", n_out)


def _conv(name: str, n_in: int, n_out: int) -> Shapes:
    return {f"{name}.weight": (n_out, n_in, 3, 3), f"{name}.bias": (n_out,)}


def _norm(name: str, channels: int) -> Shapes:
    return {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}
