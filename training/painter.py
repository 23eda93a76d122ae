"""Train the light painter: `python -m training.painter ../shared RUN_FOLDER --start CHECKPOINT`.

The generator learns from a stroke renderer (`strokes.py`): coarse color and feature distances hold it to the photo's
light in Monet's palette, Gram distances and a PatchGAN (strokes and real Monets) teach it the brush. It trains with batch
norm, which export folds into the convolutions: what a pixel becomes then depends on its surroundings only, at any size.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.nets.generator import Generator
from pipeline.stages.stylize import GRAIN
from training.loop import Schedule, fit
from training.strokes import lit_like_monet, stroked
from training.teachers import Perceptual, gram

LOUDEST = 2.5  # tanh is flat beyond this: what gets there is black or white and cannot learn its way back
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]  # photo, its Monet light, its strokes: uint8 RGB of one size


def discriminator(filters: int = 32) -> nn.Sequential:
    """Return a 70 x 70 PatchGAN: (B, 3, H, W) in [-1, 1] -> patch scores, 1 for real."""
    f = filters
    widths = ((3, f, 2), (f, 2 * f, 2), (2 * f, 4 * f, 2), (4 * f, 8 * f, 1))
    layers = [layer for a, b, stride in widths for layer in (nn.Conv2d(a, b, 4, stride, 1), nn.LeakyReLU(0.2))]
    return nn.Sequential(*layers, nn.Conv2d(8 * f, 1, 4, 1, 1))


def held_out(files: list[Path], every: int) -> tuple[list[Path], list[Path]]:
    """Split sorted files into (for training, kept out): each `every`-th is kept out."""
    return [f for i, f in enumerate(files) if i % every], files[::every]


def triples(data: Path, cache: Path, seed: int = 0) -> list[Triple]:
    """Render, or load from the cache, every training photo's Monet light and strokes."""
    if cache.exists():
        packed = np.load(cache)
        return [tuple(packed[f"{i}"]) for i in range(len(packed.files))]
    rng = np.random.default_rng(seed)
    files = [(f, 256) for f in held_out(sorted((data / "photos").iterdir()), 8)[0]]
    files += [(f, None) for f in sorted((data / "portraits_in_the_wild/images").iterdir())]
    files += [(f, None) for f in sorted((data / "face_parsing/images").iterdir())[::4]]
    done = []
    for file, side in files:
        photo = cv2.imread(str(file))[:, :, ::-1].astype(np.float32) / 255
        k = (side or rng.uniform(256, 400)) / min(photo.shape[:2])
        photo = cv2.resize(photo, None, fx=k, fy=k, interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC).clip(0, 1)
        light = lit_like_monet(photo)
        done.append(tuple((p.clip(0, 1) * 255).round().astype(np.uint8) for p in (photo, light, stroked(light, rng))))
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, **{str(i): np.stack(t) for i, t in enumerate(done)})
    return done


def batches(items: list[Triple], rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield endless (photo, light, strokes) batches in [-1, 1]; crops small and large, so that no size is special."""
    while True:
        count, side = ((4, 160), (2, 224), (2, 256))[rng.choice(3, p=(0.5, 0.3, 0.2))]
        stacks = []
        for i in rng.integers(len(items), size=count):
            photo, light, strokes = items[i]
            h, w = photo.shape[:2]
            y, x = rng.integers(0, h - side + 1), rng.integers(0, w - side + 1)
            crop = np.stack([p[y : y + side, x : x + side] for p in (photo, light, strokes)])
            stacks.append(crop[:, :, ::-1] if rng.random() < 0.5 else crop)
        tensors = torch.from_numpy(np.stack(stacks)).permute(1, 0, 4, 2, 3).float() / 127.5 - 1
        yield tensors[0], tensors[1], tensors[2]


def content_and_brush(out: Tensor, light: Tensor, strokes: Tensor, vgg: Perceptual) -> tuple[Tensor, dict[str, float]]:
    """Return the loss that needs no opponent: coarse color, features, Gram matrices. Pictures in [-1, 1]."""
    coarse = F.mse_loss(F.avg_pool2d(out, 8), F.avg_pool2d(light, 8)) + 0.5 * F.l1_loss(F.avg_pool2d(out, 4), F.avg_pool2d(light, 4))
    got, want = vgg(out / 2 + 0.5), vgg(strokes / 2 + 0.5)
    feature = sum(F.l1_loss(got[n], want[n]) / want[n].mean() for n in ("conv31", "conv41"))
    brush = sum(((gram(got[n]) - gram(want[n])).norm(dim=(1, 2)) / gram(want[n]).norm(dim=(1, 2))).mean() for n in BRUSH)
    total = 10 * coarse + 1.0 * feature + 1.0 * brush
    return total, {"coarse": coarse.item(), "feature": feature.item(), "brush": brush.item()}


BRUSH = ("conv11", "conv12", "conv21", "conv31")


@torch.inference_mode()
def draw(network: nn.Module, data: Path, sheet: Path) -> dict[str, float]:
    """Paint held-out photos and portraits at 512 px on the short side; return the darkest and lightest coarse error."""
    files = held_out(sorted((data / "photos").iterdir()), 8)[1][:4] + sorted((data / "portraits").glob("*.jpg"))[:12:2]
    columns, errors = [], []
    for file in files:
        photo = cv2.imread(str(file))[:, :, ::-1].astype(np.float32) / 255
        h, w = photo.shape[:2]
        k = 384 / min(h, w)
        photo = cv2.resize(photo, (round(w * k / 4) * 4, round(h * k / 4) * 4), interpolation=cv2.INTER_AREA).clip(0, 1)
        x = torch.from_numpy(photo).permute(2, 0, 1)[None].to(next(network.parameters()).device) * 2 - 1
        x = x + GRAIN * torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).to(x.device)
        out = (network(x)[0].permute(1, 2, 0).float().cpu().numpy() / 2 + 0.5).clip(0, 1)
        errors.append(np.abs(cv2.GaussianBlur(out - lit_like_monet(photo), (0, 0), 6)).max())
        columns.append(np.vstack([p[:384, :384] if min(p.shape[:2]) >= 384 else cv2.resize(p, (384, 384)) for p in (photo, out)]))
    picture = np.vstack([np.hstack(columns[:5]), np.hstack(columns[5:10])])
    cv2.imwrite(str(sheet), (picture[:, :, ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return {"worst_coarse": float(np.max(errors)), "mean_coarse": float(np.mean(errors))}


def start_weights(file: Path) -> dict[str, Tensor]:
    """Return a checkpoint's floats; keys of the earliest runs (bare indices) become the generator's."""
    names = {"1": "1", "5": "4", "9": "7", "20": "16", "25": "19", "29": "23"}
    state = {}
    for key, value in load_file(file).items():
        if not key.startswith("model."):
            index, rest = key.split(".", 1)
            key = f"model.{int(index) - 2}.conv_block.{rest[2:]}" if rest.startswith("b.") else f"model.{names[index]}.{rest}"
        state[key] = value.float()
    return state


def main() -> None:
    """Train from a start checkpoint (or from nothing) for a number of minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--filters", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng()
    data, device = args.shared / "data", args.device
    items = triples(data, args.folder / "triples.npz")
    paintings = [cv2.imread(str(f))[:, :, ::-1] for f in held_out(sorted((data / "monet").iterdir()), 10)[0]]
    generator = Generator(args.filters, args.blocks, resize=True, norm="batch")
    if args.start:
        generator.load_state_dict(start_weights(args.start), strict=False)  # convolutions only; norms start anew
    generator, critic = generator.to(device), discriminator().to(device)
    vgg = Perceptual(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    optimizers = {
        "generator": torch.optim.Adam(generator.parameters(), 4e-4, (0.5, 0.99)),
        "critic": torch.optim.Adam(critic.parameters(), 4e-4, (0.5, 0.99)),
    }
    stream = batches(items, rng)

    def monet_crops(like: Tensor) -> Tensor:
        count, side = like.shape[0], like.shape[-1]
        crops = []
        for i in rng.integers(len(paintings), size=count):
            y, x = rng.integers(0, 256 - side + 1, 2)
            crop = paintings[i][y : y + side, x : x + side]
            crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
        return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float().to(device) / 127.5 - 1

    def step() -> dict[str, float]:
        photo, light, strokes = (t.to(device) for t in next(stream))
        with torch.autocast(device, torch.bfloat16):
            loud = generator.model[:-1](photo + GRAIN * torch.randn_like(photo))
            out = loud.tanh()
            real = torch.where(torch.rand(len(photo), 1, 1, 1, device=device) < 0.75, strokes, monet_crops(photo))
            scores = critic(torch.cat([real, out.detach()])).float()
            critic_loss = (scores[: len(real)] - 1).square().mean() + scores[len(real) :].square().mean()
        optimizers["critic"].zero_grad(set_to_none=True)
        critic_loss.backward()
        optimizers["critic"].step()
        critic.requires_grad_(False)
        with torch.autocast(device, torch.bfloat16):
            fooled = (critic(out).float() - 1).square().mean()
        critic.requires_grad_(True)
        out = out.float()
        loss, figures = content_and_brush(out, light, strokes, vgg)
        optimizers["generator"].zero_grad(set_to_none=True)
        saturated = F.relu(loud.float().abs() - LOUDEST).mean()
        (loss + 0.5 * fooled + saturated).backward()
        nn.utils.clip_grad_norm_(generator.parameters(), 5.0)
        optimizers["generator"].step()
        return {**figures, "critic": critic_loss.item(), "fooled": fooled.item(), "saturated": saturated.item()}

    fit(
        {"generator": generator, "critic": critic}, optimizers, step, averaged="generator",
        schedule=Schedule(args.minutes, ema=0.998), folder=args.folder, sample=lambda net, sheet: draw(net, data, sheet),
    )  # fmt: skip


if __name__ == "__main__":
    main()
