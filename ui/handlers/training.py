"""Teaching a style."""

import shutil
from functools import partial
from pathlib import Path

import gradio as gr

from pipeline.io.atomic import write_whole
from pipeline.runtime.own_files import ENDING, MOST_LABEL, styles_folder
from pipeline.runtime.portrait_style_files import AGAIN, install, read
from pipeline.weights.cache import digest_of
from pipeline.weights.catalog import WeightError
from training.told_progress import looks_in
from ui import train_tab, trainings
from ui.errors import told
from ui.handlers.base import Base
from ui.notes import note
from ui.result_panel import Updates
from ui.session import Session
from ui.train_tab import Shown
from ui.trainings import Asked, Training, TrainingError
from ui.viewer import served
from ui.widgets import offered
from ui.words import label, later, say

SHEET, ADDED = (
    "sheet.png",
    "added",
)  # its hash as it was added to the styles, in a training's folder
MOST_VERSIONS = 2  # of a picture that is shown: a browser may be loading the last but one
GONE = later(
    "This training is no longer here: it was deleted a day after its last step. Start over."
)
ANOTHER = later("Ask for the file again where you have it from, or teach the style anew here.")
NO_PICTURES = later("No pictures came; drop 5 to 50 painted portraits.")


class TrainingHandlers(Base):
    """Teaching a style."""

    def find_training(self, request: gr.Request, key: str) -> Updates:
        """Show the training whose secret this browser remembers."""
        training = self.service.trainings.find(key)
        if training is None:
            return {self.parts.train_tab.key: ""}
        return {**self._training(request, training), self.parts.train_tab.key: key}

    def follow_training(self, request: gr.Request, key: str, seen: object) -> Updates:
        """Show how far it is."""
        training = self.service.trainings.find(key)
        if training is None:
            return self._no_training()
        return self._training(request, training, seen)

    def add_portraits(self, request: gr.Request, files: list[str] | None, key: str) -> Updates:
        """Add pictures to a visitor's training, or begin one, and look at them."""
        tab, all_ = self.parts.train_tab, self.service.trainings
        with told():
            self._check_on()
            if not files:
                raise TrainingError(NO_PICTURES)
            self._session(request).use(*map(Path, files))
            training, secret = all_.find(key), key
            if training is None:
                training, secret = all_.open()
            all_.add(training, [Path(file) for file in files])
            return {
                **self._training(request, training),
                tab.key: secret,
                tab.pictures: gr.update(value=None),
            }

    def begin_training(
        self, request: gr.Request, key: str, named: str, made: str, minutes: float
    ) -> Updates:
        """Begin to learn, or go on."""
        with told():
            self._check_on()
            training = self._found(key)
            named = " ".join(named.split())[:MOST_LABEL] or say("My own style")
            asked = Asked(named, float(minutes), made == train_tab.PRINTED)
            self.service.trainings.learn(training, trainings.slug(named), asked)
            return self._training(request, training)

    def stop_training(self, key: str) -> Updates:
        """End early, and keep what is there."""
        with told():
            self.service.trainings.stop(self._found(key))
            return {
                self.parts.train_tab.stop: gr.update(interactive=False, value=label("Stopping"))
            }

    def discard_training(self, key: str, sure: bool) -> Updates:
        """End it and delete all of it; where it has begun to learn, ask first."""
        training, tab = self.service.trainings.find(key), self.parts.train_tab
        if training is not None:
            if training.asked is not None and not sure:
                return {tab.sure: True, tab.discard: gr.update(value=train_tab.SURE)}
            self.service.trainings.discard(training)
        return self._no_training()

    def install_training(self, key: str) -> Updates:
        """Add what was learned to the styles that this page offers."""
        with told():
            training = self._found(key)
            if training.file is None:
                raise TrainingError(GONE)
            added = training.folder / ADDED
            updates = self._installed(training.file, added.read_text() if added.exists() else "")
            added.write_text(digest_of(training.file))
            install = self.parts.train_tab.install
            return {**updates, install: gr.update(**train_tab.installing(added=True))}

    def install_file(self, path: str | None) -> Updates:
        """Add a style's file that was dropped in, after checks."""
        with told():
            if not path:
                return gr.skip()
            return self._installed(Path(path))

    def _installed(self, file: Path, before: str = "") -> Updates:
        """Install a file; it replaces none but itself, and what its training added `before`."""
        try:
            style = read(file)
        except WeightError as error:  # a command is nothing for a page's visitor
            raise TrainingError(str(error).replace(AGAIN, str(ANOTHER))) from error
        there = styles_folder() / f"{style.name}{ENDING}"
        if there.exists() and digest_of(there) not in (digest_of(file), before):
            raise TrainingError(
                say(
                    "There is another style of the name {name} here. Train this one under "
                    "another name, or ask whoever runs the page to rename that one.",
                    name=style.name,
                )
            )
        install(file)
        return {
            **{box: offered(flag) for flag, box in self.parts.open.items()},
            self.parts.train_tab.notes: note(
                [
                    say(
                        "“{style}” is among the styles now: Fine-tune, Painter, Like a painter's "
                        "portraits.",
                        style=style.label,
                    )
                ]
            ),
        }

    def _found(self, key: str) -> Training:
        training = self.service.trainings.find(key)
        if training is None:
            raise TrainingError(GONE)
        return training

    def _check_on(self) -> None:
        if trainings.is_off():
            raise TrainingError(say("Nobody can teach a style on this Space."))

    def _no_training(self) -> Updates:
        tab = self.parts.train_tab
        return {
            **train_tab.view(tab, Shown()),
            tab.key: "",
            tab.name: "",
            tab.pictures: gr.update(value=None, visible=True),
        }

    def _training(self, request: gr.Request, training: Training, seen: object = None) -> Updates:
        session = self._session(request)

        def show(file: Path) -> str:
            return _copied(session, training, file)

        sheet, progress = training.run / SHEET, training.progress
        file = training.file if progress and progress.phase == "kept" else None
        shown = Shown(
            progress,
            self.service.trainings.is_alive(training),
            train_tab.looks_shown(looks_in(training.run), training.run, show),
            training.asked,
            served(show(sheet)) if sheet.exists() else "",
            show(file) if file else "",
            bool(file and _is_added(file)),
            len(training.given),
        )
        return train_tab.view(self.parts.train_tab, shown, seen)


def _is_added(file: Path) -> bool:
    """Tell whether what a training has learned is among the styles as it is now."""
    there = styles_folder() / file.name
    return there.exists() and digest_of(there) == digest_of(file)


def _changed(file: Path) -> int:
    return file.stat().st_mtime_ns


def _copied(session: Session, training: Training, file: Path) -> str:
    """Copy a file to where the page may serve it; return the path, another for each version.

    A style keeps its name, which its download has.
    """
    mark = f"{training.folder.name}-{file.stat().st_mtime_ns}"
    to = session.folder / mark / file.name
    if not to.exists():
        with file.open("rb") as source:
            write_whole(to, partial(shutil.copyfileobj, source), overwrite=True)
        versions = sorted(
            session.folder.glob(f"{training.folder.name}-*/{file.name}"), key=_changed
        )
        for old in versions[:-MOST_VERSIONS]:
            shutil.rmtree(old.parent, ignore_errors=True)
    return str(to)
