"""Train the small face descriptor to say what dlib's says; it begins as that one, cut down.

    python -m training.likeness SHARED runs/likeness --minutes 4

dlib's network describes new views on the way, which costs as much as learning from them, so that
each is learned from a few times. `RUN/faces.npz` keeps the faces. A later call with the same run
goes on where it stopped.
"""

import argparse
import secrets
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.metrics.likeness import SIDE
from pipeline.nets.light_descriptor import NUMBERS, LightDescriptor
from pipeline.runtime.precision import mixed
from training.command import parser_of
from training.face_descriptor import FILE, STAGES, Descriptor
from training.figures import draw_curve
from training.likeness_faces import Faces, load_faces
from training.likeness_figures import agreement, distances, figures
from training.likeness_views import View, plain, shown_of, view
from training.loop import fit_small

APART = 1.0  # how much the distances of a batch's faces count beside the descriptors
AT_ONCE = 64  # faces that are measured at once
SHOWN = 32

BEGUN = 400  # chips that dlib's network is first followed on
# dlib's residual blocks, in their order.
BLOCKS = [name for down, blocks in STAGES for name in (*([down] if down else []), *blocks)]
KEPT = 12_000  # views that are drawn from; older ones are forgotten
LEAST = 480  # views before the first step

Describe = Callable[[Tensor], Tensor]


class Views:
    """The newest views, as the small network sees them, and what dlib's says of each.

    Pairs of neighbors show one person.
    """

    def __init__(self, faces: Faces, teacher: Describe, rng: np.random.Generator) -> None:
        self.faces, self.teacher, self.rng = faces, teacher, rng
        self.chips = np.zeros((KEPT, SIDE, SIDE, 3), np.uint8)
        self.wanted = torch.zeros(KEPT, NUMBERS)
        self.count = 0
        while self.count < LEAST:
            self.add(AT_ONCE)

    def add(self, count: int) -> None:
        """Make and describe so many views, an even number."""
        views = batch_of(self.faces, count, self.rng)
        where = (self.count + np.arange(count)) % KEPT
        self.chips[where] = [each.small for each in views]
        with torch.no_grad():
            large = tensor_of([each.large for each in views])
            self.wanted[where] = half_precision(self.teacher, large)
        self.count += count

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Draw chips, (B, 3, 150, 150) in [0, 1], and what is wanted of them, (B, 128)."""
        pairs = self.rng.choice(min(self.count, KEPT) // 2, count // 2, replace=False)
        which = np.stack([2 * pairs, 2 * pairs + 1], 1).ravel()
        return tensor_of(list(self.chips[which])), self.wanted[which]


def batch_of(faces: Faces, count: int, rng: np.random.Generator) -> list[View]:
    """Draw views of people, two of each, of two pictures where there are."""
    rows = []
    for _ in range(count // 2):
        i = int(rng.integers(len(faces)))
        theirs = np.flatnonzero(faces.name == faces.name[i])
        rows += [view(faces, i, rng), view(faces, int(rng.choice(theirs)), rng)]
    return rows


def inherited(network: LightDescriptor, shared: Path, chips: Tensor) -> LightDescriptor:
    """Begin a network as dlib's, as far as convolutions of low rank can follow it on chips.

    Each of these keeps the directions in which what dlib's would say of the chips varies most.

    Source: Zhang et al. 2016, "Accelerating Very Deep Convolutional Networks for Classification
    and Detection", section 3.1.
    """
    theirs = {key: value.float() for key, value in load_file(shared / FILE).items()}

    def fill(conv: nn.Module, name: str, seen: Tensor) -> None:
        weight, bias, scale, shift = (
            theirs[f"{name}.{part}"] for part in ("weight", "bias", "scale", "shift")
        )
        weight, bias = weight * scale[:, None, None, None], bias * scale + shift
        if isinstance(conv, nn.Conv2d):
            conv.load_state_dict({"weight": weight, "bias": bias})
            return
        inner, outer = conv
        said = F.conv2d(seen, weight, bias, inner.stride, inner.padding)
        said = said.movedim(1, 3).flatten(0, 2)
        mean = said.mean(0)
        main = torch.linalg.eigh((said - mean).T @ (said - mean))[1][:, -len(inner.weight) :]
        inner.weight.copy_(torch.einsum("or,oihw->rihw", main, weight))
        outer.weight.copy_(main[:, :, None, None])
        outer.bias.copy_(mean + main @ (main.T @ (bias - mean)))

    with torch.no_grad():
        fill(network.first, "conv32_down", chips)
        seen = network.begun(chips)
        for block, name in zip(network.layers, BLOCKS, strict=True):
            fill(block.conv1, f"{name}.conv1", seen)
            fill(block.conv2, f"{name}.conv2", F.relu(block.conv1(seen)))
            seen = block(seen)
        network.said.weight.copy_(theirs["fc"].T)
        network.said.bias.zero_()
    return network


def tensor_of(pixels: list[NDArray[np.uint8]]) -> Tensor:
    """Return chips as a batch, (B, 3, S, S) in [0, 1]."""
    batch = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)
    return batch.float().div(255).contiguous(memory_format=torch.channels_last)


def half_precision(network: Describe, chips: Tensor) -> Tensor:
    """Describe chips in bfloat16, which some processors are twice as fast in."""
    with mixed("cpu"):
        return network(chips).float()


def loss_of(said: Tensor, wanted: Tensor) -> Tensor:
    """Return how far descriptors, (B, 128), are off, and the distances of all pairs of them.

    Source: Park et al. 2019, "Relational Knowledge Distillation", equation 5.
    """
    off = (said - wanted).square().sum(1).mean()
    both = (torch.pdist(each) for each in (said, wanted))
    return off + APART * (next(both) - next(both)).square().mean()


def described(network: Describe, pixels: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Describe chips, (N, 128), each once and mirrored: the mean."""
    out = []
    with torch.inference_mode():
        for start in range(0, len(pixels), AT_ONCE):
            chips = tensor_of(pixels[start : start + AT_ONCE])
            out.append((network(chips) + network(chips.flip(3))) / 2)
    return torch.cat(out).numpy()


class HeldOut:
    """Faces of people whom a training does not see, and what dlib's network says of them."""

    def __init__(self, faces: Faces, teacher: Describe) -> None:
        self.names = faces.name
        self.sets = [
            [plain(shown_of(faces, i, paint)) for i in range(len(faces))] for paint in (0.0, 1.0)
        ]
        self.wanted = [described(teacher, [each.large for each in views]) for views in self.sets]

    def evaluate(self, network: nn.Module, page: Path) -> dict[str, float]:
        """Return figures of pairs of people, and of photos and paintings; draw the worst of both.

        `painted`: how well the two networks agree on how far a painted face is from its photo's.
        """
        said = [described(network, [each.small for each in views]) for views in self.sets]
        pairs = np.arange(2 * len(self.names)).reshape(2, -1).T
        both = [distances(np.concatenate(each), pairs) for each in (said, self.wanted)]
        off = np.argsort(-np.abs(both[0] - both[1]))[:SHOWN]
        rows = [np.vstack([views[i].small for views in self.sets]) for i in off]
        lines = [np.hstack(rows[i : i + 8]) for i in range(0, len(rows) - 7, 8)]
        if lines:
            cv2.imwrite(str(page), np.vstack(lines)[:, :, ::-1])
        draw_curve(page.parent, page.parent / "loss.png")
        return {
            **figures(said[0], self.wanted[0], self.names),
            "painted": agreement(*both),
            "painted_off": float(np.mean(np.abs(both[0] - both[1]))),
        }


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(secrets.randbits(32))
    learned, rest = load_faces(args.shared, args.run)
    teacher = Descriptor(args.shared).eval().requires_grad_(False)
    teacher.to(memory_format=torch.channels_last)
    held_out = HeldOut(rest, teacher)
    views = Views(learned, teacher, np.random.default_rng())
    network = inherited(LightDescriptor(), args.shared, tensor_of(list(views.chips[:BEGUN])))

    def loss() -> Tensor:
        views.add(args.fresh)
        chips, wanted = views.draw(args.batch)
        return loss_of(half_precision(network, chips), wanted)

    fit_small(
        "descriptor", network, loss, args, decay=args.decay, steepest=5.0, sample=held_out.evaluate
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=4, sample_minutes=1)
    cli.add_argument("--start", type=Path, help="a descriptor's checkpoint to start from")
    cli.add_argument("--batch", type=int, default=48, help="views a step")
    cli.add_argument("--fresh", type=int, default=16, help="new views a step, an even number")
    cli.add_argument("--rate", type=float, default=3e-4)
    cli.add_argument("--decay", type=float, default=0.01)
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
