"""Train the embedded promptable segmenter.

`python -m training.prompts SHARED/data RUN_FOLDER --start PARSER_SHARD...`

A person is simulated: a box, a click or a mask with a mistake, then clicks where the answer is
wrong. Trained coarse to fine: `--cells 16`, then 32, then 64 (the whole embedding), each starting
from the one before.

Source: Kirillov et al. 2023, "Segment Anything", appendix A (training algorithm).
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.sam import CELLS
from pipeline.runtime.precision import mixed
from training.crowd import Crowd, Task, correct
from training.light_sam import LightSam, chosen, inputs
from training.loop import Schedule, clock_of, fit, single
from training.prompt_figures import figures
from training.regions import Shared

FOCAL, GAMMA = 20.0, 2.0


def losses(logits: Tensor, truth: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Return focal loss + Dice, and the masks' IoU, each (B, 4).

    Truth and known are (B, 1, H, W) in [0, 1].
    """
    p = logits.sigmoid()
    missed = (p - truth).abs() ** GAMMA
    area = known.sum((2, 3))
    focal = (
        F.binary_cross_entropy_with_logits(logits, truth.expand_as(logits), reduction="none")
        * missed
        * known
    ).sum((2, 3)) / area
    dice = 1 - (2 * (p * truth * known).sum((2, 3)) + 1) / ((p + truth).mul(known).sum((2, 3)) + 1)
    given, right = (logits > 0) & (known > 0.5), (truth > 0.5) & (known > 0.5)
    iou = (given & right).sum((2, 3)) / (given | right).sum((2, 3)).clamp(min=1)
    return FOCAL * focal + dice, iou


def task_loss(
    logits: Tensor, scores: Tensor, truth: Tensor, known: Tensor, ambiguous: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the loss of one answer and the IoU (B, 4) of its masks.

    The first mask answers prompts that say enough; of the other three only the best is punished, so
    that they differ. Both learn from both kinds of prompts, less from the other's.
    """
    each, iou = losses(logits, truth, known)
    best = each[:, 1:].min(1).values + 0.05 * each[:, 1:].mean(1)
    mask_loss = torch.where(ambiguous, best + 0.25 * each[:, 0], each[:, 0] + 0.4 * best)
    return mask_loss.mean() + (scores - iou).square().mean(), iou


def learn(network: LightSam, tasks: list[Task], rng: np.random.Generator) -> dict[str, float]:
    """Answer, and be corrected; leave the gradients in the network.

    Return figures of first and later answers.
    """
    side, device = 4 * network.cells, tasks[0].features.device
    regions = (
        torch.from_numpy(np.stack([np.stack([t.wanted, t.known]) for t in tasks]))
        .to(device)
        .float()
    )
    truth, known = F.interpolate(regions, (side, side), mode="area").split(1, 1)
    asked, later = (
        [t.asked for t in tasks],
        torch.tensor([t.answers > 0 for t in tasks], device=device),
    )
    with mixed(device.type):
        embedding = network.embedded(torch.stack([t.features for t in tasks]))
        logits, scores = network(embedding, *inputs(asked, side, device))
    ambiguous = torch.tensor([a.ambiguous for a in asked], device=device)
    loss, iou = task_loss(logits.float(), scores.float(), truth, known, ambiguous)
    loss.backward()
    for task, mask in zip(tasks, chosen(logits, scores, asked), strict=True):
        correct(task, mask, rng)
    best = torch.where(ambiguous, iou[:, 1:].max(1).values, iou[:, 0])
    means = {
        name: best[which].mean().item()
        for name, which in (("first", ~later), ("later", later))
        if which.any()
    }
    return {"loss": loss.item(), "first": 0.0, "later": 0.0, **means}


def started(files: list[Path], cells: int) -> tuple[LightSam, nn.Module | None]:
    """Return the network, and the parser if there is one.

    The network begins from a parser's shards or from a run of this training.
    """
    network = LightSam(cells)
    state = single(*files)
    if any(key.startswith("mask_decoder.") for key in state):
        network.load_state_dict(state)
        return network, None
    teacher = smp.Unet(
        "efficientnet-b2", encoder_weights=None, classes=len(state["segmentation_head.0.bias"])
    )
    teacher.load_state_dict(state)
    own = network.image_encoder.state_dict()
    network.image_encoder.load_state_dict(
        {**own, **{key: value for key, value in state.items() if key in own}}
    )
    return network, teacher.eval()


def main() -> None:
    """Train for a number of minutes."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("data", type=Path)
    cli.add_argument("folder", type=Path)
    cli.add_argument(
        "--start",
        type=Path,
        nargs="+",
        required=True,
        help="the parser's shards, or an earlier run's average.safetensors",
    )
    cli.add_argument("--minutes", type=float, default=60)
    cli.add_argument(
        "--cells",
        type=int,
        default=CELLS,
        choices=(16, 32, 64),
        help="across the embedding: fewer are faster",
    )
    cli.add_argument("--batch", type=int, default=16)
    cli.add_argument(
        "--rounds", type=int, default=4, help="answers a wish: the first, then corrections"
    )
    cli.add_argument("--rate", type=float, default=5e-4)
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = cli.parse_args()
    network, teacher = started(args.start, args.cells)
    samples = Shared(args.data, teacher, args.folder.parent / "taught")
    network = network.to(args.device)
    unet = {
        id(p)
        for part in (network.image_encoder.encoder, network.image_encoder.decoder)
        for p in part.parameters()
    }
    optimizer = torch.optim.AdamW(
        [p for p in network.parameters() if id(p) not in unet], args.rate, weight_decay=1e-2
    )
    rng = np.random.default_rng()
    crowd = Crowd(network, samples, sorted((args.data / "photos").iterdir()), 6 * args.batch, rng)

    def step() -> dict[str, float]:
        network.eval()  # the U-Net's batch norms stay; nothing else here knows of training
        tasks = crowd.drawn(args.batch)
        optimizer.zero_grad(set_to_none=True)
        seen = learn(network, tasks, rng)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        crowd.go_on(tasks, args.rounds)
        return seen

    fit(
        {"prompts": network}, {"adam": optimizer}, step, averaged="prompts",
        schedule=Schedule(args.minutes, ema=0.998), folder=args.folder,
        clock=clock_of(torch.device(args.device)), sample=partial(figures, data=args.data, limit=8),
    )  # fmt: skip


if __name__ == "__main__":
    main()
