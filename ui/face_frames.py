"""The found faces on the page: a numbered frame around each that says what restoration does with it, and clicks on them."""

from dataclasses import replace

import cv2

from pipeline.stages.restore.select_faces import face_at
from pipeline.types import Face, Painting, Pixels, Prompt, RestorationPlan
from ui.pointing import ADD_COLOR
from ui.previews import fit, over_checker

ALONE_COLOR = (96, 90, 80)
WHITE = (255, 255, 255)
LETTERS = 0.022  # of the side of a square as large as the preview: their height


def draw_faces(painting: Painting) -> Pixels:
    """Return the photo's preview with its restored faces, a frame around each: blue where it is restored, gray where left alone."""
    picture = painting.original if painting.restored is None else painting.restored
    drawn = over_checker(fit(picture), painting.photo.alpha).copy()
    scale, letters_px = (
        drawn.shape[0] / painting.photo.pixels.shape[0],
        max(9, round(LETTERS * (drawn.size / 3) ** 0.5)),
    )
    for number, (face, plan) in enumerate(zip(painting.faces, painting.plans, strict=False), 1):
        x0, y0, x1, y1 = (round(v * scale) for v in face.box)
        color, thin = ADD_COLOR if plan.weight else ALONE_COLOR, max(1, letters_px // 7)
        for width, ink in ((3 * thin, WHITE), (thin, color)):
            cv2.rectangle(drawn, (x0, y0), (x1, y1), ink, width, cv2.LINE_AA)
        _write(drawn, f"{number}: {brief(plan)}", (x0, y0), letters_px, color)
    return drawn


def _write(
    drawn: Pixels, text: str, at: tuple[int, int], height_px: int, color: tuple[int, int, int]
) -> None:
    """Write a label above a point, or as near to that as the picture allows."""
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, height_px // 9)
    size = cv2.getFontScaleFromHeight(font, height_px, thick)
    (w, h), below = cv2.getTextSize(text, font, size, thick)
    pad = height_px // 2
    x = min(max(at[0], 0), max(0, drawn.shape[1] - w - 2 * pad))
    y = max(at[1], h + below + 2 * pad)
    cv2.rectangle(drawn, (x, y - h - below - 2 * pad), (x + w + 2 * pad, y), color, -1)
    cv2.putText(drawn, text, (x + pad, y - below - pad), font, size, WHITE, thick, cv2.LINE_AA)


def brief(plan: RestorationPlan) -> str:
    """Say in two words what is done with a face."""
    return f"{round(100 * plan.weight)} %" + " ?" * plan.low_confidence if plan.weight else plan.why


def describe_faces(plans: tuple[RestorationPlan, ...]) -> str:
    """Say what the picture shows, for those who do not see it."""
    said = (
        f"face {number} restored by {round(100 * plan.weight)} %" + (", low confidence" if plan.low_confidence else "")
        if plan.weight else f"face {number} left alone, {plan.why}"
        for number, plan in enumerate(plans, 1)
    )  # fmt: skip
    return f"The photo with a frame around each face: {'; '.join(said)}."


def with_face(
    prompt: Prompt, faces: tuple[Face, ...], at: tuple[float, float], weight: float
) -> Prompt:
    """Return the prompt after a click on a face: it gets this restoration, or where it has that already, the settings' again.

    `faces` and `at` (x, y) are in photo px.

    Raises: ValueError: there is no face, or the weight is none.
    """
    if not isinstance(weight, int | float) or not 0 <= weight <= 1:
        raise ValueError(
            f"A face's restoration is a number from 0 to 1, not {weight!r}. Move the slider."
        )
    number = face_at(faces, *at)
    if number is None:
        raise ValueError("There is no face there; click into one of the frames.")
    before = {face_at(faces, x, y): own for x, y, own in prompt.faces}
    others = tuple(override for override in prompt.faces if face_at(faces, *override[:2]) != number)
    again = number in before and before[number] == weight
    return replace(prompt, faces=others if again else (*others, (*at, float(weight))))
