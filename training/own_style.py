"""Tune a style of your own for the embedded fast painter, from one picture.

`python -m training.own_style PICTURE` takes 20 minutes on two cores and writes one small file into
the folder of styles, where the page, the command and the API find it. Only the style's numbers and
the layers behind the residual blocks are tuned; all else of the network stays, so that the file is
small and mixes with the network's own styles. A run that is called again goes on where it stopped.

Source: Dumoulin et al. 2017, "A Learned Representation for Artistic Style", section 3.2 (a new
style is learned by its numbers alone, the other weights fixed).
"""

import argparse
import hashlib
import json
import re
import secrets
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from pipeline.io.image_files import read_photo
from pipeline.nets.johnson import Johnson
from pipeline.nets.late_layers import STYLES, late_layers
from pipeline.runtime.build import load_network
from pipeline.runtime.perceptual import load_features
from pipeline.runtime.style_files import (
    ENDING,
    MOST_LABEL,
    painter_entry,
    styles_folder,
    write_style,
)
from pipeline.types import Pixels
from pipeline.variants import OWN_NAME, is_own_name
from pipeline.weights.cache import digest_of
from pipeline.weights.catalog import CATALOG, WeightError
from pipeline.weights.resolve import obtain
from training.face_descriptor import FILE, Descriptor
from training.fast_losses import FACE_WEIGHT, SHIFT_PX, Aims, alone, losses_of, noise_for
from training.fast_style import measure_of
from training.folder_contents import read_folder
from training.loop import STATE, Schedule, fit
from training.styled_contents import Batch, Content, batches, read_shared
from training.tuning_shown import Teller, draw

NUMBERS_FASTER = 5.0  # times the layers' learning rate: they are few
STYLE_LOSS = "sliced"  # of `training.fast_style`
SAMPLE_MINUTES = 3.0
MEASURED = 6  # held-out parts that losses are measured on
RUNS = Path("runs/own_style")
OF = "of.json"  # in a run's folder: which picture and which network it is of


def tuned(network: Johnson) -> list[str]:
    """Name the tensors that a style of its own is, and freeze all others."""
    names = [STYLES, *late_layers(network.state_dict())]
    for name, values in network.named_parameters():
        values.requires_grad_(name in names)
    return names


def aims_of(picture: Pixels, shared: Path, face: float) -> Aims:
    """Measure a picture's style, by which painted photos are compared.

    Without dlib's weights in `shared` faces are compared by nothing: contents then show none.
    """
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    descriptor = Descriptor(shared) if knows_faces(shared) else nn.Identity()
    measure = measure_of(STYLE_LOSS, [picture], features, "cpu")
    return Aims(features, descriptor, measure, FACE_WEIGHT * face)


def knows_faces(shared: Path) -> bool:
    """Tell whether painted faces can be compared with the photos'."""
    return (shared / FILE).is_file()


def read_contents(args: argparse.Namespace) -> tuple[list[Content], list[Content]]:
    """Read the photos to learn on and those held out: of a folder, or the shared sets'.

    Raises: DatasetError: there are too few.
    """
    if args.contents:
        return read_folder(args.contents)
    both = read_shared(args.shared / "data")
    if knows_faces(args.shared):
        return both
    learned, held_out = ([replace(each, five=None) for each in part] for part in both)
    return learned, held_out


def begin(aims: Aims, batch: Batch) -> Johnson:
    """Make a network of one style: that of the known ones by which photos are nearest to it."""
    entry = painter_entry()
    known = load_network(obtain(entry))
    assert isinstance(known, Johnson)
    nearest, least = 0, float("inf")
    for number in range(len(known.styles)):
        found = measured(known, batch, aims, number)["style"]
        if found < least:
            nearest, least = number, found
    network = Johnson(**{**entry.build, "styles": 1})
    state = known.state_dict()
    network.load_state_dict({**state, STYLES: state[STYLES][nearest : nearest + 1]})
    print(f"begins with {entry.styles[nearest]}, the nearest of the known styles", flush=True)
    return network


@torch.inference_mode()
def measured(network: Johnson, batch: Batch, aims: Aims, number: int = 0) -> dict[str, float]:
    """Compute the losses of a batch painted in a style of a network, each with its weight."""
    noise = noise_for(network, batch.photos, torch.Generator().manual_seed(0))
    chosen = torch.full((len(batch.photos),), number)
    out = network(batch.photos, alone(chosen, network), noise)
    return {k: v.item() for k, v in aims.losses(out, batch, torch.zeros_like(chosen)).items()}


def write(network: Johnson, file: Path, label: str) -> None:
    """Write the style that a network of one style has learned.

    Raises: OSError: it cannot be written.
    """
    state = {name: values.detach().numpy() for name, values in network.state_dict().items()}
    write_style(file, label, state[STYLES][0], {name: state[name] for name in late_layers(state)})


def check_run(run: Path, picture: Path, out: Path) -> None:
    """Begin a run's folder, or go on with it where it is of the same picture and network.

    Raises: ValueError: it is of others. FileExistsError: another style has the name already.
    """
    of = {"picture": digest_of(picture), "network": painter_entry().sha256}
    file = run / OF
    if file.exists() and json.loads(file.read_text()) != of:
        raise ValueError(
            f"A run of this picture and of the embedded network was wanted in {run}; that of "
            "another picture or network is there. Choose another --name or --run, or delete it."
        )
    if out.exists() and not (run / STATE).exists():
        raise FileExistsError(
            f"{out} is there already, of another run; choose another --name, or delete it."
        )
    run.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(of))


def tune(args: argparse.Namespace) -> Path:
    """Tune a style for a number of minutes, or from where this run stopped; return its file.

    Raises: ValueError, OSError: the picture, the photos or the names cannot be used.
    WeightError: the embedded network is damaged.
    """
    name, label = named(args)
    out = args.out or styles_folder() / f"{name}{ENDING}"
    run = args.run or RUNS / name
    picture = read_photo(args.picture).pixels
    check_run(run, args.picture, out)
    torch.manual_seed(0)
    print("reading the photos", flush=True)
    learned, held_out = read_contents(args)
    aims = aims_of(picture, args.shared, args.face)
    shown = next(batches(held_out, MEASURED, args.side, np.random.default_rng(0)))
    network = begin(aims, shown).to(memory_format=torch.channels_last)
    tuned(network)
    late = [v for k, v in network.named_parameters() if v.requires_grad and k != STYLES]
    groups = [{"params": late}, {"params": [network.styles], "lr": NUMBERS_FASTER * args.rate}]
    optimizer = torch.optim.Adam(groups, args.rate, (0.9, 0.99))
    rng = np.random.default_rng(secrets.randbits(62))
    stream, teller = batches(learned, args.batch, args.side, rng), Teller()

    def step() -> dict[str, float]:
        y, x = (int(n) for n in rng.integers(-SHIFT_PX, SHIFT_PX + 1, 2))
        batch = next(stream)
        chosen = torch.zeros(len(batch.photos), dtype=torch.long)
        losses = losses_of(network, batch, chosen, aims, (y, x))
        loss = torch.stack(list(losses.values())).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*late, network.styles], 10.0)
        optimizer.step()
        teller(loss.item())
        return {"loss": loss.item(), **{key: value.item() for key, value in losses.items()}}

    def sample(averaged: nn.Module, page: Path) -> dict[str, float]:
        assert isinstance(averaged, Johnson)
        draw(averaged, picture, held_out, page)
        write(averaged, out, label)
        print(f"{page} and {out}", flush=True)
        return measured(averaged, shown, aims)

    averaged = fit(
        {"style": network},
        {"adam": optimizer},
        step,
        averaged="style",
        schedule=Schedule(args.minutes, ema=0.99, sample_minutes=SAMPLE_MINUTES),
        folder=run,
        sample=sample,
    )
    assert isinstance(averaged, Johnson)
    write(averaged, out, label)
    return out


def named(args: argparse.Namespace) -> tuple[str, str]:
    """Return the style's name, which its file has, and what a person reads.

    Raises: ValueError: they cannot be used.
    """
    stem = args.out.stem if args.out else args.name or args.picture.stem
    name = stem if args.out or args.name else re.sub("[^a-z0-9_-]+", "-", stem.lower()).strip("-_")
    name = name if args.out or args.name else name[:40]
    if not is_own_name(name):
        raise ValueError(
            f"A name of a-z, 0-9, _ and -, at most 40, that no known style has, was wanted "
            f"({OWN_NAME}); {name!r} was found. Choose one by --name."
        )
    if args.out and args.out.suffix != ENDING:
        raise ValueError(f"A file NAME{ENDING} was wanted, {args.out} was found. Rename it.")
    label = args.label or re.sub("[-_]+", " ", name).strip().capitalize()[:MOST_LABEL]
    if not label.strip() or len(label) > MOST_LABEL or not label.isprintable():
        raise ValueError(
            f"A label of 1 to {MOST_LABEL} printed characters was wanted, not {label!r}."
        )
    return name, label


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("picture", type=Path, help="what photos shall be painted like")
    cli.add_argument("--shared", type=Path, default=Path("../shared"), help="data and weights")
    cli.add_argument(
        "--contents", type=Path, help="a folder of photos to learn on, instead of the shared sets"
    )
    cli.add_argument("--name", help="of the style; the picture's own without")
    cli.add_argument("--label", help="what a person reads on the page; made of the name without")
    cli.add_argument(
        "--minutes", type=float, default=18.0, help="by the clock; reading comes first"
    )
    cli.add_argument("--out", type=Path, help="the style's file; in the folder of styles without")
    cli.add_argument("--run", type=Path, help=f"the run's folder; {RUNS}/NAME without")
    cli.add_argument("--face", type=float, default=1.0, help="the face loss, times as usual")
    cli.add_argument("--batch", type=int, default=2)
    cli.add_argument("--side", type=int, default=256, help="px of a part that is learned from")
    cli.add_argument("--rate", type=float, default=1.5e-3)
    return cli


def main() -> None:
    """Tune a style, or say in one line why not."""
    args = arguments().parse_args()
    try:
        out = tune(args)
    except (ValueError, OSError, WeightError) as error:
        sys.exit(f"{args.picture}: {error}")
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(f"{out}: {out.stat().st_size / 1e3:.0f} kB, sha256 {digest[:12]}", flush=True)


if __name__ == "__main__":
    main()
