"""Train the painter the paper's way: `python -m training.cyclegan SHARED RUN`.

Two generators, photo to painting and back, against two discriminators that see real and made
pictures; no photo has a painting of its own. A run that is called again goes on where it stopped.
On several GPUs: `accelerate launch -m training.cyclegan …`.

Source: Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks".
"""

import argparse
import secrets
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from accelerate import Accelerator
from torch import Tensor, nn

from pipeline.nets.cyclegan import Generator
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.precision import mixed
from pipeline.types import Pixels
from training.command import parser_of
from training.figures import draw_curve, sheet
from training.loop import Schedule, fit, shared_by, single
from training.patchgan import PatchGAN, begun
from training.unpaired import Domains, batches, read_domains

CYCLE, IDENTITY = 10.0, 5.0  # weights of the cycle and of the identity loss: lambda, and half of it
REMEMBERED = 50  # made pictures that the discriminators may be shown again
SHOWN = 4  # held-out pictures of each kind on a sheet


@dataclass(frozen=True)
class LinearDecay(Schedule):
    """The paper's schedule: the rate stays for half of the training, then falls to 0 in a line."""

    def rate(self, progress: float) -> float:
        """Return the share of the learning rate at a progress in [0, 1]."""
        return min(1.0, 2 * (1 - min(progress, 1.0)))


class Replay:
    """A history of made pictures, so that a discriminator does not forget.

    Half of the time an older one is given instead.

    Source: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through
    Adversarial Training".
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.pictures: list[Tensor] = []

    def of(self, made: Tensor) -> Tensor:
        """Return as many pictures, (B, 3, H, W).

        Each is the one given or one remembered, which it then replaces.
        """
        return torch.stack([self._exchanged(picture) for picture in made.detach()])

    def _exchanged(self, picture: Tensor) -> Tensor:
        if len(self.pictures) < self.size:
            self.pictures.append(picture)
            return picture
        if self.rng.random() < 0.5:
            return picture
        index = int(self.rng.integers(self.size))
        older, self.pictures[index] = self.pictures[index], picture
        return older


def generators_loss(
    nets: dict[str, nn.Module], photo: Tensor, painting: Tensor
) -> tuple[Tensor, Tensor, Tensor, dict[str, float]]:
    """Return what both generators are punished for, what they made, and the parts of the loss.

    They made the painting and the photo, returned in this order.

    Source: equation 3, with the least-squares objective of section 4 and the identity loss of
    section 5.2.
    """
    painted, photographed = nets["painter"](photo), nets["photographer"](painting)
    adversarial = judged(nets["sees_paintings"](painted), real=True) + judged(
        nets["sees_photos"](photographed), real=True
    )
    cycle = F.l1_loss(nets["photographer"](painted), photo) + F.l1_loss(
        nets["painter"](photographed), painting
    )
    identity = F.l1_loss(nets["painter"](painting), painting) + F.l1_loss(
        nets["photographer"](photo), photo
    )
    total = adversarial + CYCLE * cycle + IDENTITY * identity
    parts = {"adversarial": adversarial.item(), "cycle": cycle.item(), "identity": identity.item()}
    return total, painted, photographed, parts


def judged(verdict: Tensor, *, real: bool) -> Tensor:
    """Return the least-squares distance of a discriminator's verdict from what it should be."""
    return (verdict.float() - float(real)).square().mean()


def discriminator_loss(network: nn.Module, real: Tensor, made: Tensor) -> Tensor:
    """Return half of what a discriminator is punished for.

    It then learns half as fast as the generators.
    """
    return 0.5 * (judged(network(real), real=True) + judged(network(made), real=False))


def networks(args: argparse.Namespace) -> dict[str, nn.Module]:
    """Return two generators and two discriminators with first weights.

    The painter's may be those of a start checkpoint.
    """
    nets: dict[str, nn.Module] = {
        "painter": Generator(args.filters, args.blocks, resize=not args.published).apply(begun),
        "photographer": Generator(args.filters, args.blocks, resize=not args.published).apply(
            begun
        ),
        "sees_paintings": PatchGAN(args.opponent),
        "sees_photos": PatchGAN(args.opponent),
    }
    if args.start:
        nets["painter"].load_state_dict(single(args.start))
    return nets


@torch.inference_mode()
def draw(
    painter: nn.Module, photographer: nn.Module, held_out: Domains, page: Path
) -> dict[str, float]:
    """Draw a sheet of cycles; return how far the cycle is from closed.

    Its panels are photo | painted | photo again and painting | photographed | painting again.
    """
    device = next(painter.parameters()).device
    photographer = photographer.eval()
    panels, errors = [], []
    photos = [*held_out.landscapes[:SHOWN], *held_out.people[:SHOWN]]
    for pictures, there, back in (
        (photos, painter, photographer),
        (held_out.paintings[:SHOWN], photographer, painter),
    ):
        for picture in pictures:
            x = (
                torch.from_numpy(_fitting(picture)).permute(2, 0, 1)[None].to(device).float()
                / 127.5
                - 1
            )
            made = there(x)
            again = back(made)
            errors.append(F.l1_loss(again, x).item() / 2)
            panels.append(np.hstack([_pixels(t) for t in (x, made, again)]))
    photographer.train()
    cv2.imwrite(str(page), sheet(panels)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    draw_curve(page.parent, page.parent / "loss.png")
    return {"cycle": float(np.mean(errors))}


def _fitting(picture: Pixels) -> Pixels:
    """Return a picture cut to sides that the generators take."""
    h, w = picture.shape[:2]
    return np.ascontiguousarray(picture[: h // 4 * 4, : w // 4 * 4])


def _pixels(picture: Tensor) -> Pixels:
    return to_uint8(picture[0].permute(1, 2, 0).float().cpu().numpy() / 2 + 0.5)


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    machine = Accelerator(mixed_precision="no", cpu=args.cpu)
    device = machine.device
    torch.manual_seed(0)
    nets = {
        name: net.to(device, memory_format=torch.channels_last)
        for name, net in networks(args).items()
    }
    made_by, seen_by = ("painter", "photographer"), ("sees_paintings", "sees_photos")
    optimizers = {
        "generators": torch.optim.Adam(
            [p for name in made_by for p in nets[name].parameters()], args.rate, (0.5, 0.999)
        ),
        "discriminators": torch.optim.Adam(
            [p for name in seen_by for p in nets[name].parameters()], args.rate, (0.5, 0.999)
        ),
    }
    # A generator is called three times a step and a discriminator's weights rest in the
    # generators' half of it.
    trained = {name: machine.prepare(net) for name, net in nets.items()}
    optimizers = {name: machine.prepare(optimizer) for name, optimizer in optimizers.items()}
    data, held_out = read_domains(args.shared / "data")
    rng = np.random.default_rng(
        secrets.randbits(62)
    )  # every process and every start sees pictures of its own
    stream = batches(data, args.batch, args.side, rng)
    replays = {name: Replay(REMEMBERED, rng) for name in seen_by}

    def step() -> dict[str, float]:
        photo, painting = (t.to(device, memory_format=torch.channels_last) for t in next(stream))
        for name in seen_by:
            nets[name].requires_grad_(False)
        with mixed(device.type, precise=args.precise):
            loss, painted, photographed, parts = generators_loss(trained, photo, painting)
        optimizers["generators"].zero_grad(set_to_none=True)
        machine.backward(loss)
        optimizers["generators"].step()
        for name in seen_by:
            nets[name].requires_grad_(True)
        with mixed(device.type, precise=args.precise):
            verdicts = [
                discriminator_loss(trained[name], real, replays[name].of(made))
                for name, real, made in zip(
                    seen_by, (painting, photo), (painted, photographed), strict=True
                )
            ]
        opponents = torch.stack(verdicts).sum()
        optimizers["discriminators"].zero_grad(set_to_none=True)
        machine.backward(opponents)
        optimizers["discriminators"].step()
        return {"loss": loss.item(), **parts, "opponents": opponents.item()}

    fit(
        nets, optimizers, step, averaged="painter",
        schedule=LinearDecay(args.minutes, ema=0.999, sample_minutes=args.sample_minutes),
        folder=args.run,
        sample=lambda net, page: draw(net, nets["photographer"], held_out, page),
        **shared_by(machine),
    )  # fmt: skip
    machine.wait_for_everyone()
    machine.end_training()


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=600)
    cli.add_argument(
        "--start", type=Path, help="a painter's checkpoint of the same size to start from"
    )
    cli.add_argument("--filters", type=int, default=64)
    cli.add_argument("--blocks", type=int, default=9)
    cli.add_argument(
        "--opponent", type=int, default=64, help="filters of the discriminators' first layer"
    )
    cli.add_argument(
        "--published",
        action="store_true",
        help="transposed convolutions, as in the published checkpoint",
    )
    cli.add_argument("--batch", type=int, default=1)
    cli.add_argument("--side", type=int, default=256)
    cli.add_argument("--rate", type=float, default=2e-4)
    cli.add_argument("--precise", action="store_true", help="float32 throughout")
    cli.add_argument("--cpu", action="store_true", help="even where there is a GPU")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
