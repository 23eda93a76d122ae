"""Whether weights are here and are what they should be; bring the published ones.

Embedded weights lie in `weights/`. Published ones are looked for in `cache_folder()` and in the Hub's cache, and are
downloaded only where a person asks for them.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.catalog import CATALOG, EMBEDDED, Entry, Piece, WeightError
from pipeline.download import Received, SourceError, download, download_from_hub, find_in_hub_cache
from pipeline.settings import WeightPolicy

State = Literal["embedded", "cached", "missing"]
LIMIT_UNKNOWN = 200 << 20  # bytes; for a checkpoint whose size was never published
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """Where a weight stands; `sha256` is the pinned one, the one recorded at the first use, or None."""

    entry: Entry
    state: State
    sha256: str | None


@dataclass(frozen=True)
class Verified:
    """A weight's files whose bytes are what they should be; `sha256` over all of them in order.

    `piece`: which of their networks is meant.
    """

    entry: Entry
    files: tuple[Path, ...]
    sha256: str
    piece: Piece = "run"


def cache_folder() -> Path:
    """Return the folder for downloads and converted networks: $PORTRAIT_CACHE, or one in the person's own cache."""
    return Path(os.environ.get("PORTRAIT_CACHE") or Path.home() / ".cache/monet-portrait")


def status() -> list[Status]:
    """Return where every weight stands, without asking the network."""
    found = []
    for entry in CATALOG.values():
        state: State = "embedded" if entry.embedded else "cached" if find(entry) else "missing"
        found.append(Status(entry, state, entry.sha256 or _recorded(entry)))
    return found


def choose(role: str, policy: WeightPolicy) -> Entry:
    """Return the weight that plays a role under a policy; nothing is downloaded.

    `auto`: a published one that is already here, else the embedded one. `full`: the published one, here or not, where
    one was published at all.

    Raises: WeightError: the role cannot be played under this policy.
    """
    entries = [e for e in CATALOG.values() if e.role == role]
    embedded, published = [e for e in entries if e.embedded], [e for e in entries if not e.embedded]
    if policy == "embedded":
        best = embedded
    else:
        here = [e for e in published if find(e)]
        best = here or (embedded if policy == "auto" else published or embedded)
    if best:
        return best[0]
    if not published:
        raise WeightError(f"There is no {role} in {EMBEDDED}; get the project's own copy again.")
    raise WeightError(f"The {role} needs {published[0].name}, {_advice(published[0])}.")


def named(name: str, policy: WeightPolicy) -> Entry:
    """Return the weight of a name, if the policy allows it; nothing is downloaded.

    Raises: WeightError: it is not listed, or published and neither here nor asked for.
    """
    entry = CATALOG.get(name)
    if entry is None:
        raise WeightError(f"There is no {name} in {EMBEDDED}; get the project's own copy again, or choose something else.")
    if entry.embedded or policy == "full" or (policy == "auto" and find(entry)):
        return entry
    raise WeightError(f"{name} was chosen, {_advice(entry)}, or choose something else.")


def _advice(entry: Entry) -> str:
    size = f" ({entry.bytes / 1e6:.0f} MB)" if entry.bytes else ""
    return (
        f"which does not come with this project. Choose the weights 'full' to download it{size}, "
        f"or put the file at {_target(entry)} and choose 'auto'"
    )


def find(entry: Entry) -> Path | None:
    """Return where a published weight's file lies (not verified), or None."""
    target = _target(entry)
    if target.exists():
        return target
    in_hub = (find_in_hub_cache(s) for s in entry.sources if s.startswith("hf://"))
    return next((path for path in in_hub if path), None)


def fetch(entry: Entry, report: Received | None = None) -> Path:
    """Return a published weight's verified file, downloading it where it is missing.

    Raises: WeightError: no source delivered it, or the file that is here is not what it should be.
    """
    return obtain(entry, report).files[0]


def obtain(entry: Entry, report: Received | None = None) -> Verified:
    """Return a weight's files after comparing every byte with what it should be; a missing published one is downloaded.

    Raises: WeightError: a file is missing or different, or no source delivered it.
    """
    if entry.embedded:
        return _verified_shards(entry)
    file = find(entry)
    if file:
        return _verified(entry, file)
    from huggingface_hub.utils import WeakFileLock

    target = _target(entry)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(target.with_suffix(".lock")):
            if target.exists():  # another process brought it meanwhile
                return _verified(entry, target)
            return _from_sources(entry, target, report)
    except OSError as error:
        raise WeightError(f"{entry.name} cannot be kept at {target} ({error}); set PORTRAIT_CACHE to a folder with room.") from error


def _from_sources(entry: Entry, target: Path, report: Received | None) -> Verified:
    reasons = []
    for source in entry.sources:
        try:
            if source.startswith("hf://"):
                return _verified(entry, download_from_hub(source, entry.bytes or LIMIT_UNKNOWN))
            part = target.with_suffix(".part")
            download(source, part, entry.bytes or LIMIT_UNKNOWN, report)
            return _accepted(entry, part, target)
        except (SourceError, WeightError) as error:
            reasons.append(f"{source}: {error}")
    raise WeightError(
        f"{entry.name} could not be downloaded ({'; '.join(reasons)}). Try again, put the file at {target}, "
        "or choose the weights 'embedded'."
    )


def _accepted(entry: Entry, part: Path, target: Path) -> Verified:
    try:
        digest = _verified(entry, part).sha256
    except WeightError:
        part.unlink()
        raise
    part.replace(target)
    return Verified(entry, (target,), digest)


def _verified(entry: Entry, file: Path) -> Verified:
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    wanted = entry.sha256 or _recorded(entry)
    if wanted is None:
        log.warning("No sha256 is published for %s; this copy's (%s) is recorded, and every later one is held to it.", entry.name, found)
        _note(entry).parent.mkdir(parents=True, exist_ok=True)
        _note(entry).write_text(found + "\n")
    elif found != wanted:
        raise WeightError(f"{file} is not {entry.name}: sha256 {wanted} was wanted, {found} was found. Delete the file and try again.")
    return Verified(entry, (file,), found)


def _verified_shards(entry: Entry) -> Verified:
    whole = hashlib.sha256()
    files = tuple(EMBEDDED / shard.file for shard in entry.shards)
    for shard, file in zip(entry.shards, files, strict=True):
        if not file.exists():
            raise WeightError(f"{file} is missing; get the project's own copy again.")
        data = file.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != shard.sha256:
            raise WeightError(
                f"{file} is damaged: {shard.bytes} bytes of sha256 {shard.sha256} were wanted, {len(data)} bytes of {found} "
                "were found. Get the project's own copy again."
            )
        whole.update(data)
    if whole.hexdigest() != entry.sha256:
        raise WeightError(f"The shards of {entry.name} in {EMBEDDED} do not belong together; get the project's own copy again.")
    return Verified(entry, files, whole.hexdigest())


def _target(entry: Entry) -> Path:
    return cache_folder() / "weights" / f"{entry.name}.pth"


def _note(entry: Entry) -> Path:
    """Return where the hash of the first copy is kept for a weight whose publisher states none."""
    return cache_folder() / "weights" / f"{entry.name}.pth.sha256"


def _recorded(entry: Entry) -> str | None:
    note = _note(entry)
    return note.read_text().strip() if note.exists() else None
