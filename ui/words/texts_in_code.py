"""Every text of the page, as it stands in the code: the keys of the catalogs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.settings import options
from ui.style_box import GALLERY
from ui.words.catalogs import PIPELINE
from ui.words.templates import texts_in

ROOT = Path(__file__).parents[2]
# Calls whose first argument is a text; of `counted` the second is its plural. The last two are
# titles of what the page lists.
CALLS = ("say", "later", "label", "counted", "Look", "Example")
# Where the pipeline says something of a photo, a film or settings that the page shows.
RETOLD = (
    "pipeline/io/decode.py", "pipeline/io/image_files.py", "pipeline/io/png_metadata.py",
    "pipeline/io/shape.py", "pipeline/io/style_images.py", "pipeline/paint.py",
    "pipeline/settings/formats.py", "pipeline/settings/options.py", "pipeline/stages/frame.py",
    "pipeline/stages/restore/select_faces.py", "pipeline/stages/style_transfer/transfer.py",
    "pipeline/steps/balance.py", "pipeline/steps/blend.py", "pipeline/steps/brighten.py",
    "pipeline/steps/colorize.py", "pipeline/steps/mend.py", "pipeline/steps/proportions.py",
    "pipeline/steps/restore.py",
    "pipeline/steps/segment.py", "pipeline/steps/style_transfer.py", "pipeline/steps/stylize.py",
    "pipeline/video/paint.py", "pipeline/video/read.py", "training/style_pictures.py",
)  # fmt: skip
LEAST_WORDS = 2  # of a sentence; what is shorter are names
Key = tuple[str, str, str]  # context, text, plural: the last two may be ""


def texts_in_code() -> dict[Key, list[str]]:
    """Find every text, with the files that it stands in."""
    found: dict[Key, list[str]] = {}
    for key, file in _all():
        files = found.setdefault(key, [])
        if file not in files:
            files.append(file)
    return found


def _all() -> Iterator[tuple[Key, str]]:
    for path in sorted((ROOT / "ui").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py" and path.parent != Path(__file__).parent:
            yield from ((key, name) for key in _said_in(path))
        elif path.suffix in (".js", ".html"):
            yield from (((*key,), name) for key in _in_script(path.read_text()))
    for option in options():
        known = (option.label, option.help, option.unit, *option.names)
        yield from ((("", text, ""), "pipeline/settings") for text in known if text)
        if option.flag == "turn":  # a hint names the one that is wanted
            yield from (((PIPELINE, name, ""), "pipeline/settings") for name in option.names)
    yield from ((("", style.title, ""), "examples/styles") for style in GALLERY.values())
    for name in RETOLD:
        yield from (((PIPELINE, text, ""), name) for text in sentences_in(ROOT / name))
    yield ("", "{help} {low} to {high} {unit}.", ""), "ui/widgets.py"


def _said_in(file: Path) -> Iterator[Key]:
    """Yield what a file of the page says; also within f-strings, where Babel finds it or not."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Call(
                ast.Name("counted"), [ast.Constant(str(one)), ast.Constant(str(many)), *_]
            ):
                yield "", one, many
            case ast.Call(ast.Name(name), [ast.Constant(str(text)), *_]) if name in CALLS:
                yield "", text, ""


_COUNTED = re.compile(r"counted\('((?:[^'\\]|\\.)*)', '((?:[^'\\]|\\.)*)'")


def _in_script(script: str) -> Iterator[Key]:
    plurals = dict(_COUNTED.findall(script))
    for text in texts_in(script):
        yield "", text, plurals.get(text, "")


def sentences_in(file: Path) -> Iterator[str]:
    """Yield the sentences that a file of the pipeline makes, with {places} for their values."""
    tree = ast.parse(file.read_text())
    known = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if id(node) in known:
            continue
        if isinstance(node, ast.JoinedStr):
            known |= {id(each) for each in ast.walk(node)}
            text = _with_places(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", node.value)
        else:
            continue
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", text))
        if len(words) >= LEAST_WORDS and " " in text:
            yield text


def _with_places(node: ast.JoinedStr) -> str:
    """Return the text of an f-string, with the last name in each of its values as a place."""
    parts, seen = [], list[str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        words = [word for word in re.findall(r"[a-z]+", ast.unparse(part).lower()) if len(word) > 1]
        name = words[-1] if words else "x"
        seen.append(name)
        parts.append(f"{{{name}{seen.count(name) if seen.count(name) > 1 else ''}}}")
    return "".join(parts)
