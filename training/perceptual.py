"""Train the compact perceptual network: `python -m training.perceptual SHARED RUN`.

It learns to say of a picture what a distilled VGG-19 says of it, lifted to VGG-19's channels: of
photos, of paintings, and of pictures that are still half noise, as an optimization that starts from
noise shows it. A run that is called again goes on where it stopped.

Source: Wang et al. 2020, "Collaborative Distillation for Ultra-Resolution Universal Style Transfer"
(the teacher).
"""

import argparse
import secrets
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.vgg import Perceptual
from pipeline.runtime.precision import mixed
from training.command import parser_of
from training.figures import draw_curve
from training.loop import Schedule, clock_of, fit, single
from training.teachers import Lifted
from training.unpaired import Domains, part, read_domains

WIDTHS = (24, 48, 96, 160, 160)
LIFTS = {
    "conv1_1": 64,
    "conv2_1": 128,
    "conv3_1": 256,
    "conv4_1": 512,
    "conv4_2": 128,
    "conv5_1": 512,
}  # channels the teacher has
GRAM = 0.5  # weight of what maps have in common, beside the maps themselves
NOISY, PAINTED = 0.3, 0.4  # shares of pictures that are mixed with noise, that are paintings
SMALLEST, LARGEST = 128, 512  # px: short side of a picture of which a part is shown
MEASURED = 48


def network() -> Perceptual:
    """Return a compact network without knowledge."""
    net = Perceptual(WIDTHS, LIFTS, padding="reflect")
    for module in net.features:
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    return net


def batches(data: Domains, batch: int, side: int, rng: np.random.Generator) -> Iterator[Tensor]:
    """Yield endless parts of pictures, (B, 3, side, side) in [0, 1], some of them part noise."""
    while True:
        shown = []
        for _ in range(batch):
            kind = (
                data.paintings
                if rng.random() < PAINTED
                else data.people
                if rng.random() < 0.5
                else data.landscapes
            )
            short = np.exp(rng.uniform(np.log(max(SMALLEST, side)), np.log(LARGEST)))
            picture = part(kind[rng.integers(len(kind))], short, side, rng).astype(np.float32) / 255
            if rng.random() < NOISY:
                noise = np.clip(0.5 + rng.normal(0, rng.uniform(0.1, 0.5), picture.shape), 0, 1)
                share = rng.random()
                picture = (share * noise + (1 - share) * picture).astype(np.float32)
            shown.append(picture)
        yield torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2).contiguous()


def products(one: Tensor, other: Tensor) -> Tensor:
    """Return the mean products of two maps' channels, and of a one beside them.

    They are (B, C + 1, D + 1).
    """
    a, b = (F.pad(maps.flatten(2), (0, 0, 0, 1), value=1.0) for maps in (one, other))
    return a @ b.mT / a.shape[2]


def unlike(found: Tensor, wanted: Tensor, mine: Tensor, theirs: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far a layer's lifted map is from the wanted one, and its Gram matrix.

    Each is a share of the wanted one's size. `mine`, `theirs`: matrices that lift them. The lifted
    maps are never made: products of the narrow ones' channels say all of it. A map's size is its
    deviation from its channels' means: to know the mean alone is worth nothing.
    """
    own, cross, truth = products(found, found), products(found, wanted), products(wanted, wanted)
    energy = (theirs @ truth.mean(0) * theirs).sum()
    mean = theirs @ truth.mean(0)[:, -1]
    error = (mine @ own.mean(0) * mine).sum() - 2 * (mine @ cross.mean(0) * theirs).sum() + energy
    grams, true_grams = mine @ own @ mine.T, theirs @ truth @ theirs.T
    return error / (energy - (mean**2).sum()), (grams - true_grams).norm(
        dim=(1, 2)
    ).mean() / true_grams.norm(dim=(1, 2)).mean()


@torch.inference_mode()
def evaluate(net: Perceptual, held_out: Domains, teacher: Lifted, page: Path) -> dict[str, float]:
    """Return each layer's distance on held-out pictures; draw the run's loss curve.

    The distances are those of maps and of Gram matrices.
    """
    rng = np.random.default_rng(0)
    device = next(net.parameters()).device
    sums: dict[str, list[float]] = {}
    stream = batches(held_out, 4, 192, rng)
    for _ in range(MEASURED // 4):
        picture = next(stream).to(device)
        wanted, found = teacher(picture), net(picture, LIFTS)
        for name in LIFTS:
            maps, grams = unlike(found[name], wanted[name], net.lift(name), teacher.lift(name))
            sums.setdefault(name, []).append(maps.item())
            sums.setdefault(f"{name} gram", []).append(grams.item())
    draw_curve(page.parent, page.parent / "loss.png")
    return {name: float(np.mean(values)) for name, values in sums.items()}


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(0)
    device = torch.device(args.device)
    net = network()
    if args.start:
        net.load_state_dict(single(args.start))
    net = net.to(device, memory_format=torch.channels_last)
    teacher = Lifted(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    optimizer = torch.optim.Adam(net.parameters(), args.rate, (0.9, 0.99))
    data, held_out = read_domains(args.shared / "data")
    stream = batches(data, args.batch, args.side, np.random.default_rng(secrets.randbits(62)))

    def step() -> dict[str, float]:
        picture = next(stream).to(device, memory_format=torch.channels_last)
        with torch.no_grad(), mixed(device.type):
            wanted = {name: x.float() for name, x in teacher(picture).items()}
        with mixed(device.type):
            found = {name: x.float() for name, x in net(picture, LIFTS).items()}
        each = [
            unlike(found[name], wanted[name], net.lift(name), teacher.lift(name)) for name in LIFTS
        ]
        maps, grams = (torch.stack(terms).mean() for terms in zip(*each, strict=True))
        loss = maps + GRAM * grams
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        return {"loss": loss.item(), "maps": maps.item(), "grams": grams.item()}

    fit(
        {"perceptual": net},
        {"adam": optimizer},
        step,
        averaged="perceptual",
        schedule=Schedule(args.minutes, sample_minutes=args.sample_minutes),
        folder=args.run,
        clock=clock_of(device),
        sample=lambda averaged, page: evaluate(averaged, held_out, teacher, page),
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=120)
    cli.add_argument("--start", type=Path, help="a checkpoint to start from")
    cli.add_argument("--batch", type=int, default=6)
    cli.add_argument("--side", type=int, default=128, help="px of a part that is learned from")
    cli.add_argument("--rate", type=float, default=1e-3)
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
