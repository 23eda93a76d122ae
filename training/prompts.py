"""Train the embedded promptable segmenter: `python -m training.prompts SHARED/data RUN_FOLDER --start PARSER_SHARD...`.

A person is simulated: a box, a click or a mask with a mistake, then clicks where the answer is wrong. Trained coarse to fine:
`--cells 16`, then 32, then 64 (the whole embedding), each starting from the one before.

Source: Kirillov et al. 2023, "Segment Anything", appendix A (training algorithm).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision import tv_tensors

from pipeline.nets.sam import CELLS, PromptDecoder
from pipeline.nets.sam_light import LightEncoder
from pipeline.types import Labels, Pixels
from training.clicks import ADD, CORNER, NOTHING, Asked, Logits, center, correction, first
from training.damage import DAMAGE
from training.framing import composed
from training.loop import Schedule, fit, single
from training.prompt_figures import figures
from training.regions import Region, choices, found, known, load, numbered
from training.samples import Sample

SIDE = 256  # of a view: half the side of the network's input, which the encoder halves
MEAN_COLOR = (124, 116, 104)
FOCAL, GAMMA = 20.0, 2.0


class LightSam(PromptDecoder):
    """Encoder and decoder as one network; points are px of a view."""

    def __init__(self, cells: int = CELLS) -> None:
        super().__init__(SIDE, cells)
        self.image_encoder = LightEncoder()

    def embedded(self, views: Tensor, *, frozen: bool = True) -> Tensor:
        """Return the embedding of (B, 3, SIDE, SIDE) views; while it is coarse, cells are averaged."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            features = self.image_encoder.features(views.contiguous(memory_format=torch.channels_last))
        return F.avg_pool2d(self.image_encoder.neck(features.contiguous()), CELLS // self.cells)


@dataclass
class Task:
    """A region that is wanted of one of the views (`owner`), where it is known, and what was pointed at so far."""

    owner: int
    wanted: Region
    known: Region
    asked: Asked


def view(samples: list[Sample], weights: NDArray[np.float64], scenes: list[Path], rng: np.random.Generator) -> tuple[Pixels, Labels]:
    """Return a varied view and its labels; its people are numbered."""
    count = iter(range(8))
    photo, labels = composed(lambda: numbered(samples[rng.choice(len(samples), p=weights)], next(count)), scenes, SIDE, rng)
    picture = DAMAGE(tv_tensors.Image(torch.from_numpy(photo).permute(2, 0, 1).contiguous()))
    photo = picture.as_subclass(Tensor).permute(1, 2, 0).numpy().copy()
    if rng.random() < 0.4:  # photos are seldom square
        edge = int(rng.uniform(0.55, 1) * SIDE)
        strip = np.s_[edge:] if rng.random() < 0.5 else np.s_[:, edge:]
        photo[strip], labels[strip] = MEAN_COLOR, 0
    return photo, labels


def tasks_of(labels: Labels, owner: int, count: int, rng: np.random.Generator) -> list[Task]:
    """Choose regions of a view and how a person would begin to point at them."""
    pairs, weights = choices(labels)
    tasks = []
    for i in rng.choice(len(pairs), count, p=weights) if pairs else ():
        name, person = pairs[i]
        wanted = found(labels, name, person)
        parts = [found(labels, other, who) for other, who in pairs if who == person and other not in (name, "person")]
        tasks.append(Task(owner, wanted, known(labels, name, person), first(wanted, parts, rng)))
    return tasks


def batches(
    samples: list[Sample], weights: NDArray[np.float64], scenes: list[Path], views: int, regions: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, list[Task]]]:
    """Yield endless views (B, 3, SIDE, SIDE) in [0, 1] with tasks."""
    while True:
        photos, tasks = [], []
        while len(photos) < views:
            photo, labels = view(samples, weights, scenes, rng)
            chosen = tasks_of(labels, len(photos), regions, rng)
            if chosen:
                tasks += chosen
                photos.append(torch.from_numpy(photo).permute(2, 0, 1))
        yield torch.stack(photos).float() / 255, tasks


def inputs(asked: list[Asked], side: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return points (B, N, 2), labels (B, N), masks (B, 1, side, side) and which masks are given (B,)."""
    most = max(len(a.kinds) + (CORNER not in a.kinds) for a in asked)  # without a box there is a point that is nothing, as in SAM
    points, kinds = np.zeros((len(asked), most, 2), np.float32), np.full((len(asked), most), NOTHING, np.int64)
    masks, given = np.zeros((len(asked), 1, side, side), np.float32), np.zeros(len(asked), np.float32)
    for i, a in enumerate(asked):
        points[i, : len(a.kinds)], kinds[i, : len(a.kinds)] = a.points, a.kinds
        if a.mask is not None:
            masks[i, 0], given[i] = cv2.resize(a.mask, (side, side), interpolation=cv2.INTER_AREA), 1
    points_, kinds_, masks_, given_ = (torch.from_numpy(v).to(device) for v in (points, kinds, masks, given))
    return points_, kinds_, masks_, given_


def losses(logits: Tensor, truth: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Return focal loss + Dice, and the masks' IoU, each (B, 4); truth and known are (B, 1, H, W) in [0, 1]."""
    p = logits.sigmoid()
    missed = (p - truth).abs() ** GAMMA
    area = known.sum((2, 3))
    focal = (F.binary_cross_entropy_with_logits(logits, truth.expand_as(logits), reduction="none") * missed * known).sum((2, 3)) / area
    dice = 1 - (2 * (p * truth * known).sum((2, 3)) + 1) / ((p + truth).mul(known).sum((2, 3)) + 1)
    given, right = (logits > 0) & (known > 0.5), (truth > 0.5) & (known > 0.5)
    iou = (given & right).sum((2, 3)) / (given | right).sum((2, 3)).clamp(min=1)
    return FOCAL * focal + dice, iou


def task_loss(logits: Tensor, scores: Tensor, truth: Tensor, known: Tensor, ambiguous: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of one answer and the IoU (B, 4) of its masks.

    The first mask answers prompts that say enough; of the other three only the best is punished, so that they differ. Both learn
    from both kinds of prompts, less from the other's.
    """
    each, iou = losses(logits, truth, known)
    best = each[:, 1:].min(1).values + 0.05 * each[:, 1:].mean(1)
    mask_loss = torch.where(ambiguous, best + 0.25 * each[:, 0], each[:, 0] + 0.4 * best)
    return mask_loss.mean() + (scores - iou).square().mean(), iou


def chosen(logits: Tensor, scores: Tensor, asked: list[Asked]) -> list[Logits]:
    """Return the mask that each person sees: the best-scored of three after a lone click, else the first; (SIDE, SIDE)."""
    best = 1 + scores[:, 1:].argmax(1)
    index = torch.where(torch.tensor([a.ambiguous for a in asked], device=scores.device), best, 0)
    masks = logits.detach().float()[torch.arange(len(asked)), index][:, None]
    return list(F.interpolate(masks, (SIDE, SIDE), mode="bilinear")[:, 0].cpu().numpy())


def corrected(task: Task, mask: Logits, rng: np.random.Generator) -> Asked:
    """Return what was asked with one more click where the mask is most wrong, and that mask to go on from."""
    click = correction(task.wanted, mask, task.known, rng) or (center(task.wanted), ADD)
    return task.asked.and_at(click[0], (click[1],), mask)


def learn(network: LightSam, views: Tensor, tasks: list[Task], rounds: int, frozen: bool, rng: np.random.Generator) -> dict[str, float]:
    """Answer, be corrected, answer again; leave the gradients in the network and return figures by round."""
    side, seen = 4 * network.cells, {}
    regions = torch.from_numpy(np.stack([np.stack([t.wanted, t.known]) for t in tasks])).to(views.device).float()
    truth, known = F.interpolate(regions, (side, side), mode="area").split(1, 1)
    with torch.autocast(views.device.type, torch.bfloat16):
        embedding = network.embedded(views, frozen=frozen)[[t.owner for t in tasks]]
    total = torch.zeros((), device=views.device)
    for index in range(rounds):
        asked = [t.asked for t in tasks]
        with torch.autocast(views.device.type, torch.bfloat16):
            logits, scores = network(embedding, *inputs(asked, side, views.device))
        ambiguous = torch.tensor([a.ambiguous for a in asked], device=views.device)
        value, iou = task_loss(logits.float(), scores.float(), truth, known, ambiguous)
        total = total + value / rounds
        best = torch.where(ambiguous, iou[:, 1:].max(1).values, iou[:, 0])
        seen |= {f"loss{index}": value.item(), f"iou{index}": best.mean().item()}
        for task, mask in zip(tasks, chosen(logits, scores, asked), strict=True):
            task.asked = corrected(task, mask, rng)
    total.backward()
    return {"loss": total.item(), **seen}


def started(files: list[Path], cells: int) -> tuple[LightSam, nn.Module | None]:
    """Return the network from a parser's shards or from a run of this training, and the parser if there is one."""
    network = LightSam(cells)
    state = single(*files)
    if any(key.startswith("mask_decoder.") for key in state):
        network.load_state_dict(state)
        return network, None
    teacher = smp.Unet("efficientnet-b2", encoder_weights=None, classes=len(state["segmentation_head.0.bias"]))
    teacher.load_state_dict(state)
    own = network.image_encoder.state_dict()
    network.image_encoder.load_state_dict({**own, **{key: value for key, value in state.items() if key in own}})
    return network, teacher.eval()


def main() -> None:
    """Train for a number of minutes."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("data", type=Path)
    cli.add_argument("folder", type=Path)
    cli.add_argument("--start", type=Path, nargs="+", required=True, help="the parser's shards, or an earlier run's average.safetensors")
    cli.add_argument("--minutes", type=float, default=60)
    cli.add_argument("--cells", type=int, default=CELLS, choices=(16, 32, 64), help="across the embedding: fewer are faster")
    cli.add_argument("--views", type=int, default=2, help="pictures a step")
    cli.add_argument("--regions", type=int, default=6, help="a picture")
    cli.add_argument("--rounds", type=int, default=3, help="answers a region: the first, then corrections")
    cli.add_argument("--rate", type=float, default=4e-4)
    cli.add_argument("--tune", type=float, default=0.0, help="the U-Net's own learning rate; 0 leaves it as it is")
    cli.add_argument("--memory", type=Path, default=Path("runs/taught"), help="where the parts that the parser marks are kept")
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = cli.parse_args()
    network, teacher = started(args.start, args.cells)
    with torch.autocast("cpu", torch.bfloat16):  # the teacher's
        samples, weights = load(args.data, teacher, args.memory)
    network = network.to(args.device)
    unet = [*network.image_encoder.encoder.parameters(), *network.image_encoder.decoder.parameters()]
    mine = {id(p) for p in unet}
    groups = [{"params": [p for p in network.parameters() if id(p) not in mine], "lr": args.rate}]
    if args.tune:
        groups.append({"params": unet, "lr": args.tune})
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-2)
    rng = np.random.default_rng()
    stream = batches(samples, weights / weights.sum(), sorted((args.data / "photos").iterdir()), args.views, args.regions, rng)

    def step() -> dict[str, float]:
        network.eval()  # the U-Net's batch norms stay; nothing else here knows of training
        views, tasks = next(stream)
        optimizer.zero_grad(set_to_none=True)
        seen = learn(network, views.to(args.device), tasks, args.rounds, not args.tune, rng)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        return seen

    fit(
        {"prompts": network}, {"adam": optimizer}, step, averaged="prompts",
        schedule=Schedule(args.minutes, ema=0.998), folder=args.folder, sample=partial(figures, data=args.data, limit=12),
    )  # fmt: skip


if __name__ == "__main__":
    main()
