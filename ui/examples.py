"""The examples: painted once at the default settings, then answered from the cache, also after a restart."""

import hashlib
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.io import read_photo
from pipeline.settings import Settings
from pipeline.types import Painting
from pipeline.weights import status

log = logging.getLogger("page")

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Example:
    """A picture to try the page with, free to redistribute (examples/CREDITS.md)."""

    title: str
    path: Path


EXAMPLES = (
    Example("Portrait", ROOT / "examples" / "portrait.jpg"),
    Example("Old damaged photo", ROOT / "examples" / "old.jpg"),
    Example("Scene without people", ROOT / "examples" / "scene.jpg"),
)


class PaintedExamples:
    """The examples' paintings, in memory and under `folder`; anything they depend on changing makes them anew."""

    def __init__(self, paint: Callable[..., Painting], folder: Path) -> None:
        self._paint = paint
        self._folder = folder
        self._made: dict[Path, Painting] = {}
        self._lock = threading.Lock()

    def of(self, example: Example) -> Painting:
        """Return an example's painting."""
        file = self._folder / f"{example.path.stem}-{key_of(example)}.pickle"
        with self._lock:
            if file not in self._made:
                self._made[file] = self._load(file) or self._make(example, file)
            return self._made[file]

    @staticmethod
    def _load(file: Path) -> Painting | None:
        try:
            return pickle.loads(file.read_bytes())  # written by this program, in its own cache folder
        except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
            return None

    def _make(self, example: Example, file: Path) -> Painting:
        painting = self._paint(read_photo(example.path, name=example.path.stem), Settings())
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for old in self._folder.glob(f"{example.path.stem}-*"):
                old.unlink()
            file.write_bytes(pickle.dumps(painting))
        except OSError as error:
            log.info("the example %s is not kept on disk: %s", example.path.stem, error)
        return painting


def key_of(example: Example) -> str:
    """Return what an example's painting depends on, hashed: its picture, the program, the weights at hand."""
    digest = hashlib.blake2b(example.path.read_bytes(), digest_size=8)
    for path in made_by():
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    digest.update(str([(known.entry.name, known.state) for known in status()]).encode())
    return digest.hexdigest()


def made_by() -> Iterator[Path]:
    """Yield the files that decide what a painting looks like."""
    yield from sorted((ROOT / "pipeline").rglob("*.py"))
    yield from sorted((ROOT / "weights").glob("*"))
