"""Train a style from a handful of portraits: `python -m training.tps_gan SHARED RUN --style S`.

`SHARED` is the shared folder, or one that `training.pack_portraits` wrote; `S` is one of its sets
(vangogh), or a folder of pictures. First, once, `--pretrain` learns to give photos of faces back,
and every style starts there: `--start RUN/average.safetensors`. `--aligned` says which faces are
brought to one another's landmarks: none, whole ones (global), their parts (local), or both. A run
that is called again goes on where it stopped.

Source: arXiv 2211.15549, "Realtime Data-Efficient Portrait Stylization Based On Geometric
Alignment". Its text is not at hand; our own choices are said where they are made
(`aligned_faces.py`, `judges.py`, `aligned_aims.py`). Cycle consistency is replaced by what is
cheaper and sees the same: content in features, in the geometry in which a picture is compared.
"""

import argparse
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.nets.vgg import Perceptual
from pipeline.runtime.perceptual import load_features
from pipeline.runtime.precision import mixed
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.aligned_aims import ALIGNED, WEIGHTS, Aims, described, noise_for, style_scales
from training.aligned_faces import PARTS
from training.aligned_pairs import Pairs, PairsDataset, as_pairs, batches, seen
from training.aligned_sheet import evaluate
from training.aligned_step import learning
from training.command import parser_of
from training.judges import Judges
from training.loop import Schedule, clock_of, fit, single
from training.pack_portraits import PHOTOS, pack, pack_pictures
from training.portrait_faces import INDEX, Portrait, read_portraits, without_grain

CACHE = Path("runs/portraits")  # where the shared sets' faces are kept
HELD_OUT, STYLE_HELD_OUT = 10, 5  # each so-many-th photo, and each so-many-th portrait, is
PRETRAIN_LAYERS = ("conv2_1", "conv3_1")


def packed_at(shared: Path) -> Path:
    """Return the folder of faces: the given one, or the cache, made of the shared sets once."""
    if (shared / INDEX).is_file():
        return shared
    if not (CACHE / INDEX).is_file():
        print(f"looking for faces once, into {CACHE}", flush=True)
        pack(shared, CACHE)
    return CACHE


def read_style(args: argparse.Namespace, folder: Path) -> tuple[list[Portrait], list[Portrait]]:
    """Read the style's portraits: those to learn from, and those held out.

    Raises: ValueError: fewer than five show a face.
    """
    if (pictures := Path(args.style)).is_dir():
        found = pack_pictures(args.shared, pictures, args.run / "style")
    else:
        found = read_portraits(folder, args.style)
    found = [without_grain(each) for each in found]
    learned = [each for i, each in enumerate(found) if (i + 1) % STYLE_HELD_OUT]
    if args.portraits:
        places = np.linspace(0, len(learned) - 1, min(args.portraits, len(learned)))
        learned = [learned[i] for i in np.unique(places.round().astype(int))]
    if len(learned) < 4:
        raise ValueError(f"Five portraits with a clear face were wanted; {len(found)} were found.")
    return learned, found[STYLE_HELD_OUT - 1 :: STYLE_HELD_OUT]


def restored(painter: TpsGenerator, features: Perceptual, photos: Tensor) -> dict[str, Tensor]:
    """Compute what a photo that is given back costs: its colors, and its features' shares."""
    with mixed(photos.device.type):
        out = painter(photos, noise_for(photos)).float()
    with torch.no_grad():
        wanted = features(photos / 2 + 0.5, PRETRAIN_LAYERS)
    found = features(out / 2 + 0.5, PRETRAIN_LAYERS)
    apart = [
        F.mse_loss(found[k].float(), wanted[k].float()) / wanted[k].float().var()
        for k in PRETRAIN_LAYERS
    ]
    return {"colors": F.l1_loss(out, photos), "features": torch.stack(apart).mean()}


def train(args: argparse.Namespace) -> None:
    """Train for some minutes or steps, or from where this run stopped."""
    torch.manual_seed(args.seed)
    device = torch.device(args.device)
    folder = packed_at(args.shared)
    photos = read_portraits(folder, PHOTOS)
    held_out = photos[::HELD_OUT]
    learned = [each for i, each in enumerate(photos) if i % HELD_OUT]
    styles, style_held_out = (learned, held_out) if args.pretrain else read_style(args, folder)
    features = load_features(obtain(CATALOG["perceptual_light"]), args.device)
    views = [seen(each, args.side, 1.8) for each in styles[:48]]
    scales = style_scales(features, as_pairs(views, views, device).photos)
    painter = TpsGenerator()
    if args.start:
        painter.load_state_dict(single(args.start))
    painter = painter.to(device, memory_format=torch.channels_last)
    weights = {**WEIGHTS, **{k: float(v) for k, v in (each.split("=") for each in args.weight)}}
    aims = Aims(
        features, described(folder, device), scales, Judges(scales).to(device),
        Judges(scales, len(PARTS)).to(device), args.aligned, weights,
    )  # fmt: skip
    pairs = PairsDataset(
        learned, styles, args.side, secrets.randbits(31), posed=args.aligned != "none"
    )
    stream = batches(pairs, args.batch, device, args.workers)

    def restoring(batch: Pairs) -> tuple[dict[str, Tensor], None]:
        return restored(painter, features, batch.photos), None

    networks, optimizers, step = (
        learning(painter, None, restoring, stream, args.rate)
        if args.pretrain
        else learning(
            painter, nn.ModuleList([aims.judges, aims.part_judges]), partial(aims.losses, painter),
            stream, args.rate, args.judges_rate,
        )
    )  # fmt: skip
    sample: Callable[[nn.Module, Path], dict[str, float]] = partial(
        evaluate, photos=held_out, styles=style_held_out, learned=styles, aims=aims, side=args.side
    )
    fit(
        networks,
        optimizers,
        step,
        averaged="painter",
        schedule=Schedule(args.minutes, args.steps, ema=0.995, sample_minutes=args.sample_minutes),
        folder=args.run,
        clock=clock_of(device),
        sample=sample,
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=30, sample_minutes=5)
    what = cli.add_mutually_exclusive_group(required=True)
    what.add_argument("--style", help="a set of portraits, or a folder of pictures")
    what.add_argument("--pretrain", action="store_true", help="learn to give photos back")
    cli.add_argument("--start", type=Path, help="a checkpoint to start from")
    cli.add_argument("--aligned", choices=ALIGNED, default="both")
    cli.add_argument("--portraits", type=int, help="how many of the style's are learned from")
    cli.add_argument("--steps", type=int, help="that it takes, instead of its minutes")
    cli.add_argument("--batch", type=int, default=4)
    cli.add_argument("--side", type=int, default=128, help="px of a view, a multiple of 16")
    cli.add_argument("--rate", type=float, default=1e-3)
    cli.add_argument("--judges-rate", type=float, default=5e-4)
    cli.add_argument("--seed", type=int, default=0)
    cli.add_argument("--weight", action="append", default=[], metavar="LOSS=W", help="of one loss")
    cli.add_argument("--workers", type=int, default=0, help="processes that make views")
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
