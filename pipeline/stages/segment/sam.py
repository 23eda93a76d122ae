"""Outline what a prompt points at: the photo is embedded once, then every prompt costs the decoder only."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import bilinear
from pipeline.ops.tensor import to_batch
from pipeline.types import Decoder, Face, Image, Logits, Mask, Network, Prompt

MEAN = (
    0.485,
    0.456,
    0.406,
)  # of sRGB: the encoders normalize it to zero, which is what they were trained to see beyond the photo
LOW_PX = 256  # side of the decoder's masks
ADD, TAKE, CORNERS, NOTHING = 1, 0, (2, 3), -1  # kinds of points
SURE = 8.0  # the logits of a mask that is given as if it were an earlier answer


@dataclass(frozen=True)
class Embedding:
    """A photo as a promptable network sees it: `values` (1, 256, 64, 64), the photo's (height, width), the input's side, px."""

    values: NDArray[np.float32]
    size: tuple[int, int]
    side: int

    @property
    def shown(self) -> tuple[int, int]:
        """Size of the photo in the input; the rest is padding, below or at the right."""
        return shown_size(self.size, self.side)


@dataclass(frozen=True)
class Answer:
    """Four masks for one prompt, logits (4, 256, 256) in the padded input's frame, and the network's own scores (4,).

    The first mask is for prompts that say enough, the others are three ways to read one that does not.
    """

    logits: Logits
    scores: NDArray[np.float32]


def shown_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the size of a (height, width) photo whose long side becomes `side`."""
    scale = side / max(size)
    return max(1, int(size[0] * scale + 0.5)), max(1, int(size[1] * scale + 0.5))


def framed(photo: Image, side: int) -> Image:
    """Return the photo at the top left of a square, (side, side, 3)."""
    shown = bilinear(photo, shown_size((photo.shape[0], photo.shape[1]), side)).clip(0, 1)
    bottom, right = side - shown.shape[0], side - shown.shape[1]
    return cv2.copyMakeBorder(shown, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=MEAN)


def embed(photo: Image, network: Network, *, side: int) -> Embedding:
    """Return what the image encoder of a promptable network makes of a photo.

    Source: Kirillov et al. 2023, "Segment Anything".
    """
    return Embedding(network(to_batch(framed(photo, side))), (photo.shape[0], photo.shape[1]), side)


def prompted(
    embedding: Embedding, network: Decoder, prompt: Prompt, previous: Mask | None = None
) -> Answer:
    """Return the decoder's masks for a prompt in the photo's px; `previous`, (H, W), is the mask that the prompt corrects."""
    points, kinds = _tokens(prompt)
    scale = np.array(embedding.shown[::-1], np.float32) / np.array(embedding.size[::-1], np.float32)
    placed = ((points + 0.5) * scale - 0.5).astype(np.float32)
    mask = (
        np.zeros((LOW_PX, LOW_PX), np.float32)
        if previous is None
        else as_logits(previous, embedding)
    )
    given = np.array([previous is not None], np.float32)
    logits, scores = network(embedding.values, placed[None], kinds[None], mask[None, None], given)
    return Answer(logits[0], scores[0])


def _tokens(prompt: Prompt) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return points (N, 2) and their kinds (N,) as segment_anything orders them: clicks, then a box or one that is nothing."""
    points = [(x, y) for x, y, _ in prompt.points]
    kinds = [ADD if add else TAKE for *_, add in prompt.points]
    if prompt.box:
        points += [prompt.box[:2], prompt.box[2:]]
        kinds += CORNERS
    else:
        points.append((0.0, 0.0))
        kinds.append(NOTHING)
    return np.array(points, np.float32), np.array(kinds, np.float32)


def as_logits(mask: Mask, embedding: Embedding) -> Logits:
    """Return a mask of the photo, (H, W) in [0, 1], as the decoder takes an earlier answer, (256, 256)."""
    h, w = (max(1, round(n * LOW_PX / embedding.side)) for n in embedding.shown)
    small = cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA)
    out = np.full((LOW_PX, LOW_PX), -SURE, np.float32)
    out[:h, :w] = SURE * (2 * small - 1)
    return out


def at_photo(logits: Logits, embedding: Embedding) -> Logits:
    """Return one mask's logits, (256, 256), at the photo's size."""
    side, (h, w) = embedding.side, embedding.shown
    large = cv2.resize(logits, (side, side), interpolation=cv2.INTER_LINEAR)[:h, :w]
    return cv2.resize(large, embedding.size[::-1], interpolation=cv2.INTER_LINEAR)


def best(
    answer: Answer, embedding: Embedding, prompt: Prompt, *, corrected: bool = False
) -> Logits:
    """Return the logits, (H, W), of the mask that fits a prompt best: the network's score times how well it fits box and points.

    A lone click does not say enough: there the first mask is no candidate. `corrected`: the prompt went with an earlier mask.
    """
    lone = prompt.box is None and len(prompt.points) == 1 and not corrected
    scores = [
        float(score) * fit(mask > 0, embedding, prompt)
        for mask, score in zip(answer.logits, answer.scores.clip(1e-3), strict=True)
    ]
    return at_photo(
        answer.logits[int(np.argmax(scores[1:])) + 1 if lone else int(np.argmax(scores))], embedding
    )


def smallest(answer: Answer, embedding: Embedding, at: tuple[float, float]) -> NDArray[np.bool_]:
    """Return the smallest of the masks that hold a point (x, y), (H, W); nothing where none does."""
    column, row = _low(at, embedding)
    holding = [logits for logits in answer.logits[1:] if logits[row, column] > 0]
    if not holding:
        return np.zeros(embedding.size, np.bool_)
    return at_photo(min(holding, key=lambda logits: np.count_nonzero(logits > 0)), embedding) > 0


def fit(mask: NDArray[np.bool_], embedding: Embedding, prompt: Prompt) -> float:
    """Return how well a mask, (256, 256), fits a prompt, in [0, 1]: it fills the box, stays in it and obeys the points."""
    if not mask.any():
        return 0.0
    obeyed = 1.0
    for x, y, add in prompt.points:
        column, row = _low((x, y), embedding)
        obeyed *= 1.0 if mask[row, column] == add else 0.3
    if not prompt.box:
        return obeyed
    (left, top), (right, bottom) = _low(prompt.box[:2], embedding), _low(prompt.box[2:], embedding)
    within = mask[top : bottom + 1, left : right + 1]
    filled = within.any(0).mean() * within.any(1).mean()
    return obeyed * float(filled * within.sum() / mask.sum())


def _low(at: tuple[float, float], embedding: Embedding) -> tuple[int, int]:
    """Return the column and row of the decoder's masks that hold a point of the photo."""
    scale = LOW_PX / embedding.side * max(embedding.shown) / max(embedding.size)
    return pixel_of(((at[0] + 0.5) * scale - 0.5, (at[1] + 0.5) * scale - 0.5), (LOW_PX, LOW_PX))


def pixel_of(at: tuple[float, float], size: tuple[int, int]) -> tuple[int, int]:
    """Return the column and row of the pixel in a (height, width) picture that holds a point (x, y)."""
    return int(np.clip(round(at[0]), 0, size[1] - 1)), int(np.clip(round(at[1]), 0, size[0] - 1))


def prompt_of(face: Face, box: tuple[float, float, float, float]) -> Prompt:
    """Return the prompt for a face: a box, both eyes and the middle of the mouth."""
    mouth = face.mouth.mean(0)
    points = tuple(
        (float(x), float(y), True)
        for x, y in (*face.eyes, mouth)
        if box[0] <= x <= box[2] and box[1] <= y <= box[3]
    )
    return Prompt(points, box)
