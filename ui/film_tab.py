"""The tab "Film": a film painted picture by picture, with the people in it and its own sound."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from pipeline.settings import Settings, options
from pipeline.variants import PAINTERS, needs_style
from ui import camera
from ui.available import available_choices
from ui.style_box import titled
from ui.words import label, say

ABOUT = label(
    "A film instead of a photo: every picture of it is painted, faces stay, and so does the sound. "
    "Two seconds first show how it will look. Films leave the faces' proportions as they are."
)
TRIED_S, TRIED_PX = 2.0, 1280  # of a film that are tried, and their long side at most
FAST, STROKES = "fast", "strokes"
WAYS = [(label(painter.label), key) for key, painter in PAINTERS.items()]
STYLE, PORTRAIT = (
    next(option for option in options() if option.flag == flag)
    for flag in ("fast_style", "portrait_style")
)
LISTS = {FAST: STYLE, "tps": PORTRAIT}  # what each way paints like


@dataclass
class FilmTab:
    """The tab's components.

    `start`, `end`: of the part that is painted, seconds; no end: up to the film's own.
    """

    film: gr.Video
    painted: gr.Video
    way: gr.Dropdown
    style: gr.Dropdown
    start: gr.Number
    end: gr.Number
    sample: gr.Button
    paint: gr.Button
    cancel: gr.Button
    notes: gr.HTML
    doing: gr.HTML
    camera: gr.HTML
    live_style: gr.Dropdown

    @property
    def fields(self) -> list[Block]:
        """The components that say what is painted, and how."""
        return [self.film, self.way, self.style, self.start, self.end]

    @property
    def styles(self) -> list[gr.Dropdown]:
        """The lists of known pictures and of a person's own styles."""
        return [self.style, self.live_style]


def lay_out() -> FilmTab:
    """Make the tab's components; call it inside the tab."""
    gr.HTML(f"<p>{ABOUT}</p>", elem_classes=["hint"])
    with gr.Row(equal_height=True, elem_id="films"):
        film = gr.Video(
            label=label("Your film"), sources=["upload", "webcam"], height=300, elem_id="film-given"
        )
        with gr.Column(elem_id="film-result", min_width=240):
            painted = gr.Video(
                label=label("Painted"), interactive=False, height=300, elem_id="film-painted",
                buttons=["download"],
            )  # fmt: skip
            doing = gr.HTML(elem_classes=["doing"], apply_default_css=False)
    with gr.Row(elem_id="film-how"):
        way = gr.Dropdown(
            WAYS, value=STROKES, label=label("Painted by"), filterable=False, min_width=300,
            elem_id="film-way",
        )  # fmt: skip
        style = gr.Dropdown(
            available_choices(STYLE), value=STYLE.default, label=label("Like"), filterable=False,
            min_width=260, visible=False, elem_id="film-style",
        )  # fmt: skip
        start = gr.Number(0, label=label("From, s"), minimum=0, min_width=80, elem_id="film-start")
        end = gr.Number(
            0, label=label("To, s (0: end)"), minimum=0, min_width=80, elem_id="film-end"
        )
    with gr.Row():
        sample = gr.Button(label("Try two seconds"), elem_id="film-sample", min_width=130)
        paint = gr.Button(
            label("Paint the film"), variant="primary", elem_id="film-paint", min_width=130
        )
        cancel = gr.Button(
            label("Cancel"), variant="stop", elem_id="cancel-film", min_width=90, visible=False
        )
    notes = gr.HTML(elem_id="film-notes", elem_classes=["notes"])
    with gr.Accordion(
        label("Live: what your camera sees, as a painting"), open=False, elem_id="live"
    ):
        live_style = gr.Dropdown(
            available_choices(STYLE),
            value=STYLE.default,
            label=label("Like"),
            filterable=False,
            elem_id="live-style",
        )
        seen = camera.lay_out()
    return FilmTab(
        film, painted, way, style, start, end, sample, paint, cancel, notes, doing, seen,
        live_style,
    )  # fmt: skip


def follow(painter: str, *chosen: str) -> list[dict[str, object]]:
    """Let a film be painted as a photo is, in the look that is chosen.

    `chosen`: what each way of `LISTS` paints like.
    """
    like = dict(zip(LISTS, chosen, strict=True)).get(painter)
    return [gr.update(value=painter), listed(painter, like)]


def follow_style(way: str, painter: str, chosen: str) -> list[dict[str, object]]:
    """Let a film be painted like what is chosen for a way of painting, if photos are painted so."""
    if painter != way:
        return [gr.skip(), gr.skip()]
    return [gr.update(value=way), listed(way, chosen)]


def listed(way: str, chosen: str | None) -> dict[str, object]:
    """Show what a way of painting paints like, and which of that is chosen, if it is known."""
    known = available_choices(LISTS[way]) if way in LISTS else []
    if not known:
        return gr.update(visible=way in LISTS)
    value = chosen if chosen in [key for _, key in known] else known[0][1]
    return gr.update(visible=True, choices=known, value=value)


def unfold(way: str, painter: str, mood: str, chosen: str) -> list[dict[str, object]]:
    """Show the known pictures that a film is painted like, and the box for others, where it is."""
    return [
        listed(way, chosen),
        gr.update(visible=needs_style(painter, mood) or needs_style(way, mood)),
        *titled(like=PAINTERS[painter].needs_style or PAINTERS[way].needs_style),
    ]


def settings_for(settings: Settings, way: object, style: object) -> Settings:
    """Return the settings that a film is painted by.

    Raises: ValueError: no such way, or no such style.
    """
    like = {LISTS[str(way)].flag: str(style)} if way in LISTS else {}
    return settings.changed(painter=str(way), fast_mix=0.0, paint=True, **like)


def span_of(start: object, end: object) -> tuple[float, float | None]:
    """Read from where to where a film is painted, in seconds; an end of 0 is the film's own.

    Raises: ValueError: the end lies before the start.
    """
    first = _seconds(start) or 0.0
    last = _seconds(end) or None
    if last is not None and last <= first:
        raise ValueError(
            say(
                "The film would end at {last} s, not after its start at {first} s; choose anew.",
                last=last,
                first=first,
            )
        )
    return first, last


def _seconds(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(
            say("Seconds from 0 on were wanted, found {found}.", found=repr(str(value)[:20]))
        )
    return float(value)
