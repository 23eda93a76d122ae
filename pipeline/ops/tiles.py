"""Cut a picture into overlapping tiles, so that a network that sees only so far paints each as it would paint the whole.

Convention: all tiles of one picture are equally large and lie at multiples of the network's stride. Neighbors overlap by two halos or
more, and each counts up to the middle of the overlap; at the picture's border a tile ends where the picture does.
"""

from dataclasses import dataclass
from itertools import pairwise

STRIP_ROWS = 256
ACROSS = 4  # a tile is at least so many halos wide, or more would be seen twice than painted


@dataclass(frozen=True)
class Span:
    """Rows or columns of a tile: `seen` are given to the network, `kept` are what it paints of the picture."""

    seen: slice
    kept: slice

    @property
    def inner(self) -> slice:
        """Where in the tile that lies which is kept."""
        return slice(self.kept.start - self.seen.start, self.kept.stop - self.seen.start)


def grid(
    size: tuple[int, int], pixels: int, *, halo: int, multiple: int
) -> tuple[list[Span], list[Span]]:
    """Return the rows and the columns of the tiles of a (height, width) picture; one tile where it holds at most `pixels`.

    `halo`: how far the network looks, px. Both sides of the picture and of its tiles are multiples of `multiple`. No tile holds more than
    `pixels`, unless it would be narrower than `ACROSS` halos.
    """
    side = int(pixels**0.5)
    short = min(*size, side)  # what a narrow picture saves on one side goes to the other
    most = [short if n == min(size) else pixels // short for n in size]
    rows, columns = (
        spans(n, m, halo=halo, multiple=multiple) for n, m in zip(size, most, strict=True)
    )
    return rows, columns


def spans(length: int, most: int, *, halo: int, multiple: int) -> list[Span]:
    """Return how a side of `length` px is cut into as few tiles as hold at most `most` px each."""
    length, most, halo = length // multiple, most // multiple, -(-halo // multiple)
    most = max(most, ACROSS * halo, 1)
    if length <= most:
        return [Span(slice(0, length * multiple), slice(0, length * multiple))]
    count = -(-(length - 2 * halo) // (most - 2 * halo))
    side = -(-(length + 2 * halo * (count - 1)) // count)
    starts = [i * (length - side) // (count - 1) for i in range(count)]
    cuts = [0, *((a + side + b) // 2 for a, b in pairwise(starts)), length]
    return [
        Span(slice(s * multiple, (s + side) * multiple), slice(a * multiple, b * multiple))
        for s, (a, b) in zip(starts, pairwise(cuts), strict=True)
    ]


def strips_of(height: int) -> list[slice]:
    """Return the row ranges in which full-size work is done."""
    return [slice(y, min(height, y + STRIP_ROWS)) for y in range(0, height, STRIP_ROWS)]
