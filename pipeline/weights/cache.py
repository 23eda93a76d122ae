"""Cache published checkpoints: each is unpickled once and from then on read as safetensors.

NAME.sha256, in the format of `sha256sum`, lies beside NAME.safetensors. It holds the hash of the
checkpoint that was converted, and the hash that the safetensors file should have.
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
    """The files of a weight, after their bytes were compared with the hashes they should have.

    `sha256`: the hash of the published checkpoint, also where `files` are safetensors made of it.
    Of an embedded weight it is the hash of all its files in order.
    `submodule`: which part of the network is to be built from the files.
    """

    entry: Entry
    files: tuple[Path, ...]
    sha256: str
    submodule: Submodule = "run"


def cache_folder() -> Path:
    """Locate the folder for downloads and converted networks.

    It is $PORTRAIT_CACHE where that is set, else ~/.cache/monet-portrait.
    """
    return Path(os.environ.get("PORTRAIT_CACHE") or Path.home() / ".cache/monet-portrait")


def file_of(entry: Entry, suffix: str) -> Path:
    """Locate a weight's file in the cache folder; it need not exist.

    `suffix`: .pth (the checkpoint as published), .safetensors, .sha256, .part or .lock.
    """
    return cache_folder() / "weights" / f"{entry.name}{suffix}"


def recorded(entry: Entry) -> str | None:
    """Look up the sha256 of the first checkpoint of this name; None where none was recorded."""
    return _record(entry).get(f"{entry.name}.pth")


def find_stored(entry: Entry) -> Path | None:
    """Locate the safetensors made of this weight's checkpoint, without verifying them.

    None where there are none, or where they were made of another checkpoint.
    """
    file = file_of(entry, ".safetensors")
    source_sha256 = recorded(entry)
    if not source_sha256 or source_sha256 != (entry.sha256 or source_sha256):
        return None
    return file if file.exists() else None


def stored(entry: Entry) -> VerifiedWeights | None:
    """Return a weight's verified safetensors; None where they are missing or damaged."""
    file = find_stored(entry)
    record = _record(entry)
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
    """Compare a checkpoint's hash with the published one.

    Where no publisher states a hash, it is compared with that of the first checkpoint of this name.

    Raises: WrongFileError: the hash differs. WeightError: the file cannot be read.
    """
    try:
        found = digest_of(checkpoint)
    except OSError as error:
        raise WeightError(f"{checkpoint} cannot be read ({error}).") from error
    wanted = entry.sha256 or recorded(entry)
    if wanted and found != wanted:
        newer = (
            " Its publisher states no hash; where you trust the new file, also delete "
            f"{file_of(entry, '.sha256')}."
        )
        raise WrongFileError(
            f"{checkpoint} is not {entry.name}: sha256 {wanted} was wanted, {found} was found."
            + (newer if entry.unpinned else "")
        )
    return VerifiedWeights(entry, (checkpoint,), found)


def store(checkpoint: VerifiedWeights) -> VerifiedWeights:
    """Convert a verified checkpoint to safetensors in the cache folder, after a strict load.

    Where the folder cannot be written, the checkpoint itself is returned.

    Raises: WrongFileError: no publisher states its hash, and it does not hold this network's
    weights. WeightError: it has the published hash, and cannot be loaded.
    """
    entry = checkpoint.entry
    target = file_of(entry, ".safetensors")
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
    """Hash a file's bytes; the sha256 in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _record(entry: Entry) -> dict[str, str]:
    """Read the recorded hashes by file name; a record that cannot be read counts as empty."""
    try:
        lines = file_of(entry, ".sha256").read_text()
    except (OSError, UnicodeDecodeError):
        return {}
    return {
        name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", lines, re.MULTILINE)
    }
