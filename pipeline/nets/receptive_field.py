"""Derive a generator's receptive field from its arguments, without importing torch.

It is needed whenever a picture is cut into tiles.
"""

from collections.abc import Callable

Interval = tuple[int, int]  # the first and the last pixel, inclusive
# Maps an interval of a layer's output to the interval of its input that determines it.
Layer = Callable[[int, int], Interval]
STRIDE = 4  # px of the picture between two neighbors in the generator's coarsest layers


def generator_radius(*, blocks: int = 9, resize: bool = False, **_: object) -> int:
    """Compute the radius of a generator's receptive field, px.

    Instance norms are left out: they depend on the whole picture.
    """
    doubled = (_conv(3), _nearest) if resize else (_transposed,)
    halved = _conv(3, stride=2)
    backward = (_conv(7), *doubled, *doubled, *[_conv(3)] * (2 * blocks), halved, halved, _conv(7))
    farthest = 0
    for pixel in range(STRIDE):
        low = high = pixel
        for layer in backward:
            low, high = layer(low, high)
        farthest = max(farthest, pixel - low, high - pixel)
    return farthest


def generator_measures(
    *, filters: int = 64, blocks: int = 9, norm: str = "instance", **_: object
) -> int:
    """Count the channels that a generator normalizes by the whole picture.

    0 where it has no instance norms: then a pixel depends on its receptive field only.
    """
    return filters * (10 + 8 * blocks) if norm == "instance" else 0


def _conv(side: int, *, stride: int = 1) -> Layer:
    return lambda low, high: (low * stride - side // 2, high * stride + side // 2)


def _nearest(low: int, high: int) -> Interval:
    return low // 2, high // 2


def _transposed(low: int, high: int) -> Interval:
    """Find the input of a transposed 3 x 3 convolution of stride 2 and padding 1."""
    return low // 2, (high + 1) // 2
