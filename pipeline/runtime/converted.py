"""Locate converted networks in the cache folder, and remove those that are no longer used."""

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
EIGHT_BIT = "pipeline.runtime.eight_bit"
UNUSED_DAYS = 30  # other versions of this project may share the cache folder, and use others


def folder_of(weights: VerifiedWeights, engine: str) -> Path:
    """Locate the folder of a network converted for `engine`, a version; it need not exist.

    Its name depends on the weights, the network's arguments, the engine, the network's source code,
    and on how it is rounded.
    """
    entry = weights.entry
    files = sources_of(definition_of(weights)[0])
    if entry.ranges:
        files |= sources_of(EIGHT_BIT)
    code = {name: _digest(file) for name, file in files.items()}
    made_by = [dict(entry.build), dict(entry.ranges), code, engine]
    parts = json.dumps([weights.sha256, weights.submodule, *made_by], sort_keys=True)
    key = hashlib.sha256(parts.encode()).hexdigest()[:16]
    return cache_folder() / "converted" / f"{entry.name}-{weights.submodule}-{key}"


def sources_of(module: str) -> dict[str, Path]:
    """List the source files of a module and of its imports within this project, by module name."""
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
    """Set the folder's time to now, so that it counts as used; read-only folders are left alone."""
    with suppress(OSError):
        os.utime(folder)


def forget_unused(weights: VerifiedWeights, used: Path, now: float | None = None) -> None:
    """Remove other conversions of the same network that were not used for `UNUSED_DAYS`.

    Leftovers of killed conversions are removed, too. A folder is renamed before it is deleted, so
    that another process never finds half a network.
    """
    before = (time.time() if now is None else now) - UNUSED_DAYS * 24 * 3600
    name, submodule = re.escape(weights.entry.name), re.escape(weights.submodule)
    # Names of earlier versions lack the submodule.
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
    """Yield the modules a file imports; for `from a import b` a and a.b, for b may be a module."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
