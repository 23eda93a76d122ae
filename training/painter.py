"""Train the light painter: `python -m training.painter ../shared RUN_FOLDER`.

The generator learns from a stroke renderer (`strokes.py`). Photo and noise go in; the renderer's picture of the same photo with
the same noise is what should come out, compared pixel by pixel, by features and by Gram matrices. It trains with batch norm
first; then norms are folded into the convolutions and it trains on as what it will be (`--plain`): a network in which what a pixel
becomes depends on its surroundings only, at any size.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from pipeline.nets.generator import Generator
from pipeline.ops.grain import carried, seeds
from training.loop import Schedule, clock_of, fit, single
from training.strokes import lit_like_monet, stroked
from training.teachers import Perceptual, gram

WHITEST = 0.985  # targets are compared before tanh, where black and white are not flat; this is as far as they reach
FEATURES = ("conv21", "conv31", "conv41")
BRUSH = ("conv11", "conv12", "conv21", "conv31")


def held_out(files: list[Path], every: int) -> tuple[list[Path], list[Path]]:
    """Split sorted files into (for training, kept out): each `every`-th is kept out."""
    return [f for i, f in enumerate(files) if i % every], files[::every]


def photos(data: Path) -> list[np.ndarray]:
    """Load every training photo, (H, W, 3) uint8: landscapes, portraits in the wild, faces."""
    files = held_out(sorted((data / "photos").iterdir()), 8)[0]
    files += sorted((data / "portraits_in_the_wild/images").iterdir())
    files += sorted((data / "face_parsing/images").iterdir())[::4]
    return [np.ascontiguousarray(cv2.imread(str(f))[:, :, ::-1]) for f in files]


def batches(pictures: list[np.ndarray], batch: int, side: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield endless (noisy photo, strokes) pairs, (B, 3, side, side) in [-1, 1], each photo at a random scale."""
    margin = 12  # strokes reach this far, so targets are rendered on more than is used; even, to keep the carrier in place
    while True:
        pairs = []
        for i in rng.integers(len(pictures), size=batch):
            crop = _cropped(pictures[i], side + 2 * margin, rng).astype(np.float32) / 255
            noise = seeds(crop.shape[:2], rng)
            strokes = stroked(lit_like_monet(crop), noise)
            inner = slice(margin, margin + side)
            pairs.append(np.stack([crop * 2 - 1 + carried(noise), strokes * 2 - 1])[:, inner, inner])
        tensors = torch.from_numpy(np.stack(pairs)).permute(1, 0, 4, 2, 3).contiguous()
        yield tensors[0], tensors[1]


def _cropped(photo: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a (side, side, 3) crop of the photo at a random scale, mirrored now and then."""
    h, w = photo.shape[:2]
    k = max(side / min(h, w), rng.uniform(0.6, 1.0))
    scaled = cv2.resize(
        photo, (max(side, round(w * k)), max(side, round(h * k))), interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
    )
    y, x = rng.integers(0, scaled.shape[0] - side + 1), rng.integers(0, scaled.shape[1] - side + 1)
    crop = scaled[y : y + side, x : x + side]
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def difference(out: Tensor, strokes: Tensor, vgg: Perceptual) -> tuple[Tensor, dict[str, float]]:
    """Return the loss between two (B, 3, H, W) pictures in [-1, 1], and its parts."""
    pixel = F.l1_loss(out, strokes)
    coarse = F.mse_loss(F.avg_pool2d(out, 8), F.avg_pool2d(strokes, 8))
    got, want = vgg(out / 2 + 0.5), vgg(strokes / 2 + 0.5)
    feature = sum(F.l1_loss(got[n], want[n]) / want[n].mean() for n in FEATURES)
    grams = [(gram(got[n]), gram(want[n])) for n in BRUSH]
    brush = sum(((a - b).norm(dim=(1, 2)) / b.norm(dim=(1, 2))).mean() for a, b in grams)
    total = 3 * pixel + 5 * coarse + 0.5 * feature + 0.3 * brush
    return total, {"pixel": pixel.item(), "coarse": coarse.item(), "feature": feature.item(), "brush": brush.item()}


@torch.inference_mode()
def draw(network: nn.Module, data: Path, sheet: Path) -> dict[str, float]:
    """Paint held-out photos and portraits at 384 px on the short side beside the renderer; return the mean pixel error."""
    files = held_out(sorted((data / "photos").iterdir()), 8)[1][:4] + sorted((data / "portraits").glob("*.jpg"))[:12:2]
    columns, errors = [], []
    for file in files:
        photo = cv2.imread(str(file))[:, :, ::-1].astype(np.float32) / 255
        h, w = photo.shape[:2]
        k = 384 / min(h, w)
        photo = cv2.resize(photo, (round(w * k / 4) * 4, round(h * k / 4) * 4), interpolation=cv2.INTER_AREA).clip(0, 1)
        noise = seeds(photo.shape[:2], np.random.default_rng(0))
        x = torch.from_numpy(photo * 2 - 1 + carried(noise)).permute(2, 0, 1)[None].to(next(network.parameters()).device)
        out = (network(x)[0].permute(1, 2, 0).float().cpu().numpy() / 2 + 0.5).clip(0, 1)
        want = stroked(lit_like_monet(photo), noise)
        errors.append(np.abs(out - want).mean())
        columns.append(np.vstack([p[:384, :384] for p in (photo, want, out)]))
    picture = np.vstack([np.hstack(columns[:5]), np.hstack(columns[5:10])])
    cv2.imwrite(str(sheet), (picture[:, :, ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return {"pixel": float(np.mean(errors))}


def plain_generator(state: dict[str, Tensor]) -> tuple[Generator, dict[str, Any]]:
    """Return a checkpoint's generator without norms, and its arguments, read off the weights' shapes.

    Batch norms are folded into the convolutions before them: the same output.
    """
    filters = len(state["model.1.weight"])
    blocks = sum(bool(re.fullmatch(r"model\.\d+\.conv_block\.1\.weight", key)) for key in state)
    # A transposed convolution keeps (in, out) where a convolution keeps (out, in).
    build = {"filters": filters, "blocks": blocks, "resize": len(state[f"model.{10 + blocks}.weight"]) == 2 * filters}
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
                    module[i - 1], module[i] = fuse_conv_bn_eval(module[i - 1], module[i], turned), nn.Identity()
    return network


def main() -> None:
    """Train from a start checkpoint (or from nothing) for a number of minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--plain", action="store_true", help="fold the start checkpoint's norms and train on without any")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--filters", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--side", type=int, default=160)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.manual_seed(0)
    data, device = args.shared / "data", args.device
    generator = Generator(args.filters, args.blocks, resize=True, norm="batch")
    if args.plain:
        generator, _ = plain_generator(single(args.start))
    elif args.start:
        generator.load_state_dict(single(args.start))
    generator = generator.to(device, memory_format=torch.channels_last)
    vgg = Perceptual(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    optimizer = torch.optim.Adam(generator.parameters(), args.rate, (0.9, 0.99))
    stream = batches(photos(data), args.batch, args.side, np.random.default_rng())

    def step() -> dict[str, float]:
        photo, strokes = (t.to(device) for t in next(stream))
        with torch.autocast(device, torch.bfloat16):
            loud = generator.model[:-1](photo.contiguous(memory_format=torch.channels_last))
        loud = loud.float()
        loss, figures = difference(loud.tanh(), strokes, vgg)
        before = F.smooth_l1_loss(loud, strokes.clamp(-WHITEST, WHITEST).atanh())
        optimizer.zero_grad(set_to_none=True)
        (loss + 2 * before).backward()
        nn.utils.clip_grad_norm_(generator.parameters(), 5.0)
        optimizer.step()
        return {**figures, "before": before.item()}

    fit(
        {"generator": generator}, {"adam": optimizer}, step, averaged="generator",
        schedule=Schedule(args.minutes, ema=0.998), folder=args.folder,
        clock=clock_of(device), sample=lambda net, sheet: draw(net, data, sheet),
    )  # fmt: skip


if __name__ == "__main__":
    main()
