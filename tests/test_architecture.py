"""Imports point one way, from room to room, without a circle."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What each room of pipeline/ may import of ours, beside itself; a room is a folder, or a file.
ALLOWED = {
    "": set(),
    "types": {"settings"},
    "settings": {"variants"},
    "variants": set(),
    "ops": {"types"},
    "nets": set(),
    "stages": {"types", "settings", "ops"},
    "metrics": {"types", "ops", "stages"},
    "io": {"types", "settings", "ops"},
    "weights": {"types", "settings", "io"},
    "runtime": {"variants", "types", "settings", "ops", "nets", "weights", "io"},
    "steps": {
        "variants",
        "types",
        "settings",
        "ops",
        "stages",
        "metrics",
        "weights",
        "runtime",
        "io",
    },
    "paint": {"types", "settings", "stages", "runtime", "steps"},
    "compare": {"variants", "types", "settings", "metrics", "weights", "runtime", "steps"},
    "video": {"variants", "types", "settings", "ops", "stages", "runtime", "steps", "io"},
    "cli": {
        "variants",
        "types",
        "settings",
        "ops",
        "io",
        "weights",
        "runtime",
        "steps",
        "paint",
        "compare",
        "video",
    },
}
FILES = sorted((ROOT / "pipeline").rglob("*.py"))
SERVICE = sorted((ROOT / "ui" / "service").glob("*.py"))


def room_of(module: str) -> str:
    """Return the room of `pipeline.ROOM…`; the package itself and the command's start are none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Return the modules that a file imports, wherever in it; each file is parsed once."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                (f"pipeline.{alias.name}" for alias in node.names)
                if node.module == "pipeline"
                else (node.module,)
            )


def arrows() -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    found: dict[str, set[str]] = {}
    for file in FILES:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        room = room_of(module.removesuffix(".__init__"))
        ours = {room_of(name) for name in imported(file) if name.startswith("pipeline.")}
        if file.name != "__main__.py":
            found.setdefault(room, set()).update(ours - {room})
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Return the rooms from which imports lead back to themselves."""

    def reached(room: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for other in graph.get(room, ()):
            if other not in seen:
                seen = reached(other, seen | {other})
        return seen

    return [room for room in graph if room in reached(room)]


def test_every_room_is_listed():
    assert set(arrows()) == set(ALLOWED)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_rooms_below_it(room):
    assert arrows()[room] <= ALLOWED[room], (
        f"{room} must not import {arrows()[room] - ALLOWED[room]}"
    )


def test_no_room_leads_back_to_itself():
    graph = arrows()
    rooms, count = len(graph), sum(map(len, graph.values()))
    sys.stdout.write(f"{rooms} rooms, {count} arrows, {len(circles(graph))} circles\n")
    assert not circles(graph)
    assert not circles(ALLOWED)


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_the_pipeline_knows_neither_the_page_nor_the_trainings(file):
    roots = {name.split(".")[0] for name in imported(file)}
    assert not roots & {"gradio", "spaces", "training", "benchmarks", "app", "ui", "tests"}


@pytest.mark.parametrize("file", SERVICE, ids=lambda f: f.name)
def test_what_the_page_asks_of_the_pipeline_knows_no_widgets(file):
    widgets = ("gradio", "ui.handlers", "ui.wiring", "ui.layout")
    assert not [name for name in imported(file) if name.startswith(widgets)]


@pytest.mark.parametrize("room", ["pipeline", "ui", "training"])
def test_the_light_of_a_picture_is_one_thing(room):
    """`pipeline.ops.color.luminance`, not OpenCV's gray, whose weights are others."""
    texts = {file: file.read_text() for file in (ROOT / room).rglob("*.py")}
    assert [file for file, text in texts.items() if re.search("(RGB|BGR)2GRAY", text)] == []
