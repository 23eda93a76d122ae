"""The ways to outline people."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.runtime.models import Loaded
from pipeline.settings import Kept, WeightPolicy
from pipeline.stages.parse import Probabilities
from pipeline.stages.segment.fcn import person
from pipeline.stages.segment.region import (
    Probability,
    box_of,
    hair_of,
    kept_probability,
    outlined,
    segment,
)
from pipeline.stages.segment.sam import Embedding, best, prompt_of, prompted
from pipeline.types import Face, Image, Mask
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import PARSERS, Entry
from pipeline.weights.resolve import choose, named

# How much steeper a mask's edges become: it has 256 px, and the photo shows where they really are.
SHARP = 3.0
# Of a box's width and height: how far a promptable network may go beyond the parser's outline.
MARGIN = 0.04


@dataclass(frozen=True)
class Scene:
    """What is outlined: a person's picture, (H, W, 3), its parts, its faces (px), what is kept.

    `network`: the segmenter's own, where it has one; `embedding`: what that makes of the photo,
    where it is promptable.
    """

    picture: Image
    parts: Probabilities
    faces: tuple[Face, ...]
    kept: Kept
    network: Loaded | None = None
    embedding: Embedding | None = None

    @cached_property
    def likely(self) -> Probability:
        """How likely the parser finds each pixel to be a part of what is kept."""
        return kept_probability(self.parts, self.faces, self.kept)


def by_parser(scene: Scene) -> Mask:
    """Return what the parser sees."""
    return segment(scene.picture, scene.parts, scene.faces, kept=scene.kept)


def by_prompts(scene: Scene) -> Mask:
    """Show a promptable network each face's box, as the parser draws it, eyes and mouth."""
    embedding = scene.embedding
    decoder = scene.network.prompt if scene.network else None
    if embedding is None or decoder is None:
        raise ValueError("A promptable network and its embedding of the photo are needed.")

    def likely(face: Face) -> Probability:
        box = box_of(scene.likely, face, kept=scene.kept)
        prompt = prompt_of(face, box)
        logits = best(prompted(embedding, decoder, prompt), embedding, prompt)
        return _cut(np.asarray(1 / (1 + np.exp(-SHARP * logits.clip(-20, 20))), np.float32), box)

    faces = ((face, likely(face)) for face in scene.faces)
    return outlined(scene.picture, faces, hair_of(scene.parts), kept=scene.kept)


def by_persons(scene: Scene) -> Mask:
    """Return the whole person of every face, by a network that knows nothing else."""
    if scene.network is None:
        raise ValueError("A network that knows persons is needed.")
    likely = person(scene.picture, scene.network.run)
    faces = ((face, likely) for face in scene.faces)
    return outlined(scene.picture, faces, hair_of(scene.parts), kept="person")


def _cut(probability: Probability, box: tuple[float, float, float, float]) -> Probability:
    """Return the probability inside a box and a little around it, 0 elsewhere."""
    x0, y0, x1, y1 = box
    right, down = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    window = np.s_[
        max(0, int(y0 - down)) : int(y1 + down) + 2, max(0, int(x0 - right)) : int(x1 + right) + 2
    ]
    out = np.zeros_like(probability)
    out[window] = probability[window]
    return out


def entries_of(name: str, policy: WeightPolicy) -> tuple[Entry, ...]:
    """Return the weights of the networks that draw a segmenter's outline.

    Raises: WeightError: they are not at hand.
    """
    own = SEGMENTERS[name]
    if own.network:
        return (named(own.network, policy),)
    return tuple(choose(role, policy) for role in (PARSERS if own.closer else PARSERS[:1]))
