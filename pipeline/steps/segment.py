"""Decide what is kept: as the chosen segmenter outlines it, then as a person corrects it."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.runtime import Loaded, Models
from pipeline.settings import Settings
from pipeline.stages.correct import correct, select
from pipeline.stages.detect import Seen
from pipeline.stages.draw import draw
from pipeline.stages.parse import CloseLook, look_closest, nine_classes
from pipeline.stages.prompt import Embedding, embed
from pipeline.stages.segment import edge_px
from pipeline.stages.separate import parted
from pipeline.steps.run import Run, ignore
from pipeline.steps.segmenters import SEGMENTERS, Scene, Segmenter
from pipeline.types import Click, Image, Labels, Mask, Prompt

POINTER = "sam_light"  # what follows clicks and boxes where the segmenter itself cannot be shown any

SURE, SOMEBODY = 0.5, 0.02  # probability of a person; share of the photo's pixels from which on it is one


@dataclass(frozen=True)
class Outline:
    """Nine classes at working size, and the kept region, None with neither a face nor a prompt. `key`: all that they depend on."""

    labels: Labels
    mask: Mask | None
    key: Hashable


def outline_people(
    run: Run, original: Image, restored: Image | None, seen: Seen, settings: Settings, models: Models, prompt: Prompt
) -> Outline:
    """Parse the restored faces again and decide what is kept, as the paper does: after restoration.

    Then follow the prompt: box, clicks and, last, the drawing, which needs no network.
    """
    segmenter = SEGMENTERS[settings.segment.segmenter]
    person, made_by = original if restored is None else restored, person_key(run, restored, settings, prompt)
    parser, parsed_by = run.parser(models, settings.weights)
    network = _network(run, segmenter, seen, settings, models)

    def look_again() -> tuple[CloseLook, ...]:
        return tuple(look_closest(person, np.concatenate([f.eyes, f.mouth]), parser.close) for f in seen.faces)

    def outline() -> Outline:
        views = ()
        if segmenter.closer:
            views = seen.views if restored is None else run.kept(("look again", made_by), look_again)
        parts = parted(person, seen.whole, views)
        if not seen.faces:
            return Outline(nine_classes(parts), None, base)
        embedding = embedded(run, original, network) if network and segmenter.promptable else None
        scene = Scene(person, parts, seen.faces, settings.segment.kept, network, embedding)
        return Outline(nine_classes(parts), segmenter.outline(scene), base)

    base = settings.segment, settings.detect, made_by, parsed_by, network and network.use, tuple(face.box for face in seen.faces)
    if not prompt.correcting:
        if not seen.faces:
            run.skipped["segment"] = "No face was found."
        return run.stage("segment", (base, None), outline)
    pointer = None
    if prompt.pointing:
        pointer = run.using(network if network and segmenter.promptable else models.named(_pointer(segmenter), settings.weights))

    def follow() -> Outline:
        found = run.kept(("segment", (base, None)), outline)
        mask = np.zeros(original.shape[:2], np.float32) if found.mask is None else found.mask
        if pointer:
            mask = followed(run, original, person, mask, seen, pointer, prompt, base)
        return Outline(found.labels, draw(mask, prompt.drawn) if prompt.drawn else mask, pointed)

    pointed = base, (pointer and pointer.use, prompt)
    return run.stage("segment", pointed, follow)


def outline_person(run: Run, original: Image, seen: Seen, settings: Settings, models: Models) -> Mask | None:
    """Return where people are, (H, W) in [0, 1], as the chosen segmenter outlines them; None where nobody is.

    Without a face there is nothing to show a segmenter, and the parser's one look at the whole decides.
    """
    if seen.faces:
        whole = settings.model_copy(update={"segment": settings.segment.model_copy(update={"kept": "person"})})
        return outline_people(replace(run, report=ignore), original, None, seen, whole, models, Prompt()).mask
    person = 1 - parted(original, seen.whole, ())[..., 0]
    return person if (person > SURE).mean() > SOMEBODY else None


def _pointer(segmenter: Segmenter) -> str:
    return segmenter.network if segmenter.promptable and segmenter.network else POINTER


def _network(run: Run, segmenter: Segmenter, seen: Seen, settings: Settings, models: Models) -> Loaded | None:
    """Return the segmenter's own network where it has one and something to do."""
    if segmenter.network is None or not seen.faces:
        return None
    if segmenter.persons_only and settings.segment.kept != "person":
        run.hints.append(f"{segmenter.network} knows persons only as a whole, so the whole person is kept.")
    return run.using(models.named(segmenter.network, settings.weights))


def embedded(run: Run, original: Image, network: Loaded) -> Embedding:
    """Return what a promptable network makes of the photo; every prompt after the first costs its decoder only."""
    return run.kept(("embedding", network.use), lambda: embed(original, network.run, side=network.entry.side))


def followed(run: Run, original: Image, person: Image, mask: Mask, seen: Seen, pointer: Loaded, prompt: Prompt, made_by: Hashable) -> Mask:
    """Return the mask as a prompt changes it: first by the box, then by each click. What fewer clicks made is kept, for undo, too."""
    embedding, decoder = embedded(run, original, pointer), pointer.prompt
    if decoder is None:
        raise ValueError(f"{pointer.entry.name} cannot be shown points.")
    px = edge_px(seen.faces, original.shape)

    def boxed() -> Mask:
        return mask if prompt.box is None else select(person, mask, embedding, decoder, prompt.box, edge_px=px)

    def after(clicks: tuple[Click, ...]) -> Mask:
        def corrected() -> Mask:
            return correct(person, after(clicks[:-1]), embedding, decoder, clicks, edge_px=px) if clicks else boxed()

        return run.kept(("followed", made_by, pointer.use, prompt.box, clicks), corrected)

    return after(prompt.points)


def person_key(run: Run, restored: Image | None, settings: Settings, prompt: Prompt) -> Hashable:
    """Return what the person's picture depends on beside the photo."""
    return None if restored is None else (settings.restore, prompt.faces, tuple(run.used))
