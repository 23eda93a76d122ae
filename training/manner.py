"""Teach the light painter Monet's manner: `python -m training.manner SHARED RUN --start weights/monet_light-*.safetensors`.

The renderer (`strokes.py`) taught it strokes; here its results are held to the paintings: at the size at which they are looked
at, parts of landscapes shall together have the features that parts of all paintings together have, while every stroke keeps its
course. People are painted beside them, so that they stay as they are. A run that is called again goes on where it stopped.

Source: Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization" (the style loss, here
between crowds instead of pairs).
"""

import argparse
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.ops.grain import carried, seeds
from pipeline.ops.tensor import to_pixels
from training.figures import draw_curve, sheet
from training.loop import Schedule, clock_of, fit, single
from training.painter import MARGIN, SHOWN_PX, plain_generator, run, shown
from training.palettes import Light, read_mood
from training.strokes import lit_like_monet, stroked
from training.teachers import Perceptual
from training.unpaired import Domains, part

STYLE = ("conv11", "conv21", "conv31", "conv41")
WHOLE_PX = 256  # short side of the paintings
ENLARGED = 1.75  # how much larger photos are painted, so that the default brush's strokes have the size there that they are to have
CROWD, COARSE, STROKES = 1.0, 8.0, 20.0  # weights: the crowd's features, coarse color, the strokes
MEMORY = 96  # results that are compared with the paintings together


def batches(
    data: Domains, landscapes: int, people: int, side: int, rng: np.random.Generator, light: Light = lit_like_monet
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Yield endless (noise, photos, those in Monet's light, in strokes), in [-1, 1], noise to be added.

    First come parts of so many `landscapes`, then of so many `people`. All are (B, 3, H, H), `ENLARGED` from `side` px.
    """
    large = round(side * ENLARGED / 4) * 4
    inner = slice(MARGIN, MARGIN + large)
    while True:
        rows = []
        for kind in [data.landscapes] * landscapes + [data.people] * people:
            short = WHOLE_PX * ENLARGED * rng.uniform(0.9, 1.1)
            photo = part(kind[rng.integers(len(kind))], short, large + 2 * MARGIN, rng).astype(np.float32) / 255
            noise, lit = seeds(photo.shape[:2], rng), light(photo)
            given = carried(noise), photo * 2 - 1, lit * 2 - 1, stroked(lit, noise) * 2 - 1
            rows.append([picture[inner, inner] for picture in given])
        noise, photos, lit, strokes = (torch.from_numpy(np.stack(c)).permute(0, 3, 1, 2).contiguous() for c in zip(*rows, strict=True))
        yield noise, photos, lit, strokes


class Manner:
    """What all of the paintings together are like: mean and deviation of their features' moments.

    Results are held to it together, too: the last `MEMORY` of them shall have the paintings' mean and deviation of each moment.
    """

    def __init__(self, paintings: Tensor, vgg: Perceptual) -> None:
        with torch.no_grad():
            moments = torch.cat([moments_of(vgg(few / 2 + 0.5)) for few in paintings.split(8)])
        self.mean, self.deviation = moments.mean(0), moments.std(0)
        self.spread = self.deviation + 1e-3
        self.last = moments[:MEMORY].clone()

    def together(self, moments: Tensor) -> Tensor:
        """Return how far the last results' mean and deviation are from the paintings', squared, in parts of how far paintings are apart.

        These moments, (B, M), become part of the last results'.
        """
        crowd = torch.cat([self.last[len(moments) :], moments])
        self.last = crowd.detach()
        apart = torch.stack([crowd.mean(0) - self.mean, crowd.std(0) - self.deviation]) / self.spread
        return (apart**2).mean(1).sum()


def moments_of(features: dict[str, Tensor]) -> Tensor:
    """Return mean and deviation of every channel of the layers of `STYLE`, (B, M)."""
    return torch.cat([m for n in STYLE for m in (features[n].mean((2, 3)), features[n].std((2, 3)))], 1)


def manner_loss(
    out: Tensor, lit: Tensor, strokes: Tensor, landscapes: int, vgg: Perceptual, manner: Manner
) -> tuple[Tensor, dict[str, float]]:
    """Return how far results are from the paintings' manner and from the strokes that they are to keep, and the parts of that.

    All (B, 3, H, W) in [-1, 1]; `lit`: the photo in Monet's light, which the result's coarse colors follow; `strokes`: the same in
    strokes, which keep what the photo shows; `landscapes`: so many of the first are compared with paintings.
    """
    got = vgg(as_shown(out) / 2 + 0.5)
    crowd = manner.together(moments_of({name: features[:landscapes] for name, features in got.items()}))
    alone = MEMORY / landscapes  # of so many batches this one is all that learns
    coarse = F.mse_loss(F.avg_pool2d(out, 16), F.avg_pool2d(lit, 16))
    drawn = F.l1_loss(out - _smooth(out), strokes - _smooth(strokes))
    total = CROWD * alone * crowd + COARSE * coarse + STROKES * drawn
    parts = {"crowd": crowd, "coarse": coarse, "strokes": drawn}
    return total, {name: value.item() for name, value in parts.items()}


def as_shown(picture: Tensor) -> Tensor:
    """Return a picture at the size at which it is compared with paintings.

    Shrunk as files are: where that blurred more, strokes would learn to make up for it.
    """
    h, w = (_shrinking(n).to(picture) for n in picture.shape[2:])
    return h @ picture @ w.mT


@cache
def _shrinking(count: int) -> Tensor:
    """Return the shares that so many pixels have in those of a smaller row, (smaller, count)."""
    return torch.from_numpy(cv2.resize(np.eye(count, dtype=np.float32), (count, round(count / ENLARGED)), interpolation=cv2.INTER_AREA))


def _smooth(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, 9, 1, 4, count_include_pad=False)


@torch.inference_mode()
def draw(network: nn.Module, held_out: Domains, vgg: Perceptual, page: Path) -> dict[str, float]:
    """Draw photo | result of held-out landscapes and people; return relu4_1's likeness to the photo, which the content keeps."""
    device = next(network.parameters()).device
    panels, likeness = [], []
    for photo in shown(held_out):
        out = run(network, photo.astype(np.float32) / 127.5 - 1 + carried(seeds(photo.shape[:2], np.random.default_rng(0)))) / 2 + 0.5
        pictures = (torch.from_numpy(p).permute(2, 0, 1)[None].to(device) for p in (out, photo.astype(np.float32) / 255))
        a, b = (vgg(t)["conv41"] for t in pictures)
        likeness.append(F.cosine_similarity(F.instance_norm(a).flatten(1), F.instance_norm(b).flatten(1)).item())
        panels.append(np.hstack([p[:SHOWN_PX, :SHOWN_PX] for p in (photo, to_pixels(out))]))
    cv2.imwrite(str(page), sheet(panels)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    draw_curve(page.parent, page.parent / "loss.png")
    return {"likeness": float(np.mean(likeness))}


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(0)
    device = torch.device(args.device)
    generator, _ = plain_generator(single(*args.start))
    generator = generator.to(device, memory_format=torch.channels_last)
    vgg = Perceptual(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    optimizer = torch.optim.Adam(generator.parameters(), args.rate, (0.9, 0.99))
    data, held_out, light = read_mood(args.shared / "data", args.paintings)
    known = [part(p, min(p.shape[:2]), args.side, np.random.default_rng(0)) for p in data.paintings]
    manner = Manner(torch.from_numpy(np.stack(known)).permute(0, 3, 1, 2).float().to(device) / 127.5 - 1, vgg)
    stream = batches(data, args.landscapes, args.people, args.side, np.random.default_rng(secrets.randbits(62)), light)

    def step() -> dict[str, float]:
        noise, photo, lit, strokes = (t.to(device, memory_format=torch.channels_last) for t in next(stream))
        with torch.autocast(device.type, torch.bfloat16):
            out = generator(photo + noise)
        loss, parts = manner_loss(out.float(), lit, strokes, args.landscapes, vgg, manner)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(generator.parameters(), 5.0)
        optimizer.step()
        return {"loss": loss.item(), **parts}

    fit(
        {"painter": generator}, {"adam": optimizer}, step, averaged="painter",
        schedule=Schedule(args.minutes, ema=0.99, sample_minutes=args.sample_minutes), folder=args.run, clock=clock_of(device),
        sample=lambda net, page: draw(net, held_out, vgg, page),
    )  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("shared", type=Path)
    cli.add_argument("run", type=Path, help="the run's folder: log, weights, state")
    cli.add_argument(
        "--start", type=Path, nargs="+", required=True, help="a painter's checkpoint: `training.painter`'s or an embedded one's"
    )
    cli.add_argument("--paintings", type=Path, help="a list of paintings' file names to learn from, one of `training/moods/*.txt`")
    cli.add_argument("--minutes", type=float, default=100)
    cli.add_argument("--sample-minutes", type=float, default=15, help="how often to draw and save")
    cli.add_argument("--landscapes", type=int, default=3, help="photos a step that are compared with paintings")
    cli.add_argument("--people", type=int, default=1, help="photos of people a step")
    cli.add_argument("--side", type=int, default=192, help="px of a painting that are compared")
    cli.add_argument("--rate", type=float, default=2e-4)
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
