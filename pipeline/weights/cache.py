"""Published weights in our cache folder: a checkpoint is unpickled once, and from then on read as safetensors.

Beside each lies NAME.sha256, as `sha256sum` writes it: what the checkpoint's bytes were, and what the safetensors' should be.
"""

import hashlib
import logging
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipeline.io.atomic import write_whole
from pipeline.weights.catalog import Entry, Submodule, WeightError, WrongFileError
from pipeline.weights.worker import WorkerError, run_worker

# Reads a checkpoint and writes safetensors. It knows the networks, which this room does not.
REPACK = "pipeline.runtime.repack"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VerifiedWeights:
    """A weight's files whose bytes are what they should be.

    `sha256`: of the published checkpoint, also where the files are safetensors made of it; of an embedded weight, over all its
    files in order. `piece`: which of their networks is meant.
    """

    entry: Entry
    files: tuple[Path, ...]
    sha256: str
    submodule: Submodule = "run"


def cache_folder() -> Path:
    """Return the folder for downloads and converted networks: $PORTRAIT_CACHE, or one in the person's own cache."""
    return Path(os.environ.get("PORTRAIT_CACHE") or Path.home() / ".cache/monet-portrait")


def file_of(entry: Entry, suffix: str) -> Path:
    """Return where our cache folder has a weight's file: .pth, put there by a person; .safetensors; .sha256; .part; .lock."""
    return cache_folder() / "weights" / f"{entry.name}{suffix}"


def recorded(entry: Entry) -> str | None:
    """Return what the bytes of the first checkpoint of this name hashed to, None where there was none."""
    return _record(entry).get(f"{entry.name}.pth")


def find_kept(entry: Entry) -> Path | None:
    """Return where the safetensors lie that were made of this weight's checkpoint (not verified), or None."""
    file, made_of = file_of(entry, ".safetensors"), recorded(entry)
    return file if file.exists() and made_of and made_of == (entry.sha256 or made_of) else None


def kept(entry: Entry) -> VerifiedWeights | None:
    """Return the safetensors of a weight, None where there are none or their bytes are not those that were written."""
    file, record = find_kept(entry), _record(entry)
    if file is None:
        return None
    try:
        if digest_of(file) == record.get(file.name):
            return VerifiedWeights(entry, (file,), record[f"{entry.name}.pth"])
        log.warning("%s is damaged and made anew.", file)
    except OSError as error:
        log.warning("%s cannot be read (%s) and is made anew.", file, error)
    return None


def verify(entry: Entry, checkpoint: Path) -> VerifiedWeights:
    """Return a checkpoint whose bytes are those that were published, or that came first where nobody states any.

    Raises: WrongFileError: they are others. WeightError: it cannot be read.
    """
    try:
        found = digest_of(checkpoint)
    except OSError as error:
        raise WeightError(f"{checkpoint} cannot be read ({error}).") from error
    wanted = entry.sha256 or recorded(entry)
    if wanted and found != wanted:
        newer = f" Its publisher states no hash; where you trust the new file, also delete {file_of(entry, '.sha256')}."
        raise WrongFileError(
            f"{checkpoint} is not {entry.name}: sha256 {wanted} was wanted, {found} was found."
            + (newer if entry.unpinned else "")
        )
    return VerifiedWeights(entry, (checkpoint,), found)


def keep(checkpoint: VerifiedWeights) -> VerifiedWeights:
    """Return a verified checkpoint as safetensors, once it was loaded strictly; as it is where the folder cannot be written.

    Raises: WrongFileError: nobody states its hash, and it holds something else than this network's
    weights. WeightError: what was published cannot be loaded.
    """
    entry, target = checkpoint.entry, file_of(checkpoint.entry, ".safetensors")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        run_worker(REPACK, checkpoint, part)
        record = f"{checkpoint.sha256}  {entry.name}.pth\n{digest_of(part)}  {target.name}\n"
        part.replace(target)
        write_whole(
            file_of(entry, ".sha256"), lambda file: file.write(record.encode()), overwrite=True
        )
    except (OSError, WorkerError) as error:
        log.warning(
            "%s cannot be kept as safetensors (%s); the checkpoint itself is read.",
            entry.name,
            error,
        )
        return checkpoint
    finally:
        part.unlink(missing_ok=True)
    if entry.unpinned:
        log.warning(
            "Nobody states the sha256 of %s; that of this copy, %s, is held to from now on.",
            entry.name,
            checkpoint.sha256,
        )
    return VerifiedWeights(entry, (target,), checkpoint.sha256)


def digest_of(file: Path) -> str:
    """Return what a file's bytes hash to."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _record(entry: Entry) -> dict[str, str]:
    """Return the recorded hashes by file name; what cannot be read was not recorded."""
    try:
        lines = file_of(entry, ".sha256").read_text()
    except (OSError, UnicodeDecodeError):
        return {}
    return {
        name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", lines, re.MULTILINE)
    }
