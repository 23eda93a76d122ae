"""Write strokes as drawings (.svg) and exactly (.npz); read the latter without trusting it."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.io.atomic import write_whole
from pipeline.types import PhotoError, Strokes

SUFFIXES = (".svg", ".npz")
FORMAT = 1
MOST_STROKES, MOST_POINTS = 2_000_000, 256
MOST_BYTES = 2**30  # of all arrays, unpacked
FAR = 100.0  # long sides; nothing of a painting is farther from its corner
LARGEST = 2**15  # of all numbers
UNITS = 1000  # of an SVG's drawing, on the long side
# Of each array: its kind, and its shape, where N is the number of strokes and P of points.
ARRAYS: dict[str, tuple[type[np.generic], tuple[int | str, ...]]] = {
    "points": (np.float32, ("N", "P", 2)), "counts": (np.int16, ("N",)),
    "width": (np.float32, ("N",)), "color": (np.float32, ("N", 3)),
    "streak": (np.float32, ("N", 3)), "opacity": (np.float32, ("N",)),
    "relief": (np.float32, ("N",)), "tip": (np.uint8, ("N",)), "layer": (np.uint8, ("N",)),
    "ground": (np.float32, (3,)), "size": (np.float64, (2,)),
}  # fmt: skip


def write_strokes(path: Path, strokes: Strokes, *, overwrite: bool = False) -> None:
    """Write strokes by the suffix of `path`, whole or not at all.

    Raises: PhotoError: the suffix is another. FileExistsError: `path` exists.
    """
    check_name(path)
    save = _save_svg if path.suffix.lower() == ".svg" else save_strokes
    write_whole(path, lambda file: save(strokes, file), overwrite=overwrite)


def check_name(path: Path) -> None:
    """Refuse a name that strokes cannot be written by.

    Raises: PhotoError: its suffix is not among `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        found = path.suffix or "no suffix"
        raise PhotoError(
            f"Strokes are written as {' or '.join(SUFFIXES)}, found {found!r}; rename it."
        )


def save_strokes(strokes: Strokes, file: IO[bytes]) -> None:
    """Write strokes as .npz, from which they are read exactly."""
    arrays = {name: np.asarray(getattr(strokes, name), kind) for name, (kind, _) in ARRAYS.items()}
    np.savez_compressed(file, allow_pickle=False, format=np.int64(FORMAT), **arrays)


def read_strokes(path: Path) -> Strokes:
    """Read what `save_strokes` wrote; whoever made the file, reading it runs no code.

    Raises: PhotoError: it is damaged, too large, or something else. OSError: it cannot be read.
    """
    with path.open("rb") as file:
        try:
            found = _unpacked(path, file)
            _check(path, found)
        except PhotoError:
            raise
        except Exception as error:  # damaged archives fail in a dozen ways, some as a disk does
            why = " ".join(repr(error).split())[:200]
            raise _no_strokes(path, f"it cannot be read ({why})") from error
    size = float(found["size"][0]), float(found["size"][1])
    return Strokes(**{name: found[name] for name in ARRAYS if name != "size"}, size=size)


def _unpacked(path: Path, file: IO[bytes]) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(file) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if unpacked > MOST_BYTES:
        raise _no_strokes(path, f"it unpacks to {unpacked / 2**20:.0f} MB")
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        if int(arrays["format"]) != FORMAT:
            raise _no_strokes(path, f"its format is {int(arrays['format'])}, not {FORMAT}")
        return {name: arrays[name] for name in ARRAYS}


def _check(path: Path, found: dict[str, NDArray[Any]]) -> None:
    """Refuse arrays that no painting has.

    Raises: PhotoError.
    """
    sides = {"N": found["counts"].size, "P": (*found["points"].shape, 0, 0)[1]}
    if sides["N"] > MOST_STROKES or sides["P"] > MOST_POINTS:
        raise _no_strokes(path, f"it has {sides['N']} strokes of {sides['P']} points")
    for name, (kind, shape) in ARRAYS.items():
        array = found[name]
        wanted = tuple(sides[side] if isinstance(side, str) else side for side in shape)
        if array.dtype != kind or array.shape != wanted:
            raise _no_strokes(path, f"its {name} is {array.dtype} {array.shape}, not {wanted}")
        if not np.isfinite(array).all() or _largest(array) > LARGEST:
            raise _no_strokes(path, f"its {name} has numbers that no painting has")
    counts, size = found["counts"], found["size"]
    lies_near = _largest(found["points"]) <= FAR and (found["width"] <= FAR).all()
    if not (
        lies_near and (counts >= 1).all() and (counts <= sides["P"]).all()
        and (found["width"] >= 0).all() and (size > 0).all() and size.max() == 1
    ):  # fmt: skip
        raise _no_strokes(path, "its strokes lie outside of any painting")


def _largest(array: NDArray[Any]) -> float:
    """Return the largest magnitude in an array, without a copy of it."""
    return max(float(array.max(initial=0)), -float(array.min(initial=0)))


def _save_svg(strokes: Strokes, file: IO[bytes]) -> None:
    for part in _svg(strokes):
        file.write(part.encode())


def _svg(strokes: Strokes) -> Iterator[str]:
    """Yield the lines of a drawing: a path a stroke, in painting order."""
    h, w = (UNITS * side for side in strokes.size)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" '
    yield f'width="{w:g}" height="{h:g}">\n'
    sheet = f'<rect width="{w:g}" height="{h:g}"'
    yield f'<clipPath id="sheet">{sheet}/></clipPath>\n<g clip-path="url(#sheet)">\n'
    yield f'{sheet} fill="{_hex(strokes.ground)}"/>\n'
    yield '<g fill="none" stroke-linecap="round" stroke-linejoin="round">\n'
    colors = (strokes.color + strokes.streak) / 2
    for i, count in enumerate(strokes.counts):
        spine = " ".join(f"{x:.1f},{y:.1f}" for x, y in UNITS * strokes.points[i, :count])
        yield (
            f'<path d="M{spine}" stroke="{_hex(colors[i])}" '
            f'stroke-width="{UNITS * strokes.width[i]:.2f}" opacity="{strokes.opacity[i]:.2f}"/>\n'
        )
    yield "</g>\n</g>\n</svg>\n"


def _hex(color: NDArray[np.floating]) -> str:
    """Return a color, (3,) in [0, 1], as SVG names it."""
    return "#" + "".join(f"{round(255 * float(v)):02x}" for v in color.clip(0, 1))


def _no_strokes(path: Path, why: str) -> PhotoError:
    return PhotoError(
        f"Wanted strokes that `paint --strokes FILE.npz` wrote, found {path.name}: {why}."
    )
