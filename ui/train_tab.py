"""The tab "Train a style": portraits of a visitor's own become a painter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import gradio as gr
from gradio.blocks import Block

from pipeline.runtime.own_files import MOST_LABEL
from training.told_progress import Progress
from ui import trainings
from ui.notes import note
from ui.trainings import Asked
from ui.viewer import served
from ui.words import counted, label, later, percent, retold, say

ABOUT = label(
    "Teach a painter a manner of your own: drop 5 to 50 painted portraits of one kind, with clear "
    "faces that look toward us. They stay in a folder of this machine that only this browser finds "
    "again, until you start over or a day after the last step."
)
DROP, MORE_PICTURES = label("Painted portraits"), label("More portraits")
CONTENTS = Path(__file__).with_name("train_contents.html").read_text()
HOW_LONG = [
    (label("10 minutes, a try"), 10.0), (label("30 minutes"), 30.0), (label("90 minutes"), 90.0),
]  # fmt: skip
USUAL = 30.0
PAINTED, PRINTED = "painted", "printed"
MADE = [(label("Painted with a brush"), PAINTED), (label("Printed or drawn"), PRINTED)]
ESTIMATE = label(
    "This is the time on a processor core of its own; it takes longer while people paint here, "
    "for they come first. The page may be closed meanwhile."
)
ADD, THERE = label("Add it to the styles"), label("It is among the styles")
ADDED = later("Once it is added, everybody who uses this page can paint with it.")
SURE = label("Delete the pictures and what was learned?")
FAILED = later("The training stopped without saying why. Go on, or start over.")
BUSY = ("looking", "learning")  # phases in which a process works
MOST_UNFOLDED = 8  # reasons
MOST_NAMED = 2  # pictures with one reason; more are counted
POLL_S = 1.5


@dataclass
class TrainTab:
    """The tab's components.

    `key`: the visitor's secret, which the browser remembers. `seen`: what is shown, so that what
    stays is not sent again. `sure`: whether it was asked if what was learned shall go.
    """

    pictures: gr.File
    faces: gr.HTML
    how: gr.Row
    name: gr.Textbox
    made: gr.Radio
    minutes: gr.Radio
    begin: gr.Button
    stop: gr.Button
    discard: gr.Button
    doing: gr.HTML
    samples: gr.HTML
    download: gr.DownloadButton
    install: gr.Button
    notes: gr.HTML
    given: gr.UploadButton
    key: gr.Textbox
    seen: gr.State
    sure: gr.State
    timer: gr.Timer

    @property
    def outputs(self) -> list[Block]:
        """The components that a training's state is shown by."""
        return [
            self.pictures, self.faces, self.how, self.begin, self.stop, self.discard, self.doing,
            self.samples, self.name, self.made, self.minutes, self.download, self.install,
            self.notes, self.key, self.seen, self.sure, self.timer,
        ]  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What is known of a visitor's training.

    `looks`: what was said of each picture, with the address of a small one where there is a face.
    `asked`: how it was begun. `sheet`: the address of the samples. `file`: of the style's copy.
    `added`: whether that file is among the styles. `given`: how many pictures it has to look at.
    """

    progress: Progress | None = None
    alive: bool = False
    looks: tuple[tuple[str, str, str, str], ...] = ()  # name, reason, warning, tile
    asked: Asked | None = None
    sheet: str = ""
    file: str = ""
    added: bool = False
    given: int = 0

    @property
    def phase(self) -> str:
        """What goes on: nothing, looking, looked, learning, interrupted, kept, failed."""
        if self.progress is None:
            return "looking" if self.alive else "nothing"
        phase = self.progress.phase
        if phase in ("looking", "learning") and not self.alive:
            return "interrupted" if phase == "learning" else "failed"
        return phase


def lay_out() -> TrainTab:
    """Make the tab's components; call it inside the tab."""
    off = trainings.is_off()
    gr.HTML(f"<p>{label(trainings.OFF.text) if off else ABOUT}</p>", elem_classes=["hint"])
    pictures = gr.File(
        label=DROP, file_count="multiple", height=150, elem_id="train-pictures", visible=not off
    )
    faces = gr.HTML(elem_id="train-faces", apply_default_css=False)
    with gr.Row(visible=False, elem_id="train-how") as how:
        name = gr.Textbox(
            label=label("Its name"), placeholder=label("Grandmother's portraits"),
            max_length=MOST_LABEL, min_width=180, elem_id="train-name",
        )  # fmt: skip
        made = gr.Radio(
            MADE, value=PAINTED, label=label("They are"), min_width=200, elem_id="train-made"
        )
        minutes = gr.Radio(
            HOW_LONG, value=USUAL, label=label("How long it learns"), info=ESTIMATE, scale=2,
            min_width=260, elem_id="train-minutes",
        )  # fmt: skip
    notes = gr.HTML(elem_id="train-notes", elem_classes=["notes"])
    doing = gr.HTML(elem_id="train-doing", apply_default_css=False)
    with gr.Row(elem_id="train-acts"):
        begin = gr.Button(
            label("Begin"),
            variant="primary",
            visible=False,
            size="md",
            elem_id="train-begin",
            min_width=120,
        )
        stop = gr.Button(
            label("Stop and keep"), visible=False, size="md", elem_id="train-stop", min_width=120
        )
        download = gr.DownloadButton(
            label("Download the style"),
            visible=False,
            size="md",
            elem_id="train-download",
            min_width=150,
        )
        install = gr.Button(ADD, visible=False, size="md", elem_id="train-install", min_width=190)
        discard = gr.Button(
            label("Start over"),
            variant="stop",
            visible=False,
            size="md",
            elem_id="train-discard",
            min_width=100,
        )
    samples = gr.HTML(elem_id="train-samples", apply_default_css=False)
    given = gr.UploadButton(
        label("Add a style's file that you have"), file_types=[".safetensors"], size="sm",
        elem_id="train-given",
    )  # fmt: skip
    if not off:
        gr.HTML(html_template=CONTENTS, elem_id="train-more", elem_classes=["size"])
    key = gr.Textbox(visible="hidden", elem_id="train-key", elem_classes=["unseen"])
    return TrainTab(
        pictures, faces, how, name, made, minutes, begin, stop, discard, doing, samples, download,
        install, notes, given, key, gr.State(), gr.State(value=False),
        gr.Timer(POLL_S, active=False),
    )  # fmt: skip


def view(tab: TrainTab, shown: Shown, seen: object = None) -> dict[Block, object]:
    """Show a training; what is `seen` already is left as it is."""
    phase, progress = shown.phase, shown.progress
    moving: dict[Block, object] = {tab.doing: doing_of(shown), tab.samples: samples_of(shown)}
    mark = (phase, shown.looks, shown.file, shown.added, bool(progress and progress.said))
    if mark == seen:
        return moving
    ready = phase in ("looked", "interrupted", "failed", "kept") and can_begin(shown)
    said = retold(progress.said) if progress and phase in ("looked", "failed") else ""
    if phase == "failed" and not said:
        said = str(FAILED)
    unfinished, ends = bool(progress and progress.done < 1), phase == "kept" and bool(shown.file)
    begins = ready and (phase != "kept" or unfinished)
    return {
        **moving,
        tab.pictures: gr.update(
            visible=phase in ("nothing", "looked"),
            label=MORE_PICTURES if phase == "looked" else DROP,
            height=150 if phase == "nothing" else 130,
        ),
        tab.faces: faces_of(shown),
        tab.how: gr.update(visible=begins),
        **(_asked(tab, shown.asked) if shown.asked else {}),
        tab.begin: gr.update(
            visible=begins,
            value=label("Begin") if phase == "looked" else label("Go on"),
            interactive=True,
        ),
        tab.stop: gr.update(
            visible=phase == "learning", interactive=True, value=label("Stop and keep")
        ),
        tab.discard: gr.update(
            visible=phase != "nothing",
            value=label("Cancel") if phase in BUSY else label("Start over"),
        ),
        tab.download: gr.update(visible=phase == "kept", value=shown.file or None),
        tab.install: gr.update(visible=ends, **installing(added=shown.added)),
        tab.notes: note([said] if said else [str(ADDED)] if ends and not shown.added else []),
        tab.seen: mark,
        tab.sure: False,
        tab.timer: gr.Timer(active=phase in BUSY),
    }


def _asked(tab: TrainTab, asked: Asked) -> dict[Block, object]:
    made = PRINTED if asked.printed else PAINTED
    return {tab.name: asked.label, tab.made: made, tab.minutes: asked.minutes}


def installing(*, added: bool) -> dict[str, object]:
    """Say whether what was learned is among the styles, or can be added."""
    return {"value": THERE if added else ADD, "interactive": not added}


def can_begin(shown: Shown) -> bool:
    """Tell whether the pictures suffice."""
    said = shown.progress.said if shown.progress and shown.progress.phase == "looked" else ""
    return not said and any(tile for *_, tile in shown.looks)


def faces_of(shown: Shown) -> str:
    """Make HTML of the faces with their points, and of the pictures that are left out."""
    good = [each for each in shown.looks if each[3]]
    bad = [each for each in shown.looks if not each[3]]
    figures = "".join(
        f"<figure title='{escape(name)}'><img src='{escape(tile)}' alt='{escape(name)}'></figure>"
        for name, _, _, tile in good
    )
    left = _by_reason([(name, reason) for name, reason, _, _ in bad])
    warned = _by_reason([(name, warning) for name, _, warning, _ in good if warning])
    count = counted("{n} face to learn from", "{n} faces to learn from", len(good))
    out = counted("{n} left out", "{n} left out", len(bad))
    return "".join((
        f"<p class='count'>{count}</p><div class='faces'>{figures}</div>" if good else "",
        _folded(out, left, unfolded=len(left) <= MOST_UNFOLDED),
        _folded(say("To look at again"), warned, unfolded=False),
    ))  # fmt: skip


def _by_reason(said: Sequence[tuple[str, str]]) -> list[str]:
    """Make HTML of each reason, with the names of the pictures that it is said of."""
    names: dict[str, list[str]] = {}
    for name, reason in said:
        names.setdefault(reason, []).append(name)
    rows = []
    for reason, all_ in names.items():
        more = len(all_) - MOST_NAMED
        some = ", ".join(f"<b>{escape(name)}</b>" for name in all_[: MOST_NAMED + (more == 1)])
        if more > 1:
            some = say("{names} and {n} more", names=some, n=more)
        rows.append(f"{some}: {escape(retold(reason))}")
    return rows


def _folded(summary: str, rows: Sequence[str], *, unfolded: bool) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{row}</li>" for row in rows)
    opened = " open" if unfolded else ""
    return f"<details{opened}><summary>{summary}</summary><ul>{items}</ul></details>"


def doing_of(shown: Shown) -> str:
    """Make HTML of how far it is."""
    phase, progress = shown.phase, shown.progress
    done = progress.done if progress else 0.0
    so_far = percent(done)
    words = {
        "looking": say(
            "Looking for faces: {n} of {all} pictures", n=len(shown.looks), all=shown.given
        ) if shown.looks else say("Getting ready to look at {all} pictures", all=shown.given),
        "learning": f"{say('Learning')}, {so_far}{left_of(progress)}",
        "interrupted": say(
            "It was interrupted at {percent}. Go on from there, or start over.", percent=so_far
        ),
        "kept": say("It has learned all it was given time for.") if done >= 1
        else say("Stopped at {percent}, and kept.", percent=so_far),
    }.get(phase, "")  # fmt: skip
    return f"<p style='--done: {done:.1%}'>{words}</p>" if words else ""


def samples_of(shown: Shown) -> str:
    """Make HTML of what it paints by now."""
    if not shown.sheet or shown.phase not in ("learning", "interrupted", "kept"):
        return ""
    learning = shown.phase == "learning"
    about = (
        say("Photos, and below them what is painted of them: a new one every minute or two.")
        if learning
        else say("Photos, and below them what is painted of them, as it has learned.")
    )
    alt = escape(say("Photos, and what is painted of them by now"))
    return f"<img src='{escape(shown.sheet)}' alt='{alt}'><p>{escape(about)}</p>"


def left_of(progress: Progress | None) -> str:
    """Say how long it still takes, by the pace of late."""
    if progress is None or not progress.steps:
        return f", {say('beginning')}"
    if progress.left_s is None:
        return ""
    minutes = round(progress.left_s / 60)
    return f", {say('about {n} min left', n=max(1, minutes))}"


def looks_shown(
    rows: Sequence[dict[str, str]], run: Path, show: Callable[[Path], str]
) -> tuple[tuple[str, str, str, str], ...]:
    """Return what was said of pictures, with the addresses at which `show` puts small ones."""
    return tuple(
        (row["name"], row["reason"], row["warning"],
         served(show(run / row["tile"])) if row["tile"] else "")
        for row in rows
    )  # fmt: skip
