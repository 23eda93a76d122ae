"""Faces on the easel: where each lies, what becomes of it, and what a person says of it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.stages.border import around
from pipeline.stages.restore.select_faces import face_at
from pipeline.types import Face, Prompt, RestorationPlan
from ui import words
from ui.words import retold, say

if TYPE_CHECKING:
    from ui.view_state import ViewState

ONLY = "only"  # this one stays, the others are painted
KEEPS = {"stays": True, "painted": False}
RESTORES = {"usual": None, "no": 0.0, "full": 1.0}  # the setting's restoration, or an own one


def framed(state: "ViewState") -> list[dict[str, Any]]:
    """List the faces: where on the sheet each lies, what becomes of it, and that in words."""
    sheet, (h, w) = within(state), state.size
    own = {face_at(state.faces, x, y): weight for x, y, weight in state.prompt.faces}
    found = []
    for number, (face, stays) in enumerate(zip(state.faces, state.stays, strict=True)):
        x0, y0, x1, y1 = (float(v) for v in face.box)
        weight = own.get(number)
        plan = state.plans[number] if number < len(state.plans) else None
        found.append(
            {
                "at": {
                    "left": sheet["left"] + x0 / w * sheet["width"],
                    "top": sheet["top"] + y0 / h * sheet["height"],
                    "width": (x1 - x0) / w * sheet["width"],
                    "height": (y1 - y0) / h * sheet["height"],
                },
                "restores": plan is not None,
                "says": [
                    "stays" if stays else "painted",
                    *(name for name, value in RESTORES.items() if value == weight),
                ],
                "said": _said(
                    stays, plan, state.likeness[number] if number < len(state.likeness) else None
                ),
            }
        )
    return found


def within(state: "ViewState") -> dict[str, float]:
    """Say where on its sheet, which may have a border, the photo lies; in shares of the sheet."""
    (h, w), (high, wide) = state.size, around(state.size, state.settings.frame.border)
    return {
        "left": (wide - w) / 2 / wide,
        "top": (high - h) / 2 / high,
        "width": w / wide,
        "height": h / high,
    }


def _said(stays: bool, plan: RestorationPlan | None, likeness: float | None) -> str:
    """Say what becomes of a face."""
    said = [say("stays itself") if stays else say("painted like the rest")]
    if plan is not None:
        said.append(_restored(plan))
    if likeness is not None:
        said.append(say("likeness {share}", share=words.number(likeness, 2)))
    return "; ".join(said)


def _restored(plan: RestorationPlan) -> str:
    if not plan.weight:
        return say("not restored, {why}", why=retold(plan.why))
    share = round(100 * plan.weight)
    if plan.low_confidence:
        return say("restored by {share} %, and may look like someone else", share=share)
    return say("restored by {share} %", share=share)


def with_face(
    prompt: Prompt, faces: tuple[Face, ...], size: tuple[int, int], number: object, says: object
) -> Prompt:
    """Say of one of `faces` that it stays or is painted, or how it is restored.

    They are in px of a photo of (height, width) `size`.

    Raises: ValueError: there is no such face, or nothing such to say.
    """
    if not isinstance(number, int) or not 0 <= number < len(faces):
        raise ValueError(say("There is no such face; choose one of the frames."))
    at = _middle(faces[number], size)
    if says == ONLY:
        stays = [each == number for each in range(len(faces))]
        kept = ((*_middle(face, size), stay) for face, stay in zip(faces, stays, strict=True))
        return replace(prompt, kept=tuple(kept))
    if says in KEEPS:
        others = tuple(each for each in prompt.kept if face_at(faces, *each[:2]) != number)
        return replace(prompt, kept=(*others, (*at, KEEPS[str(says)])))
    if says in RESTORES:
        rest = tuple(each for each in prompt.faces if face_at(faces, *each[:2]) != number)
        weight = RESTORES[str(says)]
        return replace(prompt, faces=rest if weight is None else (*rest, (*at, weight)))
    raise ValueError(f"A face stays itself, is painted or restored, not {str(says)[:40]!r}.")


def _middle(face: Face, size: tuple[int, int]) -> tuple[float, float]:
    """Return the middle of a face, x and y, within a photo of (height, width) `size`."""
    x0, y0, x1, y1 = (float(v) for v in face.box)
    return min(max((x0 + x1) / 2, 0), size[1] - 1), min(max((y0 + y1) / 2, 0), size[0] - 1)
