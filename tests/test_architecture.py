"""Imports point one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What each room may import of ours; a room is a folder or a file of pipeline/.
ALLOWED = {
    "settings": set(),
    "types": {"settings"},
    "ops": {"types", "ops"},
    "nets": {"nets"},
    "metrics": {"types", "ops", "metrics"},
    "stages": {"types", "settings", "ops", "stages"},
    "download": {"types", "settings"},
    "catalog": {"settings"},
    "hub": {"download"},
    "keeping": {"catalog", "files", "apart", "networks"},  # networks: only in the process of its own
    "weights": {"types", "settings", "catalog", "hub", "keeping"},
    "bring": {"catalog", "download", "hub", "keeping", "weights"},
}
FILES = sorted((ROOT / "pipeline").rglob("*.py"))


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_room_imports_only_rooms_below_it(file):
    room = file.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")
    ours = {name.split(".")[1] for name in imported(file) if name.startswith("pipeline.")}
    if room in ALLOWED:
        assert ours <= ALLOWED[room], f"{room} must not import {ours - ALLOWED[room]}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_nothing_that_paints_measures_itself(file):
    if "metrics" not in file.relative_to(ROOT).parts:
        assert not any(name.startswith("pipeline.metrics") for name in imported(file))


def test_what_measures_imports_torch_and_piq_only_when_it_needs_them():
    names = [f"pipeline.metrics.{file.stem}" for file in (ROOT / "pipeline/metrics").glob("[!_]*.py")]
    assert len(names) > 5
    code = f"import sys, {', '.join(names)}; sys.exit(bool({{'torch', 'piq'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_the_pipeline_knows_neither_the_page_nor_the_trainings(file):
    roots = {name.split(".")[0] for name in imported(file)}
    assert not roots & {"gradio", "spaces", "training", "benchmarks", "app", "ui"}
