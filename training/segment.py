"""Train the portrait parser, and show what it sees.

    python -m training.segment shared ../shared/data RUN [--start SHARD...]
    python -m training.segment easyportrait FOLDER RUN [--start SHARD...]
    python -m training.segment streets ../shared RUN --views streets [--start SHARD...]
    python -m training.segment show WEIGHTS... FOLDER OUT

A run that is called again goes on where it stopped. On several GPUs:
`accelerate launch -m training.segment …`.
Source: Lai 2024 (the U-Net trained on EasyPortrait), with thirteen outputs instead of nine.
"""

import argparse
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import segmentation_models_pytorch as smp
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.runtime.precision import mixed
from pipeline.types import Network
from training import easyportrait, faces
from training.checks import DatasetError, paired, photos_in
from training.depthwise import quicken
from training.figures import (
    NINE,
    HeldOut,
    Scores,
    as_network,
    draw_curve,
    face_candidates,
    panel,
    parser_of,
    sheet,
)
from training.labels import CLASSES
from training.loop import Schedule, fit, shared_by, single
from training.losses import loss
from training.samples import Samples, read_mask
from training.stream import Varied, batches
from training.street_data import chosen, load_streets
from training.street_held_out import HeldOutStreets
from training.views import VIEWS, Views

# Held-out photos are looked at once, this long: a measure of the network, not of the pipeline's
# closer looks.
LOOK_PX = 256
DRAWN = 8  # held-out photos on a sheet, at most
VALIDATED = 200  # held-out photos of EasyPortrait's two thousand


@dataclass(frozen=True)
class Data:
    """What a training learns from and is measured on."""

    samples: Samples
    weights: NDArray[np.float64]
    scenes: list[Path]
    held_out: list[HeldOut]
    measure: Callable[[Network], dict[str, float]] = lambda _: {}


def shared_data(folder: Path, teacher: nn.Module | None, run: Path, views: Views) -> Data:
    """Return the shared sets; the teacher's labels are kept in the run's folder."""
    drawn = faces.load_shared(folder, teacher, run / "taught", views.sets)
    held_out = [
        HeldOut(*pair, lambda mask: faces.nine_truth(read_mask(mask)))
        for pair in faces.pairs_of(folder, "face_parsing_test")
    ]
    held_out += [
        HeldOut(*pair, faces.person_labels)
        for pair in faces.pairs_of(folder, "portraits_in_the_wild_test")
    ]
    return Data(drawn.samples, np.array(drawn.weights), photos_in(folder / "photos"), held_out)


def streets_data(shared: Path, memory: Path, views: Views) -> Data:
    """Return the shared sets with street photos; what is held out is measured on, no test set."""
    streets = load_streets(shared, memory, views, secrets.randbits(31))
    data = shared / "data"
    held_out = [
        HeldOut(*pair, lambda mask: faces.nine_truth(read_mask(mask)))
        for pair in chosen(data, "face_parsing")
    ]
    held_out += [
        HeldOut(*pair, faces.person_labels) for pair in chosen(data, "portraits_in_the_wild")
    ]
    return Data(
        streets.samples,
        np.array(streets.weights),
        streets.scenes,
        held_out,
        HeldOutStreets(shared, memory),
    )


def easyportrait_data(folder: Path, scenes: Path | None) -> Data:
    """Return EasyPortrait's training split, and part of its validation split to measure on."""
    easyportrait.check(folder, ("train", "val"))
    samples = easyportrait.EasyPortrait(folder, "train")
    pairs = easyportrait.EasyPortrait(folder, "val").pairs
    held_out = [HeldOut(*pair, read_mask) for pair in pairs[:: -(-len(pairs) // VALIDATED)]]
    return Data(samples, np.ones(len(samples)), photos_in(scenes) if scenes else [], held_out)


def evaluate(network: nn.Module, data: Data, page: Path) -> dict[str, float]:
    """Measure an averaged network on held-out photos.

    Draw some of them and the run's loss curve.
    """
    device = next(network.parameters()).device
    seen, held_out = as_network(parser_of(network.state_dict()).to(device)), data.held_out
    scores, panels = Scores(), []
    for index, (_, photo, guess, truth) in enumerate(face_candidates(held_out, seen, LOOK_PX)):
        scores.add(truth, guess)
        if index % -(-len(held_out) // DRAWN) == 0:
            panels.append(panel(photo, guess, truth, long_px=224))
    cv2.imwrite(str(page), sheet(panels)[:, :, ::-1])
    draw_curve(page.parent, page.parent / "loss.png")
    return {**scores.figures(), **data.measure(seen)}


def widened(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a nine- or twelve-class state dict with the classes that it lacks.

    Each of these is like what it was part of.
    """
    weight, bias = state["segmentation_head.0.weight"], state["segmentation_head.0.bias"]
    if len(bias) == CLASSES:
        return state
    if len(bias) == NINE:
        # Hair, headwear and glasses: ln 4 off each of the four keeps the sum of their probabilities
        # where person's was.
        weight, bias = (
            torch.cat([weight, weight[1:2].repeat(3, 1, 1, 1)]),
            torch.cat([bias, bias[1:2].repeat(3)]),
        )
        bias[[1, 9, 10, 11]] -= np.log(4)
    # A body's skin: where the network is torn between a person and a face's skin.
    weight, bias = (torch.cat([rows, rows[1:3].mean(0, keepdim=True)]) for rows in (weight, bias))
    return {**state, "segmentation_head.0.weight": weight, "segmentation_head.0.bias": bias}


def freeze(network: smp.Unet, blocks: int, above: int | None = None) -> None:
    """Keep the encoder's first blocks, and what lies before them, as they are; 0 freezes nothing.

    Their gradients cost the most, for their maps are the largest. `above`: the block from which on
    it stays, too: most of what a network weighs.
    """
    encoder: Any = network.encoder
    kept = [encoder._conv_stem, encoder._bn0, *encoder._blocks[:blocks]] if blocks else []
    if above is not None:
        kept += encoder._blocks[above:]
    for part in kept:
        part.requires_grad_(False)


def data_of(args: argparse.Namespace, network: nn.Module) -> Data:
    """Return what the command names; a network that is not new marks what no person marked."""
    if args.kind == "easyportrait":
        return easyportrait_data(args.data, args.scenes)
    if args.kind == "streets":
        return streets_data(args.data, args.labels, VIEWS[args.views])
    return shared_data(
        args.data, network.eval() if args.start else None, args.run, VIEWS[args.views]
    )


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes.

    Begin from a start checkpoint, from where this run stopped, or from nothing.
    """
    spare = DistributedDataParallelKwargs(
        find_unused_parameters=True
    )  # the encoder's own last layer has no part in this
    # No mixed precision of accelerate's, which changes `forward`: bf16 by autocast below, so that
    # the averaged copy stays plain.
    machine = Accelerator(mixed_precision="no", cpu=args.cpu, kwargs_handlers=[spare])
    device = machine.device
    torch.manual_seed(0)
    network = smp.Unet("efficientnet-b2", encoder_weights=None, classes=CLASSES)
    if args.start:
        network.load_state_dict(widened(single(*args.start)))
    network = network.to(device, memory_format=torch.channels_last)
    if device.type == "cpu":
        quicken(network)
    freeze(network, args.frozen, args.frozen_from)
    with machine.main_process_first():  # which labels for the others, too
        data = data_of(args, network)
    learning = (each for each in network.parameters() if each.requires_grad)
    optimizer = torch.optim.AdamW(learning, args.rate, weight_decay=1e-2)
    trained, optimizer = machine.prepare(network, optimizer)
    # Every process and every start sees pictures of its own.
    varied = Varied(
        data.samples, data.weights, data.scenes, args.side, secrets.randbits(62), VIEWS[args.views]
    )
    stream = batches(varied, args.batch, device, args.workers)

    def step() -> dict[str, float]:
        photos, labels = next(stream)
        trained.train()
        with mixed(device.type, precise=args.precise):
            logits = trained(photos.contiguous(memory_format=torch.channels_last))
        value = loss(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        machine.backward(value)
        machine.clip_grad_norm_(trained.parameters(), 5.0)
        optimizer.step()
        return {"loss": value.item()}

    fit(
        {"parser": network}, {"adam": optimizer}, step, averaged="parser",
        schedule=Schedule(args.minutes, sample_minutes=args.sample_minutes), folder=args.run,
        sample=lambda net, page: evaluate(net, data, page),
        **shared_by(machine),
    )  # fmt: skip
    if machine.is_main_process:
        draw_curve(args.run, args.run / "loss.png")
    machine.wait_for_everyone()
    machine.end_training()


def show(args: argparse.Namespace) -> None:
    """Write photo | prediction | truth for every sample of a test folder.

    Print IoU over all of them.
    """
    held_out = test_folder(args.folder)
    network = as_network(parser_of(single(*args.weights)))
    args.out.mkdir(parents=True, exist_ok=True)
    scores = Scores()
    for item, photo, guess, truth in face_candidates(held_out, network, args.look):
        scores.add(truth, guess)
        cv2.imwrite(
            str(args.out / f"{item.photo.stem}.png"), panel(photo, guess, truth)[:, :, ::-1]
        )
    print(
        f"{len(held_out)} pictures in {args.out};",
        ", ".join(f"{k} {v:.3f}" for k, v in scores.figures().items()),
    )


def test_folder(folder: Path) -> list[HeldOut]:
    """Return what a test folder holds.

    That is EasyPortrait's test split, or `images` and `masks` of CelebAMask-HQ or of persons.

    Raises: DatasetError: photos or masks are missing.
    """
    if (folder / "images/test").is_dir():
        pairs, problems = easyportrait.files(folder, "test")
        read = read_mask
    else:
        pairs, problems = paired(folder / "images", folder / "masks")
        of_person = bool(pairs) and read_mask(pairs[0][1]).max() == 255
        read = faces.person_labels if of_person else lambda mask: faces.nine_truth(read_mask(mask))
    if problems:
        raise DatasetError(folder, problems)
    return [HeldOut(*pair, read) for pair in pairs]


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    top = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = top.add_subparsers(dest="kind", required=True)
    for kind in ("shared", "streets", "easyportrait"):
        _trains_on(kind, kinds.add_parser(kind, help=f"train on {kind} data"))
    cli = kinds.add_parser("show", help="draw photo | prediction | truth of a test folder")
    cli.add_argument("weights", type=Path, nargs="+")
    cli.add_argument("folder", type=Path)
    cli.add_argument("out", type=Path)
    look = "long side at which the network sees a photo, px"
    cli.add_argument("--look", type=int, default=LOOK_PX, help=look)
    cli.set_defaults(call=show)
    return top


def _trains_on(kind: str, cli: argparse.ArgumentParser) -> None:
    """Add what a training on one kind of data may be told."""

    def option(
        name: str, default: float | str, meaning: str, choices: Iterable[str] | None = None
    ) -> None:
        kind_of = type(default)
        cli.add_argument(name, type=kind_of, default=default, help=meaning, choices=choices)

    cli.add_argument("data", type=Path)
    cli.add_argument("run", type=Path, help="the run's folder: log, weights, state")
    cli.add_argument(
        "--start", type=Path, nargs="+", default=[], help="safetensors shards to start from"
    )
    option("--minutes", 120.0, "of training")
    option("--sample-minutes", 10.0, "how often to measure, draw and save")
    option("--batch", 8, "pictures a step, on each device")
    option("--side", 256, "of a picture, px")
    option("--rate", 8e-4, "the highest learning rate")
    option("--workers", 0, "processes that vary pictures beside the training")
    option("--views", "any", "faces as closer looks show them, or photos as first looks do",
           choices=VIEWS)  # fmt: skip
    option("--frozen", 0, "blocks of the encoder that do not learn")
    cli.add_argument("--frozen-from", type=int, help="the encoder's block from which on none does")
    cli.add_argument("--precise", action="store_true", help="float32 throughout")
    cli.add_argument("--cpu", action="store_true", help="even where there is a GPU")
    if kind == "streets":
        labels = "the folder that keeps labels"
        cli.add_argument("--labels", type=Path, default=Path("runs/labels"), help=labels)
    if kind == "easyportrait":
        scenes = "a folder of landscapes without people, to set faces before"
        cli.add_argument("--scenes", type=Path, help=scenes)
    cli.set_defaults(call=train)


def main() -> None:
    """Do what the command asks."""
    args = arguments().parse_args()
    try:
        args.call(args)
    except DatasetError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
