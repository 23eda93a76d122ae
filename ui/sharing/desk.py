"""Where shares are handed in and asked for: the store, with limits on how often."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import Settings
from pipeline.types import Pixels
from pipeline.weights.cache import cache_folder
from ui.sharing import store
from ui.sharing.limits import Hourly, LimitError
from ui.sharing.notes import note_of

log = logging.getLogger("page")

SPACE = "SPACE_ID"  # which a Hugging Face Space sets
SPACE_DISK = Path("/data")  # where one keeps files, if it has a disk that lasts


@dataclass(frozen=True)
class Desk:
    """The shares of one page.

    `made`, `noted`, `opened`: how often anybody may share, leave a note, be counted.
    """

    folder: Path
    made: Hourly = field(default_factory=lambda: Hourly(12, 400))
    noted: Hourly = field(default_factory=lambda: Hourly(30, 2000))
    opened: Hourly = field(default_factory=lambda: Hourly(60, 5000))
    clock: Callable[[], float] = time.time

    def share(
        self, visitor: str, pictures: Mapping[str, Pixels], settings: Settings, hours: float
    ) -> store.Made:
        """Keep a photo and its painting, by their names in `store.PICTURES`.

        Raises: ShareError: as `store.keep`. LimitError: the visitor shared too often.
        """
        self.made.take(visitor, time.monotonic())
        written = settings.written()
        return store.keep(self.folder, pictures, written, hours * store.HOUR_S, self.clock())

    def read(self, name: str) -> store.Share:
        """Read what is known of a share.

        Raises: GoneError: there is none.
        """
        return store.read(self.folder, name, self.clock())

    def picture(self, name: str, what: str) -> bytes:
        """Read a picture of a share, a JPEG.

        Raises: GoneError: there is none.
        """
        return store.picture(self.folder, name, what, self.clock())

    def open(self, visitor: str, name: str) -> None:
        """Count that a visitor opened a share; whoever opens it far too often is not counted.

        Raises: GoneError: there is none.
        """
        self.read(name)
        try:
            self.opened.take(visitor, time.monotonic())
        except LimitError:
            return
        store.count_opening(self.folder, name, self.clock())

    def note(self, visitor: str, name: str, who: object, line: object) -> None:
        """Leave a visitor's note for the owner.

        Raises: GoneError, ShareError: as `store.add_note`. NoteError: it cannot be kept.
        LimitError: the visitor wrote too often.
        """
        note = note_of(who, line, self.clock())
        self.read(name)
        self.noted.take(visitor, time.monotonic())
        store.add_note(self.folder, name, note, self.clock())

    def told(self, name: str, secret: str) -> store.Share:
        """Tell the owner what became of a share.

        Raises: GoneError: there is none, or the secret is another one's.
        """
        return store.told(self.folder, name, secret, self.clock())

    def revoke(self, name: str, secret: str) -> None:
        """Take a share back.

        Raises: GoneError: as `told`.
        """
        store.revoke(self.folder, name, secret, self.clock())

    def sweep(self) -> None:
        """Remove what is over; where the disk refuses, say so in the log."""
        try:
            store.sweep(self.folder, self.clock())
        except OSError:
            log.exception("the shares could not be swept")


def shares_folder() -> Path:
    """Return where shares are kept, apart from all that is swept by its age."""
    return cache_folder() / "shares"


def lasts(folder: Path, disk: Path = SPACE_DISK) -> bool:
    """Tell whether this machine keeps a folder when it starts anew.

    A Space does so only on a disk that was added to it.
    """
    on_disk = disk.is_dir() and folder.resolve().is_relative_to(disk.resolve())
    return not os.environ.get(SPACE) or on_disk
