"""A photo painted in two ways, or outlined in several."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.settings import Settings
from pipeline.stages.frame import frame
from pipeline.types import Progress
from ui.compare_tab import Pair, facts_of, shown
from ui.outlines_box import Outlined, show_outlines
from ui.photos import read_once
from ui.progress import Bar, reporter
from ui.service.correcting import said_of
from ui.service.paint_service import PaintService
from ui.style_box import StyleFile
from ui.view_state import ViewState


def compare(
    service: PaintService,
    session_id: str,
    path: Path,
    name: str,
    both: dict[str, tuple[Settings, tuple[StyleFile, ...]]],
    bar: Bar,
    before: ViewState | None = None,
) -> Pair:
    """Paint a visitor's photo in two ways and write their previews.

    `both`: by title, the left one's first. Corrections of a painting `before` of the same photo
    hold for both.

    Raises: PhotoError, WeightError: with a sentence for the person. Cancelled: the visitor
    asked for it, or left.
    """
    session = service.sessions.of(session_id)
    report = reporter(session, bar)
    photo = read_once(session, path, name)
    pictures, facts = [], []
    for number, (settings, styles) in enumerate(both.values()):

        def told(progress: Progress, number: int = number) -> None:
            done, ends = ((number + part) / 2 for part in (progress.done, progress.ends))
            report(replace(progress, done=done, ends=ends))

        prompt, _ = said_of(session, before, path, photo, settings, styles)
        painting = service.paint(photo, settings, prompt=prompt, report=told, cache=session.cache)
        pictures.append(shown(session, painting))
        facts.append(facts_of(painting))
    (one, other), chosen = both, [settings for settings, _ in both.values()]
    return Pair(
        f"{path} {chosen[0].frame}",
        (one, other),
        (chosen[0], chosen[1]),
        (pictures[0], pictures[1]),
        (facts[0], facts[1]),
    )


def outline(
    service: PaintService,
    session_id: str,
    path: Path,
    name: str,
    settings: Settings,
    segmenters: Sequence[str],
    bar: Bar,
    *,
    styles: tuple[StyleFile, ...] = (),
) -> Outlined:
    """Paint a visitor's photo with several segmenters and write the previews and the sheet.

    Raises: PhotoError, ValueError, WeightError: with a sentence for the person. Cancelled: the
    visitor asked for it, or left.
    """
    session = service.sessions.of(session_id)
    report = reporter(session, bar)
    photo = read_once(session, path, name)
    said, _ = said_of(session, None, path, photo, settings, styles)
    compared = service.compare(
        photo, settings, segmenters, styles=said.styles, drawn=said.mended, report=report,
        cache=session.cache,
    )  # fmt: skip
    return show_outlines(session, compared, frame(photo, settings.frame))
