"""Fetch published weights from the first source that delivers the published bytes."""

import logging
from pathlib import Path

from pipeline.weights.cache import VerifiedWeights, file_of, store, verify
from pipeline.weights.catalog import Entry, WeightError, WrongFileError
from pipeline.weights.http import Received, SourceError, download
from pipeline.weights.hub import discard, download_from_hub, find_in_hub_cache
from pipeline.weights.resolve import find, obtain

LIMIT_UNKNOWN = 200 << 20  # bytes; for a checkpoint whose size was never published
log = logging.getLogger(__name__)


def fetch(entry: Entry, received: Received | None = None) -> VerifiedWeights:
    """Verify a weight's files, and download a published one where it is missing or damaged.

    Raises: WeightError: no source delivered it, the disk is full, or it cannot be loaded.
    """
    if entry.embedded:
        return obtain(entry)
    if found := _usable(entry):
        return found
    from huggingface_hub.utils import WeakFileLock

    lock = file_of(entry, ".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(lock):
            # Another process may have downloaded it while this one waited for the lock.
            return _usable(entry) or _from_sources(entry, received)
    except OSError as error:
        raise WeightError(
            f"{entry.name} cannot be kept ({error}). Free some space, or set PORTRAIT_CACHE, and "
            "HF_HOME for what comes from the Hub, to folders with room."
        ) from error


def _usable(entry: Entry) -> VerifiedWeights | None:
    if not find(entry):
        return None
    try:
        return obtain(entry)
    except WrongFileError as error:
        log.warning("%s It is fetched again.", error)
        return None


def _from_sources(entry: Entry, received: Received | None) -> VerifiedWeights:
    reasons = []
    for source in entry.sources:
        try:
            return (
                _from_hub(entry, source, received)
                if source.startswith("hf://")
                else _from_url(entry, source, received)
            )
        except (SourceError, WrongFileError) as error:
            reasons.append(f"{source}: {error}")
    raise WeightError(
        f"{entry.name} could not be downloaded ({'; '.join(reasons)}). Try again, put the file at "
        f"{file_of(entry, '.pth')}, or choose the weights 'embedded'."
    )


def _from_hub(entry: Entry, source: str, received: Received | None) -> VerifiedWeights:
    if file := find_in_hub_cache(source):
        try:
            return _accepted(entry, file)
        except WrongFileError as error:
            log.info("%s", error)
    return _accepted(entry, download_from_hub(source, _limit(entry), entry.sha256, received))


def _from_url(entry: Entry, source: str, received: Received | None) -> VerifiedWeights:
    part = file_of(entry, ".part")
    download(source, part, _limit(entry), received)
    try:
        found = _accepted(entry, part)
    except WrongFileError:
        raise
    except WeightError:
        # Its hash is right, so the next attempt loads it instead of downloading it again.
        part.replace(file_of(entry, ".pth"))
        raise
    if part in found.files:
        return VerifiedWeights(entry, (part.replace(file_of(entry, ".pth")),), found.sha256)
    part.unlink()
    return found


def _accepted(entry: Entry, file: Path) -> VerifiedWeights:
    """Verify a checkpoint and store it; delete it where its hash is wrong, and only then.

    Raises: WrongFileError: its hash is wrong. WeightError: its hash is right, but it cannot be
    loaded.
    """
    try:
        return store(verify(entry, file))
    except WrongFileError:
        discard(file)
        raise


def _limit(entry: Entry) -> int:
    return 2 * entry.bytes if entry.bytes else LIMIT_UNKNOWN  # the published size is a hint
