"""Train the light painter: `python -m training.painter ../shared RUN_FOLDER`.

The generator learns from a stroke renderer (`strokes.py`). Photo and noise go in; the renderer's
picture of the same photo with the same noise is what should come out, compared pixel by pixel, by
features and by Gram matrices. It trains with batch norm first; then norms are folded into the
convolutions and it trains on as what it will be (`--plain`): a network in which what a pixel
becomes depends on its surroundings only, at any size.
"""

import argparse
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from pipeline.nets.cyclegan import Generator
from pipeline.ops.seed_noise import carried, seeds
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.precision import mixed
from pipeline.types import Pixels
from training.command import parser_of
from training.figures import draw_curve, sheet
from training.loop import Schedule, clock_of, fit, single
from training.palettes import Light, read_mood
from training.strokes import lit_like_monet, stroked
from training.teachers import Perceptual, gram
from training.unpaired import LANDSCAPES, Domains, part

# Targets are compared before tanh, where black and white are not flat; this is as far as they
# reach.
WHITEST = 0.985
FEATURES = ("conv21", "conv31", "conv41")
BRUSH = ("conv11", "conv12", "conv21", "conv31")
# Short sides at which photos are shown; enlarged ones are as soft as a small photo under a wide
# brush.
SHORT_PX = (200, 450)
MARGIN = 20  # px; strokes reach this far; even, to keep the carrier in place
SHOWN_PX, SHOWN = 384, 5  # held-out photos of each kind on a sheet, and their short side


def batches(
    data: Domains, batch: int, side: int, rng: np.random.Generator, light: Light = lit_like_monet
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield endless (noisy photo, strokes) pairs, each photo at a random scale.

    Both are (B, 3, side, side) in [-1, 1].
    """
    inner = slice(MARGIN, MARGIN + side)
    while True:
        pairs = []
        for _ in range(batch):
            kind = data.landscapes if rng.random() < LANDSCAPES else data.people
            photo = part(
                kind[rng.integers(len(kind))], rng.uniform(*SHORT_PX), side + 2 * MARGIN, rng
            )
            given, strokes = pair_of(photo, rng, light)
            pairs.append(np.stack([given, strokes])[:, inner, inner])
        given, strokes = torch.from_numpy(np.stack(pairs)).permute(1, 0, 4, 2, 3).contiguous()
        yield given, strokes


def pair_of(
    photo: Pixels, rng: np.random.Generator, light: Light = lit_like_monet
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the photo with noise, and the strokes that the renderer makes of both.

    Both are (H, W, 3) in [-1, 1].
    """
    plain, noise = photo.astype(np.float32) / 255, seeds(photo.shape[:2], rng)
    return plain * 2 - 1 + carried(noise), stroked(light(plain), noise) * 2 - 1


def difference(out: Tensor, strokes: Tensor, vgg: Perceptual) -> tuple[Tensor, dict[str, float]]:
    """Return the loss between two (B, 3, H, W) pictures in [-1, 1], and its parts."""
    pixel = F.l1_loss(out, strokes)
    coarse = F.mse_loss(F.avg_pool2d(out, 8), F.avg_pool2d(strokes, 8))
    got, want = vgg(out / 2 + 0.5), vgg(strokes / 2 + 0.5)
    feature = sum(F.l1_loss(got[n], want[n]) / want[n].mean() for n in FEATURES)
    grams = [(gram(got[n]), gram(want[n])) for n in BRUSH]
    brush = sum(((a - b).norm(dim=(1, 2)) / b.norm(dim=(1, 2))).mean() for a, b in grams)
    total = 3 * pixel + 5 * coarse + 0.5 * feature + 0.3 * brush
    return total, {
        "pixel": pixel.item(),
        "coarse": coarse.item(),
        "feature": feature.item(),
        "brush": brush.item(),
    }


@torch.inference_mode()
def draw(
    network: nn.Module, held_out: Domains, page: Path, light: Light = lit_like_monet
) -> dict[str, float]:
    """Draw held-out photo | strokes | result; return the mean pixel error."""
    panels, errors = [], []
    for photo in shown(held_out):
        given, strokes = pair_of(photo, np.random.default_rng(0), light)
        out = run(network, given)
        errors.append(np.abs(out - strokes).mean() / 2)
        panels.append(
            np.hstack(
                [
                    p[:SHOWN_PX, :SHOWN_PX]
                    for p in (photo, to_uint8(strokes / 2 + 0.5), to_uint8(out / 2 + 0.5))
                ]
            )
        )
    cv2.imwrite(str(page), sheet(panels)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    draw_curve(page.parent, page.parent / "loss.png")
    return {"pixel": float(np.mean(errors))}


def shown(held_out: Domains) -> list[Pixels]:
    """Return some landscapes and some people of a size to be painted at."""
    pictures = [*held_out.landscapes[:SHOWN], *held_out.people[:SHOWN]]
    scales = [SHOWN_PX / min(picture.shape[:2]) for picture in pictures]
    sizes = [
        (round(p.shape[1] * k / 4) * 4, round(p.shape[0] * k / 4) * 4)
        for p, k in zip(pictures, scales, strict=True)
    ]
    return [
        cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
        for picture, size in zip(pictures, sizes, strict=True)
    ]


def run(network: nn.Module, given: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a network paints of a photo with noise, both (H, W, 3) in [-1, 1]."""
    x = torch.from_numpy(given).permute(2, 0, 1)[None].to(next(network.parameters()).device)
    return network(x)[0].permute(1, 2, 0).float().cpu().numpy()


def plain_generator(state: dict[str, Tensor]) -> tuple[Generator, dict[str, Any]]:
    """Return a checkpoint's generator without norms, and its arguments.

    The arguments are read off the weights' shapes. Batch norms are folded into the convolutions
    before them: the same output.
    """
    filters = len(state["model.1.weight"])
    blocks = sum(bool(re.fullmatch(r"model\.\d+\.conv_block\.1\.weight", key)) for key in state)
    # A transposed convolution keeps (in, out) where a convolution keeps (out, in).
    build = {
        "filters": filters,
        "blocks": blocks,
        "resize": len(state[f"model.{10 + blocks}.weight"]) == 2 * filters,
    }
    if "model.2.running_mean" in state:
        trained = Generator(**build, norm="batch")
        trained.load_state_dict(state)
        state = _folded(trained.eval()).state_dict()
    build["norm"] = "none"
    plain = Generator(**build)
    plain.load_state_dict(state)
    return plain, build


def _folded(network: nn.Module) -> nn.Module:
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for i in range(1, len(module)):
                if isinstance(module[i], nn.BatchNorm2d):
                    turned = isinstance(module[i - 1], nn.ConvTranspose2d)
                    module[i - 1], module[i] = (
                        fuse_conv_bn_eval(module[i - 1], module[i], turned),
                        nn.Identity(),
                    )
    return network


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes.

    Begin from a start checkpoint, from where this run stopped, or from nothing.
    """
    torch.manual_seed(0)
    device = torch.device(args.device)
    generator = Generator(args.filters, args.blocks, resize=True, norm="batch")
    if args.plain:
        generator, _ = plain_generator(single(*args.start))
    elif args.start:
        generator.load_state_dict(single(*args.start))
    generator = generator.to(device, memory_format=torch.channels_last)
    vgg = Perceptual(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    optimizer = torch.optim.Adam(generator.parameters(), args.rate, (0.9, 0.99))
    data, held_out, light = read_mood(args.shared / "data", args.paintings)
    stream = batches(
        data, args.batch, args.side, np.random.default_rng(secrets.randbits(62)), light
    )

    def step() -> dict[str, float]:
        photo, strokes = (t.to(device) for t in next(stream))
        with mixed(device.type):
            loud = generator.model[:-1](photo.contiguous(memory_format=torch.channels_last))
        loud = loud.float()
        loss, parts = difference(loud.tanh(), strokes, vgg)
        before = F.smooth_l1_loss(loud, strokes.clamp(-WHITEST, WHITEST).atanh())
        optimizer.zero_grad(set_to_none=True)
        (loss + 2 * before).backward()
        nn.utils.clip_grad_norm_(generator.parameters(), 5.0)
        optimizer.step()
        return {"loss": loss.item(), **parts, "before": before.item()}

    fit(
        {"generator": generator},
        {"adam": optimizer},
        step,
        averaged="generator",
        schedule=Schedule(args.minutes, ema=0.998, sample_minutes=args.sample_minutes),
        folder=args.run,
        clock=clock_of(device),
        sample=lambda net, page: draw(net, held_out, page, light),
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=60)
    cli.add_argument(
        "--start", type=Path, nargs="+", default=[], help="a painter's checkpoint to start from"
    )
    cli.add_argument(
        "--plain",
        action="store_true",
        help="fold the start checkpoint's norms and train on without any",
    )
    cli.add_argument(
        "--paintings",
        type=Path,
        help="a list of paintings' file names whose light to take, one of `training/moods/*.txt`",
    )
    cli.add_argument("--filters", type=int, default=24)
    cli.add_argument("--blocks", type=int, default=6)
    cli.add_argument("--batch", type=int, default=4)
    cli.add_argument("--side", type=int, default=160)
    cli.add_argument("--rate", type=float, default=1e-3)
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
