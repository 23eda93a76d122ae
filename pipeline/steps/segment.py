"""Decide what is kept: as the chosen segmenter outlines it, then as a person corrects it."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.runtime.models import Loaded
from pipeline.settings import Kept
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import FaceParse, Parser, nine_classes, parse_face
from pipeline.stages.segment.clicks import correct, select
from pipeline.stages.segment.color_models import refined_parts
from pipeline.stages.segment.region import edge_px
from pipeline.stages.segment.sam import Embedding, embed
from pipeline.stages.segment.scribbles import draw
from pipeline.steps.restore import person_of
from pipeline.steps.run import Keyed, Run, ignore
from pipeline.steps.segmenters import Scene
from pipeline.types import Click, Decoder, Drawing, Image, Labels, Mask, Prompt, Restoration
from pipeline.variants import SEGMENTERS, Segmenter

POINTER = "sam_light"  # what follows clicks and boxes where the segmenter cannot be shown any
# Probability of a person; part of the photo's pixels from which on somebody is there.
SURE, SOMEBODY = 0.5, 0.02
UNRESTORED = Keyed(Restoration(), "nothing")

Views = tuple[FaceParse, ...]


@dataclass(frozen=True)
class Outline:
    """Nine classes at working size, and the kept region, None with neither a face nor a prompt."""

    labels: Labels
    mask: Mask | None


def segment(run: Run, seen: Keyed[Detections], restored: Keyed[Restoration]) -> Keyed[Outline]:
    """Parse the restored faces again and decide what is kept, as the paper does: after restoration.

    Then follow the prompt: box, clicks and, last, the drawing, which needs no network.

    Raises: WeightError: a network is not at hand.
    """
    how, prompt = run.settings.segment, run.prompt
    segmenter = SEGMENTERS[how.segmenter]
    person, parser = person_of(run, restored), run.parser()
    network = _network(run, segmenter, seen.value)
    embedding = None
    if network and segmenter.promptable:
        embedding = run.made(embedded, run.original, network)
    views = run.made(_views, person, seen, parser) if _looks_again(segmenter, restored) else None
    found = (seen, views, person, how.segmenter, how.kept, network, embedding)
    if not prompt.correcting:
        if not seen.value.faces:
            run.skipped["segment"] = "No face was found."
        return run.stage("segment", _outlined, *found)
    outline = run.made(_outlined, *found)
    if prompt.pointing:
        pointer = network if network and segmenter.promptable else run.network(_pointer(segmenter))
        shown = embedding or run.made(embedded, run.original, pointer)
        outline = _followed(run, outline, (person, seen, shown, pointer), prompt)
    return run.stage("segment", _drawn_over, outline, person, prompt.drawn)


def segment_persons(run: Run, seen: Keyed[Detections]) -> Keyed[Mask | None]:
    """Outline whole persons with the chosen segmenter; None where nobody is.

    Without a face there is nothing to show a segmenter, and the parser's look at the whole decides.
    """
    if not seen.value.faces:
        return run.made(_somebody, run.original, seen)
    kept = run.settings.segment.model_copy(update={"kept": "person"})
    settings = run.settings.model_copy(update={"segment": kept})
    outline = segment(run.with_settings(settings, report=ignore, prompt=Prompt()), seen, UNRESTORED)
    return Keyed(outline.value.mask, outline.key)


def embedded(original: Image, network: Loaded) -> Embedding:
    """Return what a promptable network makes of the photo; every prompt costs its decoder only."""
    return embed(original, network.run, side=network.entry.side)


def _looks_again(segmenter: Segmenter, restored: Keyed[Restoration]) -> bool:
    return segmenter.closer and restored.value.picture is not None


def _network(run: Run, segmenter: Segmenter, seen: Detections) -> Loaded | None:
    """Return the segmenter's own network where it has one and something to do."""
    if segmenter.network is None or not seen.faces:
        return None
    if segmenter.persons_only and run.settings.segment.kept != "person":
        run.hints.append(
            f"{segmenter.network} knows persons only as a whole, so the whole person is kept."
        )
    return run.network(segmenter.network)


def _pointer(segmenter: Segmenter) -> str:
    return segmenter.network if segmenter.promptable and segmenter.network else POINTER


def _views(person: Image, seen: Detections, parser: Parser) -> Views:
    points = (np.concatenate([face.eyes, face.mouth]) for face in seen.faces)
    return tuple(parse_face(person, each, parser.close) for each in points)


def _outlined(
    seen: Detections, views: Views | None, person: Image, name: str, kept: Kept, network: Loaded | None,
    embedding: Embedding | None,
) -> Outline:  # fmt: skip
    segmenter = SEGMENTERS[name]
    closer = seen.views if views is None else views
    parts = refined_parts(person, seen.whole, closer if segmenter.closer else ())
    if not seen.faces:
        return Outline(nine_classes(parts), None)
    scene = Scene(person, parts, seen.faces, kept, network, embedding)
    return Outline(nine_classes(parts), segmenter.load()(scene))


def _somebody(original: Image, seen: Detections) -> Mask | None:
    person = 1 - refined_parts(original, seen.whole, ())[..., 0]
    return person if (person > SURE).mean() > SOMEBODY else None


def _followed(
    run: Run, outline: Keyed[Outline], shown: tuple[object, ...], prompt: Prompt
) -> Keyed[Outline]:
    """Return the outline as a prompt changes it: by the box, then by each click.

    What fewer clicks made is kept, for undo, too.
    """
    if prompt.box is not None:
        outline = run.made(_boxed, outline, *shown, prompt.box)
    for count in range(1, len(prompt.points) + 1):
        outline = run.made(_clicked, outline, *shown, prompt.points[:count])
    return outline


def _boxed(
    outline: Outline, person: Image, seen: Detections, embedding: Embedding, pointer: Loaded,
    box: tuple[float, ...],
) -> Outline:  # fmt: skip
    px = edge_px(seen.faces, person.shape)
    mask = _mask(outline, person)
    kept = select(person, mask, embedding, decoder_of(pointer), box, edge_px=px)
    return replace(outline, mask=kept)


def _clicked(
    outline: Outline, person: Image, seen: Detections, embedding: Embedding, pointer: Loaded,
    clicks: tuple[Click, ...],
) -> Outline:  # fmt: skip
    px = edge_px(seen.faces, person.shape)
    mask = _mask(outline, person)
    kept = correct(person, mask, embedding, decoder_of(pointer), clicks, edge_px=px)
    return replace(outline, mask=kept)


def _drawn_over(outline: Outline, person: Image, drawing: Drawing | None) -> Outline:
    mask = _mask(outline, person)
    return replace(outline, mask=draw(mask, drawing) if drawing else mask)


def decoder_of(pointer: Loaded) -> Decoder:
    """Return what answers prompts.

    Raises: ValueError: the network cannot be shown any.
    """
    if pointer.prompt is None:
        raise ValueError(f"{pointer.entry.name} cannot be shown points.")
    return pointer.prompt


def _mask(outline: Outline, person: Image) -> Mask:
    return np.zeros(person.shape[:2], np.float32) if outline.mask is None else outline.mask
