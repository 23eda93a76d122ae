"""What the documents promise: their length, and that all they name is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Rooms to come; the method names them before they are there.
DOCUMENTS = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()
)  # fmt: skip
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT))
)


def anchors_in(text: str) -> set[str]:
    """Return the anchors of a document's headings, as they are made of them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def modules_in(text: str) -> set[str]:
    """Return the modules that a document runs by `python -m`."""
    ours = r"python -m ((?:pipeline|training|benchmarks|tests)(?:\.\w+)*)"
    return set(re.findall(ours, text))


@pytest.mark.parametrize(("name", "most"), [("README.md", 120), ("CONTRIBUTING.md", 40)])
def test_what_everybody_reads_is_short(name, most):
    assert len((ROOT / name).read_text().splitlines()) <= most


@pytest.mark.parametrize("name", ["run", "test"])
def test_readme_has_the_commands_that_the_gate_runs(name):
    marked = rf"<!-- {name} command -->\n```bash\n(.+)\n```"
    assert re.search(marked, (ROOT / "README.md").read_text())


@each_document
def test_links_lead_to_files_and_headings_that_are_there(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors_in(target.read_text()), link


@each_document
def test_files_and_folders_that_are_named_are_there(document):
    ours = r"`((?:pipeline|training|benchmarks|tests|ui|docs)/[\w./]*)`"
    named = set(re.findall(ours, document.read_text()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@each_document
def test_modules_that_are_run_are_there(document):
    paths = [ROOT / name.replace(".", "/") for name in modules_in(document.read_text())]
    gone = [p for p in paths if not (p.with_suffix(".py").exists() or (p / "__main__.py").exists())]
    assert gone == []


def test_every_command_of_the_makefile_is_told_of():
    text = (ROOT / "Makefile").read_text()
    made = set(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[0].split())
    assert made == set(re.findall(r"^([a-z]+):  ## \w", text, re.MULTILINE))
    assert {"run", "test", "lint", "types", "bench", "train"} <= made
