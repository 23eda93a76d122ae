"""Outline the kept region: by the chosen segmenter, then as a person corrects it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.tensor import to_uint8
from pipeline.runtime.models import Loaded
from pipeline.settings import Kept
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import (
    Parser,
    Part,
    Probabilities,
    likeliest,
    merged,
    nine_classes,
    parse_face,
)
from pipeline.stages.segment.clicks import correct, select
from pipeline.stages.segment.color_models import background_of, refine_background
from pipeline.stages.segment.region import edge_px
from pipeline.stages.segment.sam import Embedding, embed, pixel_of
from pipeline.stages.segment.scribbles import draw
from pipeline.stages.segment.whose import who_stays, without_others
from pipeline.steps.parts import Views, parts_of
from pipeline.steps.restore import person_of
from pipeline.steps.run import Keyed, Run, ignore
from pipeline.steps.segmenters import Scene
from pipeline.types import Click, Decoder, Drawing, Image, Labels, Mask, Prompt, Restoration
from pipeline.variants import SEGMENTERS, Segmenter

POINTER = "sam_light"  # follows clicks and boxes where the chosen segmenter cannot
# Parts that a click may mean as a whole.
THINGS = (Part.PERSON, Part.HAIR, Part.HEADWEAR, Part.GLASSES, Part.BODY_SKIN)
NOT_THERE = "Nothing that stands out was found where you pointed; paint over what shall stay."
SPOT = 5e-4  # fraction of a photo below which what a click adds is but the spot it points at
SURE = 0.5  # probability from which on a pixel is a person's
SOMEBODY = 0.02  # fraction of such pixels from which on somebody is in the photo


@dataclass(frozen=True)
class Outline:
    """EasyPortrait's nine classes and the kept region, both at working size.

    `mask` is None where there is neither a face nor a prompt. `parts`: the parser's own classes.
    `scene`, `hair`: how likely each pixel is no person's, is hair: bytes, 255 for 1, to keep many
    outlines. `added`: likewise, how far each was added to what is kept by the prompt.
    """

    labels: Labels
    parts: Labels
    mask: Mask | None
    scene: NDArray[np.uint8]
    hair: NDArray[np.uint8]
    added: NDArray[np.uint8] | None = None


def segment(
    run: Run, detections: Keyed[Detections], restored: Keyed[Restoration]
) -> Keyed[Outline]:
    """Parse the restored faces again and outline the kept region, then apply the prompt.

    The outline comes after restoration, as in the paper. Of the prompt the box comes first, then
    the clicks and, last, the drawing, which needs no network.

    Raises: WeightError: a network is not available.
    """
    how = run.settings.segment
    prompt = run.prompt
    segmenter = SEGMENTERS[how.segmenter]
    person = person_of(run, restored)
    parser = run.parser()
    network = _network(run, segmenter, detections.value)
    embedding = None
    if network and segmenter.promptable:
        embedding = run.stage("segment", embedded, run.original, network)
    views = None
    if _parses_again(segmenter, restored):
        views = run.stage("segment", _views, person, detections, parser)
    parts = parts_of(run, person, detections, views, closer=segmenter.closer)
    stays = who_stays(detections.value.faces, how.faces, prompt.kept)
    found = (detections, parts, person, how.segmenter, how.kept, stays, network, embedding)
    if not prompt.correcting:
        if not detections.value.faces:
            run.skipped["segment"] = "No face was found."
        return run.stage("segment", _outlined, *found)
    outline = before = run.made(_outlined, *found)
    if prompt.pointing:
        pointer = network if network and segmenter.promptable else run.network(_pointer(segmenter))
        shown = embedding or run.stage("segment", embedded, run.original, pointer)
        seen = person, detections, shown, pointer
        outline = _followed(run, before, seen, prompt)
        if prompt.points:
            less = _followed(run, before, seen, replace(prompt, points=prompt.points[:-1]))
            if _missed(less.value.mask, outline.value.mask, prompt.points[-1]):
                run.hints.append(NOT_THERE)
    return run.stage("segment", _drawn_over, outline, before, person, prompt.drawn)


def segment_persons(run: Run, detections: Keyed[Detections]) -> Keyed[Mask | None]:
    """Outline whole persons with the chosen segmenter; None where nobody is in the photo.

    Without a face there is nothing to prompt a segmenter with, so the parse of the whole photo
    decides.
    """
    if not detections.value.faces:
        return run.made(_somebody, run.original, detections)
    settings = run.settings.changed(keep="person", kept_faces="all")
    persons = run.with_settings(settings, report=ignore, prompt=Prompt())
    outline = segment(persons, detections, run.made(Restoration))
    return Keyed(outline.value.mask, outline.key)


def embedded(original: Image, network: Loaded) -> Embedding:
    """Embed the photo for a promptable network; every prompt then costs only its decoder."""
    return embed(original, network.run, side=network.entry.side)


def _parses_again(segmenter: Segmenter, restored: Keyed[Restoration]) -> bool:
    return segmenter.closer and restored.value.picture is not None


def _network(run: Run, segmenter: Segmenter, detections: Detections) -> Loaded | None:
    """Load the segmenter's own network, where it has one and there is a face to outline."""
    if segmenter.network is None or not detections.faces:
        return None
    if segmenter.persons_only and run.settings.segment.kept != "person":
        run.hints.append(
            f"{segmenter.network} knows persons only as a whole, so the whole person is kept."
        )
    return run.network(segmenter.network)


def _pointer(segmenter: Segmenter) -> str:
    return segmenter.network if segmenter.promptable and segmenter.network else POINTER


def _views(person: Image, detections: Detections, parser: Parser) -> Views:
    points = (face.points for face in detections.faces)
    return tuple(parse_face(person, each, parser.close) for each in points)


def _outlined(
    detections: Detections,
    parts: Probabilities,
    person: Image,
    name: str,
    kept: Kept,
    stays: tuple[bool, ...],
    network: Loaded | None,
    embedding: Embedding | None,
) -> Outline:
    mask, faces = None, detections.faces
    if faces:
        own = tuple(face for face, stay in zip(faces, stays, strict=True) if stay)
        scene = Scene(person, parts, own, kept, network, embedding)
        mask = without_others(SEGMENTERS[name].load()(scene), faces, stays)
    beside = (to_uint8(parts[..., part]) for part in (Part.BACKGROUND, Part.HAIR))
    return Outline(nine_classes(parts), likeliest(parts), mask, *beside)


def _somebody(original: Image, detections: Detections) -> Mask | None:
    scene = detections.whole[..., :1]  # nobody asks here what is hair or skin
    parts = merged(scene, (), original.shape[:2])
    person = 1 - refine_background(original, background_of(scene, parts))
    return person if (person > SURE).mean() > SOMEBODY else None


def _followed(
    run: Run, outline: Keyed[Outline], shown: tuple[object, ...], prompt: Prompt
) -> Keyed[Outline]:
    """Change the outline as a prompt says: by the box, then by each click.

    Each click's outline is cached, so undoing one costs nothing.
    """
    if prompt.box is not None:
        outline = run.made(_selected, outline, *shown, prompt.box)
    for count in range(1, len(prompt.points) + 1):
        outline = run.made(_corrected, outline, *shown, prompt.points[:count])
    return outline


def _missed(before: Mask | None, after: Mask | None, click: Click) -> bool:
    """Tell whether a click that adds found nothing but the spot that it points at."""
    if after is None or not click[2]:
        return False
    kept = np.zeros_like(after) if before is None else before
    column, row = pixel_of(click[:2], (after.shape[0], after.shape[1]))
    new = (after > SURE) & (kept <= SURE)
    return bool(kept[row, column] <= SURE and new.mean() < SPOT)


def _selected(
    outline: Outline, person: Image, detections: Detections, embedding: Embedding, pointer: Loaded,
    box: tuple[float, float, float, float],
) -> Outline:  # fmt: skip
    mask, decoder = _mask(outline, person), decoder_of(pointer)
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    px = edge_px(detections.faces, person.shape, middle)
    return replace(outline, mask=select(person, mask, embedding, decoder, box, edge_px=px))


def _corrected(
    outline: Outline, person: Image, detections: Detections, embedding: Embedding, pointer: Loaded,
    clicks: tuple[Click, ...],
) -> Outline:  # fmt: skip
    mask, decoder = _mask(outline, person), decoder_of(pointer)
    px = edge_px(detections.faces, person.shape, clicks[-1][:2])
    thing = _thing_at(outline.parts, clicks[-1]) if pointer.entry.name == POINTER else None
    mask = correct(person, mask, embedding, decoder, clicks, edge_px=px, thing=thing)
    return replace(outline, mask=mask)


def _thing_at(parts: Labels, click: Click) -> NDArray[np.bool_] | None:
    """Return where a photo shows what a click points at; None where the parse knows no such thing.

    The embedded network for clicks knows faces, hair and persons; the parser knows clothes, too.
    """
    column, row = pixel_of(click[:2], parts.shape)
    part = parts[row, column]
    return parts == part if part in THINGS else None


def _drawn_over(
    outline: Outline, before: Outline, person: Image, drawing: Drawing | None
) -> Outline:  # fmt: skip
    mask = _mask(outline, person)
    mask = draw(mask, drawing) if drawing else mask
    added = np.maximum(mask - _mask(before, person), 0)
    return replace(outline, mask=mask, added=to_uint8(np.asarray(added, np.float32)))


def decoder_of(pointer: Loaded) -> Decoder:
    """Return the network's prompt decoder.

    Raises: ValueError: the network takes no prompts.
    """
    if pointer.prompt is None:
        raise ValueError(f"{pointer.entry.name} cannot be shown points.")
    return pointer.prompt


def _mask(outline: Outline, person: Image) -> Mask:
    return np.zeros(person.shape[:2], np.float32) if outline.mask is None else outline.mask
