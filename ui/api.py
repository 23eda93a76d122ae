"""The page's API, also as tools of MCP: `/paint`, its fields made from `Settings`, and `/parse`."""

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.api_component import Api

from pipeline.cli.jobs import describe_face, record
from pipeline.io.encode import write_labels
from pipeline.io.image_files import read_photo
from pipeline.settings import Option, Settings
from pipeline.settings.short import short
from pipeline.steps.ways import in_strokes
from pipeline.types import Painting, Photo, PhotoError
from pipeline.variants import FILM_SECONDS, OWN_NAME
from ui.available import available_choices
from ui.errors import told
from ui.film_tab import span_of
from ui.prompts import PROMPT_HELP, prompt_from
from ui.service import PaintService
from ui.service.filming import paint_film
from ui.session_files import private_folder
from ui.style_box import files_of
from ui.view_state import path_of, write_painting, write_timelapse
from ui.widgets import OPTIONS, from_values

ABOUT = """Paint a photo and keep the person's own face.

`style` and `other_style` are the pictures that the painter portrait-aware paints it like;
`style_mask` is white where the first one's style counts.

Returns the painting as a full-size PNG, which carries its settings, a report, and, where
`timelapse_seconds` are given, a film (MP4) of it being painted. The report: photo, result,
settings, seconds by stage, weights (name, sha256, unpinned: whether nobody states that hash), faces
(box, eye centers, mouth corners, score; likeness: how much it is like the photo's, 1 for the same,
0.5 for another photo of the person; of restoration: how far, why it was left alone, blur,
confidence), prompt, skipped (stage: reason), notes. A value out of range is refused."""

ABOUT_PARSE = """Tell what a portrait photo shows, pixel by pixel, and where its faces are.

Returns the classes as an indexed PNG, at the size at which the photo is painted, and a report: the
classes' names in the order of their indices with each one's share of the picture, faces (box, eye
centers, mouth corners, score) in the picture's px, notes."""
CLASSES = (
    "background", "person", "skin", "left brow", "right brow", "left eye", "right eye", "lips",
    "teeth",
)  # fmt: skip
ABOUT_VIDEO = """Paint a film: every picture of it, with the people in it, and its own sound.

`start` and `end` are seconds; without an end it is painted up to its own. `style` is the picture
that the painter portrait-aware paints it like.

Returns the painted film (MP4), of the same size, number of pictures and times, and a report: film,
result, settings, notes. A value out of range is refused."""
ONLY_SEEN = {"paint": False, "restore": False, "keep_face": False}

FILM = "timelapse_seconds"
SPAN = ("start", "end")

ABOUT_WEIGHT = (
    "Where two pictures are mixed, how much the other one's style counts, above 0 and below 1."
)
WEIGHT = {"type": "number", "description": ABOUT_WEIGHT, "additional_description": ABOUT_WEIGHT}

LEAST, _, MOST = FILM_SECONDS
ABOUT_SECONDS = (
    f"How long a film of the painting being painted takes, {LEAST:g} to {MOST:g} s; none without."
)
SECONDS = {
    "type": "number", "minimum": LEAST, "maximum": MOST, "description": ABOUT_SECONDS,
    "additional_description": ABOUT_SECONDS,
}  # fmt: skip


def add_api(service: PaintService, concurrency_id: str) -> None:
    """Publish `/paint` and `/parse`; call it inside `gr.Blocks`."""
    photo, style, other, mask = (
        gr.File(visible=False, label=label, type="filepath")
        for label in ("Photo", "Style", "Other style", "Style mask")
    )
    fields = [Api(option.default, schema(option), option.label) for option in OPTIONS]
    fields += [Api(None, prompt_schema(name), name.capitalize()) for name in PROMPT_HELP]
    fields += [style, other, Api(0.5, WEIGHT, "Style share"), mask]
    fields += [Api(None, SECONDS, "Seconds of a film")]
    painting, film = (gr.File(visible=False, label=label) for label in ("Painting", "Film"))
    outputs = [painting, Api(None, {"type": "object"}, "Report"), film]
    how: dict[str, Any] = {
        "preprocess": False, "concurrency_id": concurrency_id, "show_progress": "hidden",
    }  # fmt: skip
    gr.on(
        [],
        endpoint(service),
        [photo, *fields],
        outputs,
        api_name="paint",
        api_description=ABOUT,
        **how,
    )
    labels = gr.File(visible=False, label="Classes")
    gr.on(
        [],
        parsing(service),
        [photo],
        [labels, Api(None, {"type": "object"}, "Report")],
        api_name="parse",
        api_description=ABOUT_PARSE,
        **how,
    )

    film_given, film_made = (
        gr.File(visible=False, label=each) for each in ("Film", "Painted film")
    )
    gr.on(
        [],
        filming(service),
        [
            film_given,
            *(Api(o.default, schema(o), o.label) for o in OPTIONS),
            style,
            *map(_seconds_field, SPAN),
        ],
        [film_made, Api(None, {"type": "object"}, "Report")],
        api_name="video",
        api_description=ABOUT_VIDEO,
        **how,
    )


def _seconds_field(name: str) -> Api:
    about = f"The {name} of what is painted, in seconds."
    return Api(
        None,
        {"type": "number", "minimum": 0, "description": about, "additional_description": about},
        name.capitalize(),
    )


def filming(service: PaintService) -> Any:  # noqa: ANN401 - its signature is made from Settings
    """Make the handler of `/video`: a parameter for every setting, then the span's."""

    def video(film: dict[str, Any] | None, *values: object) -> tuple[str, dict[str, Any]]:
        with told(html=False):
            if not film or not film.get("path"):
                raise PhotoError("Wanted a film, found none; pass film=handle_file(PATH).")
            settings = from_values(values[: len(OPTIONS)])
            style, *span = values[len(OPTIONS) :]
            start, end = span_of(*span)
            styles = files_of(settings, style, None, None, None)
            path, said = paint_film(
                service, None, Path(film["path"]), settings, start, end, styles=styles
            )
            name = Path(film.get("orig_name") or film["path"]).name
            report = {"film": name, "result": path.name, "settings": settings.flat()}
            return str(path), report | {"notes": list(said)}

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    named = [
        inspect.Parameter("film", kind),
        *(inspect.Parameter(o.flag, kind, default=o.default) for o in OPTIONS),
        *(inspect.Parameter(name, kind, default=None) for name in ("style", *SPAN)),
    ]
    video.__signature__ = inspect.Signature(named)  # pyright: ignore[reportFunctionMemberAccess]
    return video


def parsing(service: PaintService) -> Any:  # noqa: ANN401 - a handler
    """Make the handler of `/parse`."""

    def parse(photo: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        with told(html=False):
            seen = service.paint(photo_in(photo), Settings().changed(**ONLY_SEEN))
            if seen.parse is None:
                raise ValueError("A photo is always parsed.")
            file = path_of(private_folder(), seen.photo.name, "classes.png")
            file.parent.mkdir(parents=True, exist_ok=True)
            write_labels(file, seen.parse)
            return str(file), {
                "classes": {
                    name: round(float((seen.parse == index).mean()), 4)
                    for index, name in enumerate(CLASSES)
                },
                "faces": [describe_face(face) for face in seen.faces],
                "notes": list(seen.photo.notes),
            }

    return parse


def photo_in(field: dict[str, Any] | None) -> Photo:
    """Read the photo that a program gave.

    Raises: gr.Error: there is none. PhotoError: it cannot be read.
    """
    if not field or not field.get("path"):
        raise gr.Error(
            "Wanted a photo file, found none; pass photo=handle_file(PATH).", print_exception=False
        )
    name = Path(field.get("orig_name") or "photo").stem
    return read_photo(Path(field["path"]), name=name)


def endpoint(service: PaintService) -> Any:  # noqa: ANN401 - its signature is made from Settings
    """Make the handler: a parameter for every setting, then those of `PROMPT_HELP` and styles."""

    def paint(
        photo: dict[str, Any] | None, *values: object
    ) -> tuple[str, dict[str, Any], str | None]:
        with told(html=False):
            *rest, seconds = values[len(OPTIONS) :]
            seconds = seconds_of(seconds)
            settings = from_values(values[: len(OPTIONS)])
            how = settings.paint
            if seconds is not None and not (how.on and in_strokes(how)):
                raise PhotoError(f"{FILM} is for the painter strokes; pass painter='strokes'.")
            prompt = prompt_from(*rest[: len(PROMPT_HELP)])
            styles = files_of(settings, *rest[len(PROMPT_HELP) :])
            prompt = replace(prompt, styles=tuple(file.read() for file in styles))
            painting = service.paint(photo_in(photo), settings, prompt=prompt)
            folder = private_folder()
            film = None
            if seconds is not None:
                film = str(write_timelapse(painting, folder, seconds, lambda _: None))
            file = write_painting(painting, folder)
            return str(file), report_of(painting, file), film

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    named = [
        inspect.Parameter("photo", kind),
        *(inspect.Parameter(o.flag, kind, default=o.default) for o in OPTIONS),
    ]
    named += [
        inspect.Parameter(name, kind, default=None)
        for name in (*PROMPT_HELP, "style", "other_style", "style_share", "style_mask", FILM)
    ]
    paint.__signature__ = inspect.Signature(named)  # pyright: ignore[reportFunctionMemberAccess]
    return paint


def seconds_of(value: object) -> float | None:
    """Return how long a film is wanted to be; None where none is.

    Raises: PhotoError: it is no such length.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not LEAST <= value <= MOST:
        raise PhotoError(f"{FILM} wants {LEAST:g} to {MOST:g}; found {short(value)}.")
    return float(value)


def schema(option: Option) -> dict[str, Any]:
    """Describe an option as a JSON schema, with its help and range."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    limits = {"minimum": option.low, "maximum": option.high} if option.is_number else {}
    choices = {"enum": list(option.choices)} if option.choices else {}
    about = f"{option.help} {option.range_text}"
    if option.open:  # files come and go while the page runs
        known = [choice for _, choice in available_choices(option)]
        choices = {"pattern": f"^{OWN_NAME}$", "examples": known}
    return {
        "type": kinds[option.kind],
        **limits,
        **choices,
        "description": about,
        "additional_description": about,
    }


def prompt_schema(name: str) -> dict[str, Any]:
    """Describe `points`, `box` or `faces` as a JSON schema, with its help."""
    about = PROMPT_HELP[name]
    return {"type": "array", "items": {}, "description": about, "additional_description": about}


def report_of(painting: Painting, file: Path) -> dict[str, Any]:
    """Report what the command line reports of a photo, and what the page would note."""
    made = record(
        painting.photo.name, file.name, painting.settings, painting, seconds=painting.seconds
    )
    return made | {"notes": [*painting.hints, *painting.photo.notes]}
