"""What weights exist, where they come from, and whether they are what they should be.

Embedded weights were trained by this project and travel with it in `weights/`. Published ones are looked for in the
Hub's cache and in `cache_folder()`, and downloaded only where a person asks for them.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pipeline.download import Received, SourceError, download, download_from_hub, find_in_hub_cache
from pipeline.settings import WeightPolicy

Role = Literal["painter", "parser", "restorer"]
State = Literal["embedded", "cached", "missing"]

EMBEDDED = Path(__file__).parents[1] / "weights"
LIMIT_UNKNOWN = 200 << 20  # bytes; for a checkpoint whose size was never seen
log = logging.getLogger(__name__)


class WeightError(RuntimeError):
    """Weights that cannot be had or must not be used; the message says what to do."""


@dataclass(frozen=True)
class Shard:
    """One file of an embedded weight."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """One weight.

    `sources`: `hf://…` or URLs, in the order they are tried. `sha256`: of the file, or of the shards' bytes in order;
    None where no publisher states it (then the first download's is recorded). `build`: arguments of the network.
    `unpack`: the key under which a checkpoint keeps its state dict. `stroke_px`: a painter's widest stroke, px.
    """

    name: str
    role: Role
    license: str
    origin: str
    sha256: str | None
    bytes: int | None
    sources: tuple[str, ...] = ()
    shards: tuple[Shard, ...] = ()
    build: Mapping[str, Any] = field(default_factory=dict, hash=False)
    unpack: str | None = None
    stroke_px: float | None = None

    @property
    def embedded(self) -> bool:
        """Whether the weight travels with the project."""
        return bool(self.shards)


@dataclass(frozen=True)
class Status:
    """Where a weight stands; `sha256` is the pinned one, the recorded one, or None."""

    entry: Entry
    state: State
    sha256: str | None


def read_manifest(folder: Path = EMBEDDED) -> dict[str, Entry]:
    """Return the embedded weights that `manifest.json` lists; none where there is no manifest.

    Raises: WeightError: the manifest cannot be understood.
    """
    file = folder / "manifest.json"
    if not file.exists():
        return {}
    try:
        listed = json.loads(file.read_text())
        return {
            name: Entry(
                name=name, role=item["role"], license=item["license"], origin=item["data"], sha256=item["sha256"],
                bytes=sum(s["bytes"] for s in item["shards"]), shards=tuple(Shard(**s) for s in item["shards"]),
                build=item["build"], stroke_px=item.get("stroke_px"),
            )
            for name, item in listed.items()
        }  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightError(f"{file} is not a list of weights ({error!r}); get the project's own copy again.") from error


PUBLISHED = (
    Entry(
        name="style_monet", role="painter", license="BSD-2-Clause", origin="CycleGAN, photo to Monet (Zhu et al. 2017)",
        sources=("http://efrosgans.eecs.berkeley.edu/cyclegan/pretrained_models/style_monet.pth",),
        sha256=None, bytes=None, build={"filters": 64, "blocks": 9}, stroke_px=8.0,
    ),
    Entry(
        name="gfpgan_v1.4", role="restorer", license="Apache-2.0", origin="GFPGAN (Wang et al. 2021)", unpack="params_ema",
        sources=(
            "hf://leonelhs/gfpgan/GFPGANv1.4.pth",
            "hf://datasets/Gourieff/ReActor/models/facerestore_models/GFPGANv1.4.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.0/GFPGANv1.4.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.4/GFPGANv1.4.pth",
        ),
        sha256="e2cd4703ab14f4d01fd1383a8a8b266f9a5833dacee8e6a79d3bf21a1b6be5ad", bytes=348632874,
    ),
    Entry(
        name="gfpgan_v1.3", role="restorer", license="Apache-2.0", origin="GFPGAN (Wang et al. 2021)", unpack="params_ema",
        sources=(
            "hf://leonelhs/gfpgan/GFPGANv1.3.pth",
            "hf://datasets/Gourieff/ReActor/models/facerestore_models/GFPGANv1.3.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.0/GFPGANv1.3.pth",
        ),
        sha256="c953a88f2727c85c3d9ae72e2bd4846bbaf59fe6972ad94130e23e7017524a70", bytes=348632874,
    ),
)  # fmt: skip
CATALOG: dict[str, Entry] = {**read_manifest(), **{entry.name: entry for entry in PUBLISHED}}


def cache_folder() -> Path:
    """Return the folder for downloads and converted networks: $PORTRAIT_CACHE, or one in the person's own cache."""
    return Path(os.environ.get("PORTRAIT_CACHE") or Path.home() / ".cache/monet-portrait")


def status() -> list[Status]:
    """Return where every weight stands, without asking the network."""
    found = []
    for entry in CATALOG.values():
        file = find(entry)
        state: State = "embedded" if entry.embedded else "cached" if file else "missing"
        found.append(Status(entry, state, entry.sha256 or (_recorded(file) if file else None)))
    return found


def choose(role: str, policy: WeightPolicy) -> Entry:
    """Return the weight that plays a role under a policy; nothing is downloaded.

    `auto`: a published one that is already here, else the embedded one. `full`: the published one, here or not, where
    one was published at all.

    Raises: WeightError: the role cannot be played under this policy.
    """
    entries = [e for e in CATALOG.values() if e.role == role]
    embedded, published = [e for e in entries if e.embedded], [e for e in entries if not e.embedded]
    here = [e for e in published if find(e)]
    best = {"embedded": embedded, "full": here or published or embedded, "auto": here or embedded}[policy]
    if best:
        return best[0]
    if not published:
        raise WeightError(f"There is no {role} in {EMBEDDED}; get the project's own copy again.")
    entry = published[0]
    raise WeightError(
        f"The {role} needs {entry.name}, which is not here and is not downloaded unasked. Choose the weights 'full' to download it"
        f"{_megabytes(entry)}, or put the file at {_target(entry)}."
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
    file = find(entry)
    if file:
        verify(entry, file)
        return file
    from huggingface_hub.utils import WeakFileLock

    target = _target(entry)
    target.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(target.with_suffix(".lock")):
        reasons = []
        for source in () if target.exists() else entry.sources:
            try:
                return _fetch_from(source, entry, target, report)
            except (SourceError, WeightError) as error:
                reasons.append(f"{source}: {error}")
    if target.exists():  # another process brought it meanwhile
        verify(entry, target)
        return target
    raise WeightError(
        f"{entry.name} could not be downloaded ({'; '.join(reasons)}). Try again, put the file at {target}, "
        "or choose the weights 'embedded'."
    )


def _fetch_from(source: str, entry: Entry, target: Path, report: Received | None) -> Path:
    limit = entry.bytes or LIMIT_UNKNOWN
    if source.startswith("hf://"):
        file = download_from_hub(source, limit)
        verify(entry, file)
        return file
    part = target.with_suffix(".part")
    download(source, part, limit, report)
    try:
        digest = verify(entry, part)
    except WeightError:
        part.unlink()
        raise
    if entry.sha256 is None:
        _record(target, digest)
    part.replace(target)
    return target


def verify(entry: Entry, file: Path | None = None) -> str:
    """Return an embedded weight's or a file's sha256 after comparing it with what it should be.

    Raises: WeightError: bytes are missing or different.
    """
    if entry.embedded:
        return _verify_shards(entry)
    if file is None:
        raise ValueError(f"{entry.name} is published: pass the file to verify.")
    found = _sha256(file)
    wanted = entry.sha256 or _recorded(file)
    if wanted is None:
        if file.suffix != ".part":
            _record(file, found)
        return found
    if found != wanted:
        raise WeightError(f"{file} is not {entry.name}: sha256 {wanted} was wanted, {found} was found. Delete the file and try again.")
    return found


def shards(entry: Entry) -> tuple[Path, ...]:
    """Return the files of an embedded weight."""
    return tuple(EMBEDDED / shard.file for shard in entry.shards)


def _verify_shards(entry: Entry) -> str:
    whole = hashlib.sha256()
    for shard in entry.shards:
        file = EMBEDDED / shard.file
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
    return whole.hexdigest()


def _target(entry: Entry) -> Path:
    return cache_folder() / "weights" / f"{entry.name}.pth"


def _megabytes(entry: Entry) -> str:
    return f" ({entry.bytes / 1e6:.0f} MB)" if entry.bytes else ""


def _recorded(file: Path) -> str | None:
    """Return the hash that the first use of a file without a published hash left beside it."""
    note = file.with_name(f"{file.name}.sha256")
    return note.read_text().strip() if note.exists() else None


def _record(file: Path, digest: str) -> None:
    log.warning("No sha256 is published for %s; this copy's (%s) is recorded and every later use is held to it.", file.name, digest)
    file.with_name(f"{file.name}.sha256").write_text(digest + "\n")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
