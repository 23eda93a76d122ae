"""Cut a picture into overlapping tiles that a network paints as it would paint the whole picture.

Convention: all tiles of one picture have one size and lie at multiples of the network's stride. A
halo is the radius of the network's receptive field. Neighbors overlap by at least two halos, and
each is used up to the middle of the overlap; a tile at the picture's border ends there.
"""

from dataclasses import dataclass
from itertools import pairwise

STRIP_ROWS = 256
ACROSS = 4  # halos: least width of a tile, so that not more is computed twice than once


@dataclass(frozen=True)
class Span:
    """Rows or columns of a tile, in the picture.

    `input`: those given to the network. `output`: those of its result that are used.
    """

    input: slice
    output: slice

    @property
    def inner(self) -> slice:
        """Rows or columns of the tile that are used."""
        return slice(self.output.start - self.input.start, self.output.stop - self.input.start)


def grid(
    size: tuple[int, int], pixels: int, *, halo: int, multiple: int
) -> tuple[list[Span], list[Span]]:
    """Cut a (height, width) picture into a grid of tiles: its rows and its columns.

    Tiles have at most `pixels`, unless they would be narrower than `ACROSS` halos. A picture of at
    most `pixels` is one tile. Sides of the picture and of tiles are multiples of `multiple`.
    `halo`: the radius of the network's receptive field, px.
    """
    side = int(pixels**0.5)
    short = min(*size, side)  # in a narrow picture tiles are longer instead
    most = [short if n == min(size) else pixels // short for n in size]
    rows, columns = (
        spans(n, m, halo=halo, multiple=multiple) for n, m in zip(size, most, strict=True)
    )
    return rows, columns


def spans(length: int, most: int, *, halo: int, multiple: int) -> list[Span]:
    """Cut a side of `length` px into as few tiles as possible of at most `most` px each."""
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
    """Cut `height` rows into strips of `STRIP_ROWS`, for work at the photo's size."""
    return [slice(y, min(height, y + STRIP_ROWS)) for y in range(0, height, STRIP_ROWS)]
