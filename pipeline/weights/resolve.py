"""Choose the weight for a role, find its files and verify them. Nothing here downloads.

Embedded weights lie in `weights/`. Published ones are searched in the project's cache folder and in
the Hub's.
"""

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.settings import WeightPolicy
from pipeline.weights.cache import (
    VerifiedWeights,
    file_of,
    find_stored,
    recorded,
    store,
    stored,
    verify,
)
from pipeline.weights.catalog import CATALOG, EMBEDDED, Entry, WeightError, WrongFileError
from pipeline.weights.hub import find_in_hub_cache

State = Literal["embedded", "cached", "missing"]


@dataclass(frozen=True)
class Status:
    """Whether a weight is here.

    `sha256`: the pinned hash, the one recorded at its first use, or None.
    """

    entry: Entry
    state: State
    sha256: str | None


def status() -> list[Status]:
    """Report the state of every weight in the catalog, without network access."""
    found = []
    for entry in CATALOG.values():
        state: State = "embedded" if entry.embedded else "cached" if find(entry) else "missing"
        found.append(Status(entry, state, entry.sha256 or recorded(entry)))
    return found


def available(policy: WeightPolicy = "auto") -> frozenset[str]:
    """Name the published weights that are here now; under `embedded` none."""
    return frozenset(
        entry.name
        for entry in CATALOG.values()
        if policy != "embedded" and not entry.embedded and find(entry)
    )


def choose(role: str, policy: WeightPolicy, here: Container[str] | None = None) -> Entry:
    """Choose the weight for a role under a policy, without downloading it.

    `auto`: a published one whose name is in `here` (None: whose file is here now), else the
    embedded one. `full`: a published one, here or not; the embedded one where none is published.

    Raises: WeightError: no weight of this role is allowed under this policy.
    """
    entries = [e for e in CATALOG.values() if e.role == role]
    embedded = [e for e in entries if e.embedded]
    published = [e for e in entries if not e.embedded]
    if policy == "embedded":
        best = embedded
    elif policy == "auto":
        best = [e for e in published if (find(e) if here is None else e.name in here)] or embedded
    else:
        best = [e for e in published if find(e)] or published or embedded
    if best:
        return best[0]
    if not published:
        raise WeightError(f"There is no {role} in {EMBEDDED}; get the project's own copy again.")
    raise WeightError(f"The {role} needs {published[0].name}, {_advice(published[0])}.")


def named(name: str, policy: WeightPolicy) -> Entry:
    """Look up a weight by its catalog name, without downloading it.

    Raises: WeightError: the catalog lacks it, or the policy does not allow it: it is published, and
    `auto` does not find it here or the policy is `embedded`.
    """
    entry = CATALOG.get(name)
    if entry is None:
        raise WeightError(
            f"There is no {name} in {EMBEDDED}; get the project's own copy again, "
            "or choose something else."
        )
    if entry.embedded or policy == "full" or (policy == "auto" and find(entry)):
        return entry
    raise WeightError(f"{name} was chosen, {_advice(entry)}, or choose something else.")


def _advice(entry: Entry) -> str:
    size = f" ({entry.bytes / 1e6:.0f} MB)" if entry.bytes else ""
    return (
        f"which does not come with this project. Choose the weights 'full' to download it{size}, or"
        f" put the file at {file_of(entry, '.pth')}, start again and choose 'auto'"
    )


def find(entry: Entry) -> Path | None:
    """Locate a published weight's file without verifying it; None where it is not here."""
    return find_stored(entry) or _find_checkpoint(entry)


def _find_checkpoint(entry: Entry) -> Path | None:
    target = file_of(entry, ".pth")
    if target.exists():
        return target
    in_hub = (find_in_hub_cache(s) for s in entry.sources if s.startswith("hf://"))
    return next((path for path in in_hub if path), None)


def obtain(entry: Entry) -> VerifiedWeights:
    """Verify the hashes of a weight's files that are here, without downloading any.

    Raises: WrongFileError: a published file has the wrong hash. WeightError: a file is missing or
    cannot be loaded.
    """
    if entry.embedded:
        return _verified_shards(entry)
    if found := stored(entry):
        return found
    file = _find_checkpoint(entry)
    if file is None:
        raise WeightError(f"{entry.name} is wanted, {_advice(entry)}.")
    try:
        checkpoint = verify(entry, file)
    except WrongFileError as error:
        raise WrongFileError(f"{error} Delete the file and try again.") from error
    return store(checkpoint)


def _verified_shards(entry: Entry) -> VerifiedWeights:
    whole = hashlib.sha256()
    files = tuple(EMBEDDED / shard.file for shard in entry.shards)
    for shard, file in zip(entry.shards, files, strict=True):
        if not file.exists():
            raise WeightError(f"{file} is missing; get the project's own copy again.")
        data = file.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != shard.sha256:
            raise WeightError(
                f"{file} is damaged: {shard.bytes} bytes of sha256 {shard.sha256} were wanted, "
                f"{len(data)} bytes of {found} were found. Get the project's own copy again."
            )
        whole.update(data)
    if whole.hexdigest() != entry.sha256:
        raise WeightError(
            f"The shards of {entry.name} in {EMBEDDED} do not belong together; "
            "get the project's own copy again."
        )
    return VerifiedWeights(entry, files, whole.hexdigest())
