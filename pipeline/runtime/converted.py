"""Where converted networks lie in the cache folder, and which of them nobody needs any more."""

import ast
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pipeline.runtime.build import definition_of
from pipeline.weights.cache import VerifiedWeights, cache_folder

ROOT = Path(__file__).parents[2]
UNUSED_DAYS = 30  # other versions of this project may share the cache folder, and use others


def folder_of(weights: VerifiedWeights, engine: str) -> Path:
    """Return where a network that was converted for a version of an engine lies.

    The name depends on weights, arguments, engine, and the code that the network is made of.
    """
    code = {name: _digest(file) for name, file in sources_of(definition_of(weights)[0]).items()}
    build = dict(weights.entry.build)
    parts = json.dumps([weights.sha256, weights.submodule, build, code, engine], sort_keys=True)
    key = hashlib.sha256(parts.encode()).hexdigest()[:16]
    return cache_folder() / "converted" / f"{weights.entry.name}-{weights.submodule}-{key}"


def sources_of(module: str) -> dict[str, Path]:
    """Return the files of a module of this project and of those that it imports, by their names."""
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if name not in found and file.exists():
            found[name] = file
            waiting += _imported(file)
    return dict(sorted(found.items()))


def note_use(folder: Path) -> None:
    """Note that a converted network is used now, where the folder can be written."""
    with suppress(OSError):
        os.utime(folder)


def forget_unused(weights: VerifiedWeights, used: Path, now: float | None = None) -> None:
    """Remove what the same network was converted to under other names and nobody used for long.

    What a killed conversion left goes, too. Each goes whole or not at all, so that another process
    never finds half a network.
    """
    before = (time.time() if now is None else now) - UNUSED_DAYS * 24 * 3600
    name, submodule = re.escape(weights.entry.name), re.escape(weights.submodule)
    # Without a piece: as they were called before.
    ours = re.compile(rf"{name}(-{submodule})?-[0-9a-f]{{16}}(\.\w+)?")
    with suppress(OSError):
        for folder in list(used.parent.iterdir()):
            if folder != used and ours.fullmatch(folder.name):
                _remove_older(folder, before)


def _remove_older(folder: Path, before: float) -> None:
    with suppress(OSError):  # another process was first, or somebody has it open
        if folder.stat().st_mtime < before:
            going = folder.with_name(f"{folder.name.partition('.')[0]}.{secrets.token_hex(4)}")
            folder.rename(going)
            shutil.rmtree(going, ignore_errors=True)


def _imported(file: Path) -> Iterator[str]:
    """Yield what a file imports; of `from a import b` both a and a.b, for b may be a module."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
