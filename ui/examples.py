"""The examples: painted once at the default settings, then answered from the cache.

That holds after a restart, too.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.io.atomic import write_whole
from pipeline.io.image_files import read_photo
from pipeline.io.painting_files import load_painting, save_painting
from pipeline.settings import Settings
from pipeline.types import Painting

log = logging.getLogger("page")

ROOT = Path(__file__).resolve().parents[1]  # as Gradio compares what it serves in place
SMALLS = ROOT / "examples" / "small"


@dataclass(frozen=True)
class Example:
    """A picture to try the page with, free to redistribute (examples/CREDITS.md)."""

    title: str
    path: Path

    @property
    def small(self) -> Path:
        """The picture as it stands on its button."""
        return SMALLS / self.path.name


EXAMPLES = (
    Example("Smile and hands", ROOT / "examples" / "president.jpg"),
    Example("Space suit", ROOT / "examples" / "portrait.jpg"),
    Example("Glasses and uniform", ROOT / "examples" / "glasses.jpg"),
    Example("Old damaged photo", ROOT / "examples" / "old.jpg"),
    Example("Scene without people", ROOT / "examples" / "scene.jpg"),
)
OWNER = "examples"  # of the cache that holds their stages
OPENING_PHOTO = EXAMPLES[1].path
OPENING = ROOT / "examples" / "opening.jpg"  # its painting: what hangs on the page at first


class PaintedExamples:
    """The examples' paintings, in memory and under `folder`.

    They are made anew where anything changes that they depend on.

    `here`: the published weights that they are painted with where they play a role.
    """

    def __init__(self, paint: Callable[..., Painting], folder: Path, here: frozenset[str]) -> None:
        self._paint = paint
        self._folder = folder
        self._here = here
        self._known: dict[Path, Painting] = {}
        self._painted: set[Path] = set()
        self._lock = threading.Lock()

    def of(self, example: Example) -> Painting:
        """Get an example's painting: from memory, from disk, or painted now."""
        file = self._file(example)
        if file not in self._known:
            saved = _read(file)
            if saved is None:
                return self.paint(example)
            self._known.setdefault(file, saved)
        return self._known[file]

    def paint(self, example: Example) -> Painting:
        """Paint an example unless this process did; its stages are cached for blending again."""
        file = self._file(example)
        with self._lock:
            if file not in self._painted:
                self._known[file] = self._paint(
                    read_photo(example.path, name=example.path.stem), Settings()
                )
                self._painted.add(file)
                self._save(file)
            return self._known[file]

    def _file(self, example: Example) -> Path:
        return self._folder / f"{example.path.stem}-{key_of(example, self._here)}.npz"

    def _save(self, file: Path) -> None:
        try:
            write_whole(file, partial(save_painting, self._known[file]), overwrite=True)
            for other in self._folder.glob(f"{file.name.partition('-')[0]}-*"):
                if other != file:
                    other.unlink(missing_ok=True)
        except OSError as error:
            log.info("the example %s is not kept on disk: %s", file.name, error)


def _read(file: Path) -> Painting | None:
    try:
        with file.open("rb") as stream:
            return load_painting(stream)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.info("the example %s is painted anew: %s", file.name, error)
        return None


def key_of(example: Example, here: frozenset[str]) -> str:
    """Hash what a painting depends on: the picture, the program, the published weights in use."""
    digest = hashlib.blake2b(example.path.read_bytes(), digest_size=8)
    for path in made_by():
        digest.update(
            f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()
        )
    digest.update(str(sorted(here)).encode())
    return digest.hexdigest()


def made_by() -> Iterator[Path]:
    """Yield the files that decide what a painting looks like."""
    yield from sorted((ROOT / "pipeline").rglob("*.py"))
    yield from sorted((ROOT / "weights").glob("*"))
