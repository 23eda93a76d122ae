"""What an open page shows of one painting: previews on disk, and how to make it again."""

import secrets
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.io.atomic import write_whole
from pipeline.io.encode import encode_png
from pipeline.ops.resample import pixels_resized, size_of_long
from pipeline.settings import Settings
from pipeline.stages.border import inside, lay
from pipeline.stages.segment.whose import who_stays
from pipeline.types import Face, Painting, PhotoError, Pixels, Prompt, RestorationPlan
from ui.badges import describe_makers
from ui.history import History
from ui.pointing import draw_mask
from ui.previews import (
    MASK,
    PREVIEW_PX,
    RESULT,
    TITLES,
    blank,
    caption_of,
    is_unneeded,
    over_white,
    preview_of,
)
from ui.session import Session
from ui.style_box import StyleFile
from ui.words import retold, say


@dataclass(frozen=True, eq=False)
class ViewState:
    """The painting a page shows: small values and files only. Each is another one.

    What is large stays in the capped cache and can be made again.

    `before`, `after`: the previews of the photo and of the result, both with its border.
    `mask_preview`: the photo with what is kept, to click on. `has_mask`: whether anything is kept.
    `stages`: (stage, preview, caption) in the gallery's order; the last one is the result. A
    painting that comes back from the browser's album has neither them nor a mask.
    `notes`: sentences for the person.
    `size`, `preview_size`: (height, width) of the framed photo and of its previews, px.
    `prompt`: the corrections, without the pixels of style pictures, which are `styles`' files.
    `history`: the prompts before this one, for undo.
    `owner`: whose cache holds the stages where it is not the visitor's own.
    `faces`: in the framed photo's px; `stays`: whether each stays itself; `plans`: what restoration
    does with it; `likeness`: as in `Painting`.
    `strokes`: whether it is made of brush strokes, which can be filmed and rendered at any size.
    `makers`: which weights made it, in a sentence.
    `missed`: the sentence that nothing was found where somebody pointed; empty where it was.
    `upright`: as in `Painting`.
    `flat`: the preview of a transparent result over white, for files that know no transparency.
    """

    photo: Path
    name: str
    settings: Settings
    before: str
    after: str
    mask_preview: str
    stages: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    size: tuple[int, int]
    preview_size: tuple[int, int]
    has_mask: bool = True
    prompt: Prompt = field(default_factory=Prompt)
    owner: str = ""
    history: History = field(default_factory=History)
    faces: tuple[Face, ...] = ()
    stays: tuple[bool, ...] = ()
    plans: tuple[RestorationPlan, ...] = ()
    likeness: tuple[float | None, ...] = ()
    styles: tuple[StyleFile, ...] = ()
    strokes: bool = False
    makers: str = ""
    missed: str = ""
    flat: str = ""
    upright: int | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The previews' files."""
        of_stages = (path for _, path, _ in self.stages)
        return tuple(filter(None, (self.before, self.after, self.mask_preview, *of_stages)))


def state_of(session: Session, painting: Painting, path: Path) -> ViewState:
    """Write all previews of a painting; `path`: the photo's file."""
    before = _photo_in(painting)
    files = _shown(session, painting, before.shape)
    stages = tuple((stage, files[stage], caption_of(painting, stage)) for stage in TITLES)
    height, width = painting.photo.pixels.shape[:2]
    return ViewState(
        photo=path,
        name=painting.photo.name,
        settings=painting.settings,
        before=files["photo"],
        after=files[RESULT],
        mask_preview=files["kept"],
        stages=stages,
        notes=notes_of(painting),
        size=(height, width),
        preview_size=before.shape[:2],
        has_mask=keeps_something(painting),
        prompt=remembered(painting.prompt),
        faces=painting.faces,
        stays=stays_in(painting),
        plans=painting.plans,
        likeness=painting.likeness,
        strokes=painting.strokes is not None,
        makers=describe_makers(painting),
        missed=missed_in(painting),
        flat=_flat(session, painting),
        upright=painting.upright,
    )


def updated_state(session: Session, painting: Painting, state: ViewState) -> ViewState:
    """Write only the previews that a quick change may have changed: a slider's, or a correction."""
    prompt = remembered(painting.prompt)
    was, now = _made_of(state.settings, state.prompt), _made_of(painting.settings, prompt)
    same = {name for name in now if now[name] == was[name]}
    new = _shown(session, painting, (*state.preview_size, 3), same)
    stages = tuple(
        (stage, new.get(stage, path), caption_of(painting, stage))
        for stage, path, _ in state.stages
    )
    return replace(
        state,
        settings=painting.settings,
        before=new.get("photo", state.before),
        after=new[RESULT],
        mask_preview=new.get("kept", state.mask_preview),
        stages=stages,
        notes=notes_of(painting),
        has_mask=keeps_something(painting),
        prompt=prompt,
        stays=stays_in(painting),
        plans=painting.plans,
        likeness=painting.likeness,
        missed=missed_in(painting),
        flat=_flat(session, painting),
    )


def is_as_large(painting: Painting, state: ViewState) -> bool:
    """Tell whether a painting is looked at as large as the shown one."""
    height, width = painting.original.shape[:2]
    return size_of_long((height, width), PREVIEW_PX) == state.preview_size


def _made_of(settings: Settings, prompt: Prompt) -> dict[str, object]:
    """Return what each preview but the result's is made of, as far as quick changes reach."""
    kept = settings.segment, prompt
    return {
        # Strokes are finer in faces that stay.
        "paint": (settings.intensity, settings.result, settings.segment.faces, prompt.kept),
        "parse": prompt.faces,
        "restore": prompt.faces,
        MASK: kept,
        "kept": kept,
        "photo": settings.result,
    }


def _shown(
    session: Session, painting: Painting, shape: tuple[int, ...], same: Collection[str] = ()
) -> dict[str, str]:
    """Write the previews of a painting but those that stay the `same`; return their files.

    `shape`: of those that show the framed photo.
    """
    pictures = {stage: _picture(painting, stage, shape) for stage in TITLES if stage not in same}
    if "photo" not in same:  # the two that a slider compares are of one size, and have one border
        sheet = pictures[RESULT].shape[:2]
        within = inside(sheet, painting.settings.frame.border)
        pictures["photo"] = lay(pixels_resized(_photo_in(painting), within), sheet)
    if "kept" not in same:
        pictures["kept"] = draw_mask(painting)
    with ThreadPoolExecutor() as pool:  # files are packed without Python's lock
        return dict(zip(pictures, pool.map(session.show, pictures, pictures.values()), strict=True))


def _photo_in(painting: Painting) -> Pixels:
    picture = preview_of(painting, "photo")
    if picture is None:
        raise ValueError("A painting always has its photo.")
    return picture


def _flat(session: Session, painting: Painting) -> str:
    picture = over_white(painting)
    return "" if picture is None else session.show("flat", picture)


def result_in(painting: Painting) -> Pixels:
    """Make the preview of a painting's result."""
    return _picture(painting, RESULT, painting.original.shape)


def keeps_something(painting: Painting) -> bool:
    """Tell whether anything of the photo stays."""
    return painting.mask is not None and bool((painting.mask > 0.5).any())


def stays_in(painting: Painting) -> tuple[bool, ...]:
    """Tell of each face of a painting whether it stays itself."""
    settings = painting.settings
    if not (settings.blend.on and settings.blend.strength):
        return (False,) * len(painting.faces)
    return who_stays(painting.faces, settings.segment.faces, painting.prompt.kept)


def remembered(prompt: Prompt) -> Prompt:
    """Drop the pixels of the style pictures from a prompt: they are not the page's to keep."""
    return replace(prompt, styles=())


def _picture(painting: Painting, stage: str, shape: tuple[int, ...]) -> Pixels:
    picture = preview_of(painting, stage)
    return blank(shape) if picture is None else picture


def missed_in(painting: Painting) -> str:
    """Say that nothing was found where somebody pointed; nothing where it was."""
    from pipeline.steps.segment import NOT_THERE  # loads libraries that the page needs late

    return retold(NOT_THERE) if NOT_THERE in painting.hints else ""


def notes_of(painting: Painting) -> tuple[str, ...]:
    """List what the person should know: hints, what reading the photo changed, what was skipped."""
    known = "No face was found." if painting.hints else None
    skipped = (
        caption_of(painting, stage)
        for stage, reason in painting.skipped.items()
        if reason != known and not is_unneeded(painting, stage)
    )
    return (*map(retold, (*painting.hints, *painting.photo.notes)), *skipped)


def write_painting(
    painting: Painting, folder: Path, tell: Callable[[float], object] = lambda _: None
) -> Path:
    """Write the full-size result as a PNG with its settings and weights; return its path.

    `tell`: as in `full_size`.
    """
    from pipeline.steps.full_size import alpha_of, full_size

    result = full_size(painting, tell=tell)
    data = encode_png(
        result,
        alpha=alpha_of(painting, result.shape),
        settings=painting.settings,
        weights=painting.weights,
    )
    return write_named(data, folder, painting.photo.name, "painted")


def write_drawing(painting: Painting, folder: Path) -> Path:
    """Write the painting's strokes as an SVG; return its path.

    Raises: PhotoError: it is not made of strokes.
    """
    from pipeline.io.strokes_files import write_strokes

    if painting.strokes is None:
        raise PhotoError(say("This painting is not made of strokes; paint it by Brush strokes."))
    path = path_of(folder, painting.photo.name, "strokes.svg")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_strokes(path, painting.strokes, overwrite=True)
    return path


def write_timelapse(
    painting: Painting, folder: Path, seconds: float, tell: Callable[[float], object]
) -> Path:
    """Write the film of so many seconds of the painting being painted; return its path.

    `tell` is told the share that is made; what it raises leaves no file.
    """
    from pipeline.io.video import write_film
    from pipeline.steps.timelapse import FPS, timelapse

    path = path_of(folder, painting.photo.name, f"being-painted-{secrets.token_hex(4)}.mp4")
    write_film(path, timelapse(painting, seconds, tell), FPS)
    return path


def write_named(data: bytes, folder: Path, photo: str, what: str) -> Path:
    """Write a PNG named after the photo and `what` became of it; return its path."""
    path = path_of(folder, photo, f"{what}.png")
    write_whole(path, lambda file: file.write(data), overwrite=True)
    return path


def path_of(folder: Path, photo: str, what: str) -> Path:
    """Name a file in a folder after the photo and `what` became of it."""
    plain = "".join(c if c.isalnum() or c in "-_ " else "-" for c in photo).strip("- ")[:60]
    return folder / f"{plain or 'photo'}-{what}"
