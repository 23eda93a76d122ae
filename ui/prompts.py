"""Prompts as programs write them, in JSON."""

from pipeline.types import Click, Prompt
from ui.pointing import few

LARGEST = 1e9  # no photo is that large, and larger numbers of JSON are no floats
PROMPT_HELP = {
    "points": "What else is kept, or not, of this photo: [[x, y, add], …] in px of the photo as it "
    "is cropped; where add is true, what lies there is kept.",
    "box": "[x0, y0, x1, y1] in the same px around what is kept, or null.",
    "faces": "Faces of this photo that are restored, sharp or not: [[x, y, restoration], …] "
    "in the same px; restoration 0 to 1, or null for the setting's. "
    "Where restored_faces is chosen, no others are.",
    "kept": "Faces of this photo that stay themselves, or are painted like the rest: "
    "[[x, y, stays], …] in the same px, whatever kept_faces says.",
}


def prompt_from(points: object, box: object, faces: object = None, kept: object = None) -> Prompt:
    """Read a prompt from lists of JSON; whether it lies in the photo is not known yet.

    Raises: ValueError: they describe none; the message says what was wanted and found.
    """
    if box is not None and not (isinstance(box, list | tuple) and len(box) == 4 and _numbers(box)):
        raise ValueError(f"box is [x0, y0, x1, y1], four numbers, or null, not {_brief(box)}.")
    if not isinstance(faces, list | tuple | None):
        raise ValueError(f"faces is a list of [x, y, restoration], not {_brief(faces)}.")
    for face in faces or ():
        if not (
            isinstance(face, list | tuple)
            and len(face) == 3
            and _numbers(face[:2])
            and (face[2] is None or _numbers(face[2:]))
        ):
            raise ValueError(
                "A face is [x, y, restoration], three numbers, or two and null, "
                f"not {_brief(face)}."
            )
    overrides = tuple(
        (float(x), float(y), None if weight is None else float(weight))
        for x, y, weight in few(tuple(faces or ()))
    )
    corners = None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    return Prompt(
        _clicks("points", "add", points), corners, faces=overrides,
        kept=_clicks("kept", "stays", kept),
    )  # fmt: skip


def _clicks(name: str, says: str, points: object) -> tuple[Click, ...]:
    if not isinstance(points, list | tuple | None):
        raise ValueError(f"{name} is a list of [x, y, {says}], not {_brief(points)}.")
    for point in points or ():
        if not (
            isinstance(point, list | tuple)
            and len(point) == 3
            and _numbers(point[:2])
            and isinstance(point[2], bool)
        ):
            raise ValueError(
                f"A point is [x, y, {says}], two numbers and true or false, not {_brief(point)}."
            )
    return few(tuple((float(x), float(y), said) for x, y, said in points or ()))


def _numbers(values: list[object] | tuple[object, ...]) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
        for value in values
    )


def _brief(value: object) -> str:
    return repr(value)[:60]
