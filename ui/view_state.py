"""What an open page shows of one painting: previews on disk, and what is needed to make it again."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.io.image_files import encode_png
from pipeline.settings import Settings
from pipeline.types import Face, Painting, Pixels, Prompt, RestorationPlan
from ui.face_frames import draw_faces
from ui.pointing import draw_kept
from ui.previews import KEPT, RESULT, TITLES, blank, caption_of, picture_of
from ui.sessions import Session
from ui.style_box import StyleFile


@dataclass(frozen=True)
class ViewState:
    """The painting a page shows: small values and files only. What is large stays in the capped cache and can be made again.

    `stages`: (stage, preview, caption) in the gallery's order; the last one is the result. `kept`: the preview to click on.
    `size` of the photo and `preview_size`: (height, width). `notes`: sentences for the person. `owner`: whose cache holds the
    stages where it is not the visitor's own. `past`: the prompts before this one, for undo. `framed`: the preview with frames around
    `faces`, in photo px, that say what `cares` do; without these, `unrestored` says why. `styles`: what it is painted like; `prompt`
    holds none, since their pixels are not the page's to keep.
    """

    photo: Path
    name: str
    settings: Settings
    before: str
    after: str
    kept: str
    stages: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    size: tuple[int, int]
    preview_size: tuple[int, int]
    anything_kept: bool = True
    prompt: Prompt = field(default_factory=Prompt)
    owner: str = ""
    past: tuple[Prompt, ...] = ()
    framed: str = ""
    faces: tuple[Face, ...] = ()
    plans: tuple[RestorationPlan, ...] = ()
    unrestored: str = ""
    styles: tuple[StyleFile, ...] = ()


def show(visit: Session, painting: Painting, path: Path) -> ViewState:
    """Write all previews of a painting."""
    before = picture_of(painting, "photo")
    if before is None:
        raise ValueError("A painting always has its photo.")
    files = {"photo": visit.show("photo", before)}
    for stage in TITLES:
        files[stage] = visit.show(stage, _picture(painting, stage, before.shape))
    stages = tuple((stage, files[stage], caption_of(painting, stage)) for stage in TITLES)
    kept = visit.show("kept", draw_kept(painting))
    h, w = painting.photo.pixels.shape[:2]
    return ViewState(
        path, painting.photo.name, painting.settings, files["photo"], files[RESULT], kept, stages, notes_of(painting),
        (h, w), before.shape[:2], painting.mask is not None, remembered(painting.prompt), framed=visit.show("faces", draw_faces(painting)),
        faces=painting.faces, plans=painting.plans, unrestored=painting.skipped.get("restore", ""),
    )  # fmt: skip


def show_again(visit: Session, painting: Painting, shown: ViewState) -> ViewState:
    """Write the previews that a new blend, other choices of what is kept, clicks, or strokes change."""
    size = (*shown.preview_size, 3)
    prompt = remembered(painting.prompt)
    new, kept, framed = (
        {RESULT: visit.show(RESULT, _picture(painting, RESULT, size))},
        shown.kept,
        shown.framed,
    )
    if (painting.settings.segment, prompt) != (shown.settings.segment, shown.prompt):
        new[KEPT] = visit.show(KEPT, _picture(painting, KEPT, size))
        kept = visit.show("kept", draw_kept(painting))
    if prompt.faces != shown.prompt.faces:
        new |= {
            stage: visit.show(stage, _picture(painting, stage, size))
            for stage in ("parse", "restore")
        }
        framed = visit.show("faces", draw_faces(painting))
    stages = tuple(
        (stage, new.get(stage, path), caption_of(painting, stage))
        for stage, path, _ in shown.stages
    )
    return replace(
        shown, settings=painting.settings, after=new[RESULT], kept=kept, stages=stages, notes=notes_of(painting),
        anything_kept=painting.mask is not None, prompt=prompt, framed=framed, plans=painting.plans,
    )  # fmt: skip


def remembered(prompt: Prompt) -> Prompt:
    """Return the prompt without the pixels of its style pictures."""
    return replace(prompt, styles=())


def _picture(painting: Painting, stage: str, shape: tuple[int, ...]) -> Pixels:
    picture = picture_of(painting, stage)
    return blank(shape) if picture is None else picture


def notes_of(painting: Painting) -> tuple[str, ...]:
    """Return what the person should know: hints, what reading the photo changed, what was skipped."""
    known = "No face was found." if painting.hints else None
    skipped = (
        caption_of(painting, stage) for stage, reason in painting.skipped.items() if reason != known
    )
    return (*painting.hints, *painting.photo.notes, *skipped)


def write_painting(painting: Painting, folder: Path) -> Path:
    """Write the full-size result as a PNG with its settings and weights, under a name that says what it is."""
    from pipeline.steps.full_size import full_size

    data = encode_png(
        full_size(painting),
        alpha=painting.photo.alpha,
        settings=painting.settings,
        weights=painting.weights,
    )
    return write_named(data, folder, painting.photo.name, "painted")


def write_named(data: bytes, folder: Path, photo: str, what: str) -> Path:
    """Write a PNG named after the photo and what became of it."""
    stem = (
        "".join(c if c.isalnum() or c in "-_ " else "-" for c in photo).strip("- ")[:60] or "photo"
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{what}.png"
    path.write_bytes(data)
    return path
