"""Measure how well a promptable segmenter follows.

`python -m training.prompt_figures SHARED/data weights/sam_light-*.safetensors`
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from pipeline.metrics.iou import region_iou
from pipeline.types import Labels, Pixels
from training.clicks import ADD, CORNER, OTHER_CORNER, Asked, Logits, box_of, center, correction
from training.faces import pairs_of
from training.light_sam import MEAN_COLOR, SIDE, LightSam, chosen, inputs
from training.loop import single
from training.regions import CODES, Region, found
from training.samples import read_mask, read_pixels

CLICKS = 5
NAMES = ("face", "hair", "head", "person")


class Answered:
    """One photo and a network that answers prompts on it, at the photo's size."""

    def __init__(self, network: LightSam, photo: Pixels) -> None:
        self.network, self.shape = network, photo.shape[:2]
        self.scale = SIDE / max(self.shape)
        h, w = (max(1, round(n * self.scale)) for n in self.shape)
        self.inside = np.s_[:h, :w]
        canvas = np.empty((2 * SIDE, 2 * SIDE, 3), np.uint8)
        canvas[:] = MEAN_COLOR
        canvas[: 2 * h, : 2 * w] = cv2.resize(photo, (2 * w, 2 * h), interpolation=cv2.INTER_AREA)
        x = torch.from_numpy(canvas).permute(2, 0, 1)[None].float() / 255
        view = nn.functional.avg_pool2d(x, 2).to(next(network.parameters()).device)
        self.embedding: Tensor = network.embedded(network.features(view))

    def ask(self, asked: Asked) -> tuple[Logits, Logits]:
        """Return the mask at the photo's size, and as the network gave it.

        Points are px of the photo.
        """
        logits, scores, moved = self._answer(asked)
        mask = chosen(logits, scores, [moved])[0]
        return self._at_photo(mask), mask

    def readings(self, asked: Asked) -> list[Logits]:
        """Return the three ways to read a lone click, at the photo's size."""
        logits, scores, moved = self._answer(asked)
        alone = torch.eye(3).to(scores)
        return [
            self._at_photo(chosen(logits, torch.cat([scores[:, :1], one[None]], 1), [moved])[0])
            for one in alone
        ]

    def _answer(self, asked: Asked) -> tuple[Tensor, Tensor, Asked]:
        moved = Asked((asked.points + 0.5) * self.scale - 0.5, asked.kinds, asked.mask)
        logits, scores = self.network(
            self.embedding, *inputs([moved], 4 * self.network.cells, self.embedding.device)
        )
        return logits, scores, moved

    def _at_photo(self, mask: Logits) -> Logits:
        return cv2.resize(mask[self.inside], self.shape[::-1], interpolation=cv2.INTER_LINEAR)


def followed(
    answered: Answered, wanted: Region, asked: Asked, clicks: int
) -> tuple[list[float], list[Logits], Asked]:
    """Return the IoU of each answer, the masks, and all that was asked.

    The IoU is that of the first answer and after each correction.
    """
    scores, masks, everywhere = [], [], np.ones(wanted.shape, bool)
    for left in range(clicks, -1, -1):
        mask, low = answered.ask(asked)
        scores.append(region_iou(mask > 0, wanted))
        masks.append(mask)
        click = correction(wanted, mask, everywhere)
        if not left or click is None:
            break
        asked = asked.and_at(click[0], (click[1],), low)
    return scores + [scores[-1]] * (clicks + 1 - len(scores)), masks, asked


def boxed(wanted: Region) -> Asked:
    """Return the region's own box as a prompt."""
    return Asked().and_at(box_of(wanted), (CORNER, OTHER_CORNER))


def clicked(wanted: Region) -> Asked:
    """Return a click in the region's middle as a prompt."""
    return Asked().and_at(center(wanted), (ADD,))


@torch.inference_mode()
def measured(
    network: LightSam, data: Path, limit: int | None, clicks: int, sheet: Path | None = None
) -> dict[str, list[float]]:
    """Return the mean IoU of the first answer and after 1, 2, … clicks.

    It is given by region and first prompt, on pictures never trained on.
    """
    seen: dict[str, list[list[float]]] = {}
    rows = []
    for photo, truth in _pictures(data, limit):
        answered = Answered(network, photo)
        for name, wanted in truth.items():
            for kind, begin in (("box", boxed), ("click", clicked)):
                scores, masks, asked = followed(answered, wanted, begin(wanted), clicks)
                seen.setdefault(f"{name} {kind}", []).append(scores)
                if name in ("face", "person in the wild") and len(rows) < 32:
                    rows.append(_drawn(photo, wanted, (masks[0], masks[-1]), asked))
            best = max(region_iou(mask > 0, wanted) for mask in answered.readings(clicked(wanted)))
            seen.setdefault(f"{name} click, best of three", []).append([best])
    if sheet is not None and rows:
        cv2.imwrite(
            str(sheet),
            np.vstack([np.hstack(rows[i : i + 4]) for i in range(0, len(rows) // 4 * 4, 4)])[
                :, :, ::-1
            ],
        )
    return {key: [float(v) for v in np.mean(values, 0)] for key, values in seen.items()}


def figures(network: LightSam, sheet: Path, *, data: Path, limit: int) -> dict[str, float]:
    """Return a few figures for a training's log, and draw its sheet."""
    seen_ = measured(network, data, limit, 2, sheet)
    return {f"{key} {i}": value for key, values in seen_.items() for i, value in enumerate(values)}


def _pictures(data: Path, limit: int | None) -> list[tuple[Pixels, dict[str, Region]]]:
    pictures = []
    for photo, mask in pairs_of(data, "face_parsing_test")[:limit]:
        labels: Labels = CODES[read_mask(mask)]
        truth = {name: found(labels, name, 0) for name in NAMES}
        pictures.append(
            (
                read_pixels(photo),
                {name: region for name, region in truth.items() if region.sum() >= 100},
            )
        )
    for photo, mask in pairs_of(data, "portraits_in_the_wild_test")[:limit]:
        pictures.append((read_pixels(photo), {"person in the wild": read_mask(mask) > 127}))
    return pictures


def _drawn(
    photo: Pixels, wanted: Region, masks: tuple[Logits, Logits], asked: Asked, side: int = 160
) -> Pixels:
    """Return the photo with the first and the last mask beside each other.

    What is right is green, too much is red, missing is blue.
    """
    tiles = []
    for mask in masks:
        tile = photo.astype(np.float32) * 0.6
        given = mask > 0
        for region, color in (
            (given & wanted, (0, 90, 0)),
            (given & ~wanted, (140, 0, 0)),
            (wanted & ~given, (0, 0, 160)),
        ):
            tile[region] += color
        tile = np.clip(tile, 0, 255).astype(np.uint8)
        for (x, y), kind in zip(asked.points.astype(int), asked.kinds, strict=True):
            color = {ADD: (255, 255, 255), 0: (255, 60, 60)}.get(int(kind), (255, 220, 0))
            cv2.circle(tile, (int(x), int(y)), max(3, photo.shape[0] // 70), color, -1)
        tiles.append(cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA))
    return np.hstack(tiles)


def main() -> None:
    """Print a table of figures."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("data", type=Path)
    cli.add_argument(
        "files",
        type=Path,
        nargs="+",
        help="weights/sam_light-*.safetensors or a run's average.safetensors",
    )
    cli.add_argument("--limit", type=int, help="only so many pictures of each set")
    cli.add_argument("--sheet", type=Path)
    args = cli.parse_args()
    network = LightSam().eval().requires_grad_(False)
    network.load_state_dict(single(*args.files))
    print(
        "| mean IoU | first answer | "
        + " | ".join(f"{i} click{'s' * (i > 1)}" for i in range(1, CLICKS + 1))
        + " |"
    )
    print("|---|" + "---:|" * (CLICKS + 1))
    for key, values in measured(network, args.data, args.limit, CLICKS, args.sheet).items():
        print(
            f"| {key} | "
            + " | ".join(f"{value:.3f}" for value in values)
            + " |" * (1 + CLICKS + 1 - len(values))
        )


if __name__ == "__main__":
    main()
