"""Teach the light painter Monet's manner.

`python -m training.manner SHARED RUN --start weights/monet_light-*.safetensors`

The renderer (`strokes.py`) taught it strokes; here its results are held to the paintings: at the
size at which they are looked at, parts of landscapes shall together have the features that parts of
all paintings together have, while they keep the renderer's strokes. People are painted beside them,
so that they stay as they are. A run that is called again goes on where it stopped.

Source: Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
Normalization" (the style loss, here between crowds instead of pairs).
"""

import argparse
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.ops.color import LUMINANCE
from pipeline.ops.resample import resized
from pipeline.ops.seed_noise import carried, seeds
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.precision import mixed
from pipeline.stages.stylize.canvas_texture import BLACK, GRAIN, THIN, liveliness
from pipeline.stages.stylize.generator import enlarged, structure
from pipeline.types import Image, Pixels
from training.broad_strokes import WIDER, broad_change
from training.command import parser_of
from training.figures import draw_curve, sheet
from training.loop import Schedule, clock_of, fit, single
from training.painter import SHOWN_PX, difference, pair_of, plain_generator, run, shown
from training.palettes import Light, read_mood
from training.strokes import STROKE_PX, lit_like_monet
from training.teachers import Perceptual
from training.unpaired import Domains, part

STYLE = ("conv11", "conv21", "conv31", "conv41")
WHOLE_PX = 256  # short side of the paintings
# How much larger photos are painted, so that the default brush's strokes have the size there that
# they are to have.
ENLARGED = 1.75
LOOK_FROM = STYLE.index("conv31")  # the means of the layers from there on are a picture's look
CROWD, LOOK, STROKES = (
    4.0,
    1.0,
    4.0,
)  # weights: what the paintings are like, how they look together, what the renderer would do
# Pixels of a photo that are painted around what is compared: strokes reach no farther; even when
# enlarged, for the carrier.
AROUND_PX = 16
MEMORY = (
    576  # results that are compared with the paintings together: more than the look has channels
)


@dataclass(frozen=True)
class Finish:
    """What is added to what the painter makes of B landscapes.

    `broad`: what broad strokes change, (B, 3, H, H). At the size at which results are looked at:
    `structure`, what the painter does not see of the photos' light, and `grain` of the canvas under
    middle paint, both (B, 1, S, S).
    """

    broad: Tensor
    structure: Tensor
    grain: Tensor

    def to(self, device: torch.device) -> "Finish":
        """Return the same on a device."""
        return Finish(self.broad.to(device), self.structure.to(device), self.grain.to(device))


def batches(
    data: Domains,
    landscapes: int,
    people: int,
    side: int,
    rng: np.random.Generator,
    light: Light = lit_like_monet,
) -> Iterator[tuple[Tensor, Tensor, Finish]]:
    """Yield endless (noisy photos, strokes, finish).

    Photos and strokes are in [-1, 1], each (B, 3, H, H), `ENLARGED` from `side` px. First come
    parts of so many `landscapes`, then of so many `people`. The finish is that of the landscapes:
    they alone are compared with paintings.
    """
    large = round((side + 2 * AROUND_PX) * ENLARGED)
    shown, inner = (
        slice(AROUND_PX, -AROUND_PX),
        slice(round(AROUND_PX * ENLARGED), -round(AROUND_PX * ENLARGED)),
    )
    while True:
        pairs, broads, structures, grains = [], [], [], []
        for kind in [data.landscapes] * landscapes + [data.people] * people:
            small = part(
                kind[rng.integers(len(kind))],
                WHOLE_PX * rng.uniform(0.9, 1.1),
                side + 2 * AROUND_PX,
                rng,
            )
            photo = cv2.resize(small, (large, large), interpolation=cv2.INTER_CUBIC)
            pair = pair_of(photo, rng, light)
            pairs.append(np.stack(pair)[:, inner, inner])
            if len(pairs) > landscapes:
                continue
            broads.append(broad_strokes(photo, pair[1] / 2 + 0.5, rng, light)[inner, inner])
            seen = to_float(small)
            structures.append(
                structure(seen, resized(to_float(photo), seen.shape[:2]))[None, shown, shown]
            )
            deviation = (
                GRAIN / ENLARGED * liveliness(seen[shown, shown], side)
            )  # cells are finer than a pixel there, by as much
            grains.append(rng.standard_normal((1, side, side), np.float32) * deviation)
        given, strokes = torch.from_numpy(np.stack(pairs)).permute(1, 0, 4, 2, 3).contiguous()
        broad = torch.from_numpy(np.stack(broads)).permute(0, 3, 1, 2)
        yield (
            given,
            strokes,
            Finish(
                broad, torch.from_numpy(np.stack(structures)), torch.from_numpy(np.stack(grains))
            ),
        )


def broad_strokes(photo: Pixels, strokes: Image, rng: np.random.Generator, light: Light) -> Image:
    """Return what the renderer's broad strokes change of its usual ones; all (H, W, 3)."""
    size = round(photo.shape[0] / WIDER), round(photo.shape[1] / WIDER)
    small = cv2.resize(photo, size[::-1], interpolation=cv2.INTER_AREA)
    broad = pair_of(small, rng, light)[1] / 2 + 0.5
    return broad_change(
        to_float(photo), strokes, enlarged(broad, photo.shape[:2]), size, stroke_px=STROKE_PX
    )


class Manner:
    """What all of the paintings together are like.

    That is the mean and deviation of their features' moments, and how their looks are spread.
    Results are held to it together, too: the last `MEMORY` of them shall have the paintings' mean
    and deviation of each moment, and be spread as they are.
    """

    def __init__(self, paintings: Tensor, vgg: Perceptual) -> None:
        with torch.no_grad():
            moments = torch.cat([moments_of(vgg(few / 2 + 0.5)) for few in paintings.split(8)])
            channels = [vgg(paintings[:1])[name].shape[1] for name in STYLE]
        self.look = slice(sum(channels[:LOOK_FROM]), sum(channels))
        self.mean, self.deviation = moments.mean(0), moments.std(0)
        self.spread = self.deviation + 1e-3
        self.last = moments[
            torch.randperm(len(moments), generator=torch.Generator().manual_seed(0))[:MEMORY]
        ]
        _, self.covariance = self.spread_of_looks(moments)
        values, vectors = torch.linalg.eigh(self.covariance)
        self.root = vectors * values.clamp_min(0).sqrt() @ vectors.mT

    def together(self, moments: Tensor) -> Tensor:
        """Return how far the last results are from the paintings.

        This counts the moments' means and deviations, squared, and the looks' distance. All is in
        parts of how far paintings are apart. These moments, (B, M), become part of the last
        results'.
        """
        crowd = torch.cat([self.last[len(moments) :], moments])
        self.last = crowd.detach()
        apart = (
            torch.stack([crowd.mean(0) - self.mean, crowd.std(0) - self.deviation]) / self.spread
        )
        return (apart**2).mean(1).sum() + LOOK * self.distance(crowd)

    def distance(self, crowd: Tensor) -> Tensor:
        """Return the Fréchet distance of pictures' looks from the paintings'.

        It is in parts of how far paintings are apart.

        Source: Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a
        Local Nash Equilibrium", eq. 6.
        """
        mean, covariance = self.spread_of_looks(crowd)
        shared = (
            torch.linalg.eigvalsh(self.root @ covariance @ self.root).clamp_min(1e-10).sqrt().sum()
        )
        apart = mean.square().sum() + covariance.trace() + self.covariance.trace() - 2 * shared
        return (apart / self.covariance.trace()).float()

    def spread_of_looks(self, moments: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean, (L,), and covariance, (L, L), of the channels of so many pictures' look.

        Both are from and in parts of the paintings'.
        """
        look = ((moments - self.mean) / self.spread)[
            :, self.look
        ].double()  # roots of small numbers
        return look.mean(0), look.mT.cov()


def moments_of(features: dict[str, Tensor]) -> Tensor:
    """Return the means, then the deviations of every channel of the layers of `STYLE`, (B, M)."""
    maps = [features[name] for name in STYLE]
    return torch.cat([*(m.mean((2, 3)) for m in maps), *(m.std((2, 3)) for m in maps)], 1)


def manner_loss(
    out: Tensor, strokes: Tensor, finish: Finish, landscapes: int, vgg: Perceptual, manner: Manner
) -> tuple[Tensor, dict[str, float]]:
    """Return how far results are from what they are held to, and the parts of that.

    They are held to the paintings' manner and to the strokes that they are to keep. Both are
    (B, 3, H, W) in [-1, 1]; `landscapes`: so many of the first are compared with paintings, with
    their `finish`.
    """
    painted = as_shown((out[:landscapes] / 2 + 0.5 + finish.broad).clamp(0, 1))
    got = vgg(with_canvas((painted + finish.structure).clamp(0, 1), finish.grain))
    crowd = manner.together(moments_of(got))
    alone = len(manner.last) / landscapes  # of so many batches this one is all that learns
    drawn, parts = difference(out, strokes, vgg)
    return CROWD * alone * crowd + STROKES * drawn, {"crowd": crowd.item(), **parts}


def with_canvas(pictures: Tensor, grain: Tensor) -> Tensor:
    """Return pictures in [0, 1] with the canvas' grain in them.

    The grain is as `pipeline.stages.stylize.canvas_texture` has it.
    """
    gray = torch.einsum("bchw,c->bhw", pictures, pictures.new_tensor(LUMINANCE))[:, None]
    return (pictures + grain * (1 + THIN * (1 - 2 * gray)) * (gray / BLACK).clamp(0, 1)).clamp(0, 1)


def as_shown(picture: Tensor) -> Tensor:
    """Return a picture at the size at which it is compared with paintings.

    Shrunk as files are: where that blurred more, strokes would learn to make up for it.
    """
    h, w = (_shrinking(n).to(picture) for n in picture.shape[2:])
    return h @ picture @ w.mT


@cache
def _shrinking(count: int) -> Tensor:
    """Return the shares that so many pixels have in those of a smaller row, (smaller, count)."""
    return torch.from_numpy(
        cv2.resize(
            np.eye(count, dtype=np.float32),
            (count, round(count / ENLARGED)),
            interpolation=cv2.INTER_AREA,
        )
    )


@torch.inference_mode()
def draw(network: nn.Module, held_out: Domains, vgg: Perceptual, page: Path) -> dict[str, float]:
    """Draw photo | result of held-out landscapes and people.

    Return relu4_1's likeness to the photo, which the content keeps.
    """
    device = next(network.parameters()).device
    panels, likeness = [], []
    for photo in shown(held_out):
        out = (
            run(
                network,
                photo.astype(np.float32) / 127.5
                - 1
                + carried(seeds(photo.shape[:2], np.random.default_rng(0))),
            )
            / 2
            + 0.5
        )
        pictures = (
            torch.from_numpy(p).permute(2, 0, 1)[None].to(device)
            for p in (out, photo.astype(np.float32) / 255)
        )
        a, b = (vgg(t)["conv41"] for t in pictures)
        likeness.append(
            F.cosine_similarity(F.instance_norm(a).flatten(1), F.instance_norm(b).flatten(1)).item()
        )
        panels.append(np.hstack([p[:SHOWN_PX, :SHOWN_PX] for p in (photo, to_uint8(out))]))
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
    manner = Manner(
        torch.from_numpy(np.stack(known)).permute(0, 3, 1, 2).float().to(device) / 127.5 - 1, vgg
    )
    stream = batches(
        data,
        args.landscapes,
        args.people,
        args.side,
        np.random.default_rng(secrets.randbits(62)),
        light,
    )

    def step() -> dict[str, float]:
        photo, strokes, finish = next(stream)
        photo, strokes = (t.to(device, memory_format=torch.channels_last) for t in (photo, strokes))
        with mixed(device.type):
            out = generator(photo)
        loss, parts = manner_loss(
            out.float(), strokes, finish.to(device), args.landscapes, vgg, manner
        )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(generator.parameters(), 5.0)
        optimizer.step()
        return {"loss": loss.item(), **parts}

    fit(
        {"painter": generator},
        {"adam": optimizer},
        step,
        averaged="painter",
        schedule=Schedule(args.minutes, ema=0.99, sample_minutes=args.sample_minutes),
        folder=args.run,
        clock=clock_of(device),
        sample=lambda net, page: draw(net, held_out, vgg, page),
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=100, sample_minutes=15)
    cli.add_argument(
        "--start",
        type=Path,
        nargs="+",
        required=True,
        help="a painter's checkpoint: `training.painter`'s or an embedded one's",
    )
    cli.add_argument(
        "--paintings",
        type=Path,
        help="a list of paintings' file names to learn from, one of `training/moods/*.txt`",
    )
    cli.add_argument(
        "--landscapes", type=int, default=3, help="photos a step that are compared with paintings"
    )
    cli.add_argument("--people", type=int, default=1, help="photos of people a step")
    cli.add_argument("--side", type=int, default=192, help="px of a painting that are compared")
    cli.add_argument("--rate", type=float, default=2e-4)
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
