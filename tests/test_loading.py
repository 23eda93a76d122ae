"""No file that is read can run code: no pickles, but of this program's own worker."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("pipeline", "ui", "training", "benchmarks", "examples")
OWN = {"pipeline/weights/worker.py"}  # reads what the process that started it wrote
RUNS_CODE = {
    "pickle.load",
    "pickle.loads",
    "joblib.load",
    "marshal.loads",
    "yaml.load",
    "eval",
    "exec",
}


def unsafe_in(source: str) -> list[str]:
    """Name the calls in a program by which a file that is read may run code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        how = {word.arg: ast.unparse(word.value) for word in node.keywords}
        unsafe = (
            name in RUNS_CODE
            or (name == "torch.load" and how.get("weights_only") != "True")
            or how.get("allow_pickle", "False") != "False"
        )
        found += [name] if unsafe else []
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_read_runs_no_code(room):
    files = {str(file.relative_to(ROOT)): file for file in (ROOT / room).rglob("*.py")}
    found = {name: unsafe_in(file.read_text()) for name, file in files.items() if name not in OWN}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "np.load(f, allow_pickle=True)",
        "pickle.load(f)",
        "eval(text)",
    ],
)
def test_what_would_is_found(source):
    assert unsafe_in(source)
