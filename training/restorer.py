"""Train the light restorer: `python -m training.restorer SHARED RUN`.

Faces are degraded as GFPGAN's were; the network is punished for every pixel, for the features of a
distilled VGG-19, and more for eyes and mouth. `--adversarial 0.05` adds an opponent that tells real
faces from restored ones, once a start checkpoint restores. A run that is called again goes on where
it stopped. On several GPUs: `accelerate launch -m training.restorer …`.

Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial Prior",
sections 3.4 and 4.1.
"""

import argparse
import secrets
from pathlib import Path

import cv2
import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from pipeline.nets.light_restorer import LightRestorer
from pipeline.runtime.precision import mixed
from pipeline.types import Pixels
from training.command import parser_of
from training.cyclegan import discriminator_loss, judged
from training.figures import as_network, draw_curve, sheet
from training.loop import Schedule, fit, shared_by, single
from training.patchgan import PatchGAN
from training.restore_figures import feature_distance, figures, outcome, trials
from training.teachers import Perceptual
from training.worn_faces import Worn, batches, read_pairs

PIXEL = 5.0
LOOKED_AT = 3.0  # how much more an eye's pixel counts
SMOOTH = 1e-3  # below this an error counts by its square
MEASURED, SHOWN = 24, 8  # held-out faces; `benchmarks.restoring` measures all of them


def difference(
    found: Tensor, truth: Tensor, look: Tensor, vgg: Perceptual, sharper: float = 0.5
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss between two (B, 3, H, W) pictures in [-1, 1], and its parts.

    `look`, (B, 1, H, W): where people look; `sharper`: weight of the features, which ask for edges
    where pixels ask for a mean.

    Source: Charbonnier et al. 1994 for the pixels' share; Johnson et al. 2016 for the features'.
    """
    weight = 1 + LOOKED_AT * look
    pixel = (((found - truth).square() + SMOOTH**2).sqrt() * weight).mean()
    feature = feature_distance(found, truth, vgg, weight).mean()
    return PIXEL * pixel + sharper * feature, {"pixel": pixel.item(), "feature": feature.item()}


def networks(args: argparse.Namespace) -> dict[str, nn.Module]:
    """Return the restorer, and its opponent where one is asked for.

    The restorer has first weights or a start checkpoint's.

    Raises: ValueError: an opponent is asked for before there is anything that it could tell from
    the truth.
    """
    if args.adversarial and not args.start:
        raise ValueError(
            "--adversarial needs a restorer that restores already: "
            "name one by --start RUN/average.safetensors."
        )
    nets: dict[str, nn.Module] = {"restorer": LightRestorer(args.width, args.depth)}
    if args.start:
        nets["restorer"].load_state_dict(single(args.start))
    if args.adversarial:
        nets["opponent"] = PatchGAN(args.opponent)
    return nets


def evaluate(
    network: nn.Module, held_out: list[tuple[Pixels, Pixels]], vgg: Perceptual, page: Path
) -> dict[str, float]:
    """Measure an averaged network on held-out faces.

    Draw degraded | restored | truth of some, and the run's loss curve.
    """
    outcomes = [outcome(sharp, degraded, as_network(network)) for sharp, degraded in held_out]
    panels = [np.hstack([o.degraded, o.restored, o.sharp]) for o in outcomes[:SHOWN]]
    cv2.imwrite(str(page), sheet(panels)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    draw_curve(page.parent, page.parent / "loss.png")
    return figures(outcomes, vgg)


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    # No mixed precision of accelerate's, which changes `forward`: bf16 by autocast below, so that
    # the averaged copy stays plain.
    machine = Accelerator(mixed_precision="no", cpu=args.cpu)
    device = machine.device
    torch.manual_seed(0)
    nets = {
        name: net.to(device, memory_format=torch.channels_last)
        for name, net in networks(args).items()
    }
    optimizers = {
        name: torch.optim.Adam(net.parameters(), args.rate, (0.9, 0.99))
        for name, net in nets.items()
    }
    trained = {name: machine.prepare(net) for name, net in nets.items()}
    optimizers = {name: machine.prepare(optimizer) for name, optimizer in optimizers.items()}
    vgg = Perceptual(args.shared / "weights/vgg19_distilled/5SE.pth").to(device)
    held_out = trials(args.shared / "data/face_parsing_test/images", MEASURED)
    # Every process and every start sees faces of its own.
    worn = Worn(read_pairs(args.shared / "data/face_parsing"), args.side, seed=secrets.randbits(62))
    stream = batches(worn, args.batch, device, args.workers)

    def descend(name: str, loss: Tensor) -> None:
        optimizers[name].zero_grad(set_to_none=True)
        machine.backward(loss)
        machine.clip_grad_norm_(trained[name].parameters(), 5.0)
        optimizers[name].step()

    def step() -> dict[str, float]:
        degraded, truth, look = next(stream)
        with mixed(device.type, precise=args.precise):
            found = trained["restorer"](degraded)
            loss, parts = difference(found, truth, look, vgg, args.feature)
            if args.adversarial:
                nets["opponent"].requires_grad_(False)
                deceived = judged(trained["opponent"](found), real=True)
                loss = loss + args.adversarial * deceived
                parts["deceived"] = deceived.item()
        descend("restorer", loss)
        if args.adversarial:
            nets["opponent"].requires_grad_(True)
            with mixed(device.type, precise=args.precise):
                caught = discriminator_loss(trained["opponent"], truth, found.detach())
            descend("opponent", caught)
            parts["opponent"] = caught.item()
        return {"loss": loss.item(), **parts}

    fit(
        nets,
        optimizers,
        step,
        averaged="restorer",
        schedule=Schedule(args.minutes, sample_minutes=args.sample_minutes),
        folder=args.run,
        sample=lambda net, page: evaluate(net, held_out, vgg, page),
        **shared_by(machine),
    )
    machine.wait_for_everyone()
    machine.end_training()


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=100)
    cli.add_argument(
        "--start", type=Path, help="a restorer's checkpoint of the same size to start from"
    )
    cli.add_argument(
        "--width", type=int, default=48, help="channels at a quarter of the face's size"
    )
    cli.add_argument("--depth", type=int, default=5, help="blocks at a sixteenth of it")
    cli.add_argument("--batch", type=int, default=2, help="faces a step, on each device")
    cli.add_argument(
        "--side",
        type=int,
        default=256,
        help="px of a part that is learned from, a multiple of 16; 512: the whole face",
    )
    cli.add_argument("--rate", type=float, default=3e-4)
    cli.add_argument("--feature", type=float, default=0.5, help="weight of the features")
    cli.add_argument(
        "--adversarial",
        type=float,
        default=0.0,
        help="weight of an opponent's verdict; needs --start",
    )
    cli.add_argument(
        "--opponent", type=int, default=32, help="filters of the opponent's first layer"
    )
    cli.add_argument(
        "--workers", type=int, default=0, help="processes that degrade faces beside the training"
    )
    cli.add_argument("--precise", action="store_true", help="float32 throughout")
    cli.add_argument("--cpu", action="store_true", help="even where there is a GPU")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
