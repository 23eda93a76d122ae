"""Train a portrait style of your own: `python -m training.own_portrait_style FOLDER --name NAME`.

`FOLDER` has 5 to 50 painted portraits in one manner. Their faces are found by the embedded
networks; pictures that cannot be used are named and left out. What photos look like is learned from
three portraits of `examples/`, varied; `--contents FOLDER` names a folder of other photos of
people. The style begins as the embedded `tps_start`, which gives photos back. What is painted in it
goes to the light of the portrait that the photo is most like, in strokes, or, where these are
prints or drawings (`--printed`), as a print.

It runs at low priority, one training at a time. What it has learned is one file below 3 MB,
written every half minute; a run that is called again goes on where it stopped, however it stopped.
Ctrl-C, once, ends it early and keeps what is there.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import torch
from torch import nn

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.runtime.build import load_network
from pipeline.runtime.own_files import ENDING, MOST_LABEL, is_label, styles_folder
from pipeline.runtime.perceptual import load_features
from pipeline.runtime.portrait_style_files import is_name, write
from pipeline.variants import OWN_NAME
from pipeline.weights.cache import cache_folder, digest_of
from pipeline.weights.catalog import CATALOG, WeightError
from pipeline.weights.resolve import obtain
from training.aligned_aims import WEIGHTS, Aims, style_scales
from training.aligned_faces import PARTS
from training.aligned_pairs import PairsDataset, as_pairs, batches, seen
from training.aligned_step import learning
from training.judges import Judges
from training.loop import Schedule, clock_of, fit, single
from training.own_contents import read_people, varied
from training.own_light import light_of
from training.own_samples import Samples
from training.portrait_faces import Portrait, without_grain
from training.style_folder import PEOPLE, PORTRAITS, is_kept, keep, keep_looks, kept, pictures_in
from training.style_pictures import Faces, Looked, look_at, too_few
from training.told_progress import (
    ALIVE,
    STOP,
    Progress,
    Watcher,
    hold,
    read,
    read_names,
    stopping,
    tell,
)

RUNS = Path("runs/own_portrait_style")
ONE, OF, SHEET = "training.lock", "of.json", "sheet.png"
MINUTES, SAMPLE_MINUTES = 30.0, 0.5
NICE = 10
GOES = ("learning", "kept")  # phases that a run goes on from
LEAST_FREE = 200_000_000  # bytes on the disk, before it begins
CPU = torch.device("cpu")
BUSY = (
    "A style is being learned on this machine already, and one is enough for it; "
    "begin again when it is done."
)
FULL = "The disk is full or cannot be written ({error}). Free some space, then begin again: "
GOES_ON = "it goes on from its last half minute."


@dataclass(frozen=True)
class Watched(Schedule):
    """A schedule that ends, too, where its watcher says so."""

    watcher: Callable[[float, int], bool] = lambda progress, steps: False

    def progress(self, done: int, seconds: float) -> float:
        """Return how far a training is: at 1 it ends."""
        found = super().progress(done, seconds)
        return 1.0 if self.watcher(found, done) else found


def look(run: Path, pictures: Path) -> list[Looked]:
    """Look at a folder's pictures, tell of each, and keep the faces that are clear in `run`."""
    files = pictures_in(pictures)
    names = read_names(pictures)
    found: list[Looked] = []
    tell(run, Progress("looking"))
    for looked in look_at([(file, names.get(file.name, file.name)) for file in files]):
        found.append(looked)
        said = f"left out, {looked.reason}" if looked.reason else looked.warning or "a clear face"
        print(f"{looked.name}: {said}", flush=True)
        keep_looks(run, found)
        tell(run, Progress("looking", len(found) / len(files)))
    keep(run / PORTRAITS, [each.portrait for each in found if each.portrait])
    tell(run, Progress("looked", 1.0, said=too_few(found)))
    return found


def aims_for(styles: list[Portrait], side: int) -> Aims:
    """Return what painted photos are compared by: the style's portraits, by embedded networks."""
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    views = [seen(each, side, 1.8) for each in styles]
    scales = style_scales(features, as_pairs(views, views, CPU).photos)
    describe = load_network(obtain(CATALOG["likeness_light"]))
    judges = Judges(scales), Judges(scales, len(PARTS))
    return Aims(features, describe, scales, *judges, "both", WEIGHTS)


def begun(start: Path | None) -> TpsGenerator:
    """Return the generator that gives photos back, where every style begins."""
    if start is None:
        network = load_network(obtain(CATALOG["tps_start"])).requires_grad_(True).train()
        assert isinstance(network, TpsGenerator)
        return network
    network = TpsGenerator()
    network.load_state_dict(single(start))
    return network


def learn(args: argparse.Namespace, run: Path, out: Path, asked: Callable[[], bool]) -> None:
    """Learn the style of the faces that `run` keeps, and write its file."""
    name, label = named(args)
    torch.manual_seed(0)
    if not is_kept(run / PEOPLE):
        keep(run / PEOPLE, read_people(args.contents, Faces()))
    styles = [without_grain(each) for each in kept(run / PORTRAITS)]
    people, portraits = kept(run / PEOPLE), light_of(run, args.folder)
    samples = Samples(people, portraits, args.printed)
    aims, painter = aims_for(styles, args.side), begun(args.start)
    painter.to(memory_format=torch.channels_last)
    views = varied(people, styles, 0)
    pairs = PairsDataset(views, styles, args.side, secrets.randbits(31), posed=True)
    networks, optimizers, step = learning(
        painter,
        nn.ModuleList([aims.judges, aims.part_judges]),
        partial(aims.losses, painter),
        batches(pairs, args.batch, CPU, 0),
        args.rate,
    )

    def sample(averaged: nn.Module, page: Path) -> dict[str, float]:
        assert isinstance(averaged, TpsGenerator)
        state = averaged.state_dict()
        write(out, state, name=name, label=label, portraits=portraits, printed=args.printed)
        samples.draw(averaged, run / SHEET)
        return {}

    if not (run / SHEET).exists():
        samples.draw(painter, run / SHEET)
    watcher = Watcher(run, asked)
    schedule = Watched(
        args.minutes, args.steps, ema=0.995, sample_minutes=SAMPLE_MINUTES, watcher=watcher
    )
    fit(
        networks, optimizers, step, averaged="painter", schedule=schedule, folder=run,
        sample=sample, clock=clock_of(CPU),
    )  # fmt: skip
    done, steps = watcher.last
    tell(run, Progress("kept", min(done, 1.0), steps=steps))


def check_run(run: Path, args: argparse.Namespace) -> None:
    """Begin a run's folder, or go on with it where it is of the same pictures.

    Raises: ValueError: it is of others.
    """
    digests = sorted(digest_of(file) for file in pictures_in(args.folder))
    of = {"pictures": digests, "contents": str(args.contents or "")}
    file = run / OF
    if file.exists() and json.loads(file.read_text()) != of:
        raise ValueError(
            f"A run of these pictures was wanted in {run}; one of others is there. Choose another "
            "--name or --run, or delete it."
        )
    run.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(of))


def train(args: argparse.Namespace) -> Path | None:
    """Look at the pictures, where that was not done yet, and learn; return the style's file.

    Only looks where that is all that is asked for, and returns None.

    Raises: ValueError, OSError, WeightError: what is given cannot be used.
    """
    name, _ = named(args)
    run, out = args.run or RUNS / name, args.out or styles_folder() / f"{name}{ENDING}"
    if not args.folder.is_dir():
        raise FileNotFoundError(f"A folder of pictures was wanted, {args.folder} was found.")
    check_run(run, args)
    with ExitStack() as until_the_end:
        if not hold(run / ALIVE, until_the_end):
            raise BlockingIOError(BUSY)
        if not args.look and not hold(cache_folder() / ONE, until_the_end):
            raise ValueError(BUSY)
        asked = until_the_end.enter_context(stopping())
        (run / STOP).unlink(missing_ok=True)
        if (free := shutil.disk_usage(run).free) < LEAST_FREE:
            raise OSError(f"{free / 1e6:.0f} MB are free, {LEAST_FREE / 1e6:.0f} are wanted")
        if is_kept(run / PORTRAITS):
            looked = [Looked("", each) for each in kept(run / PORTRAITS)]
        else:
            looked = look(run, args.folder)
        if args.look:
            return None
        if problem := too_few(looked):
            raise ValueError(problem)
        before = read(run)
        tell(run, Progress("learning", before.done if before and before.phase in GOES else 0.0))
        learn(args, run, out, asked)
    return out


def named(args: argparse.Namespace) -> tuple[str, str]:
    """Return the style's name, which its file has, and what a person reads.

    Raises: ValueError: they cannot be used.
    """
    if not is_name(args.name):
        raise ValueError(
            f"A --name of a-z, 0-9, _ and -, at most 40, that no known style has, was wanted "
            f"({OWN_NAME}); {args.name!r} was found."
        )
    label = args.label or re.sub("[-_]+", " ", args.name).strip().capitalize()
    if not is_label(label):
        raise ValueError(
            f"A --label of 1 to {MOST_LABEL} printed characters was wanted, not {label!r}."
        )
    return args.name, label


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("folder", type=Path, help="5 to 50 painted portraits in one manner")
    cli.add_argument("--name", required=True, help="of the style, and of its file")
    cli.add_argument("--label", help="what a person reads; made of the name without")
    cli.add_argument("--printed", action="store_true", help="they are prints or drawings")
    cli.add_argument("--contents", type=Path, help="a folder of photos of people to learn on")
    cli.add_argument("--minutes", type=float, default=MINUTES, help="that it learns, of its core")
    cli.add_argument("--out", type=Path, help="the style's file; in the folder of styles without")
    cli.add_argument("--run", type=Path, help=f"the run's folder; {RUNS}/NAME without")
    cli.add_argument("--look", action="store_true", help="only find faces, and name bad pictures")
    cli.add_argument("--start", type=Path, help="a checkpoint to start from, not `tps_start`")
    cli.add_argument("--steps", type=int, help="that it takes, instead of its minutes")
    cli.add_argument("--batch", type=int, default=4)
    cli.add_argument("--side", type=int, default=128, help="px of a view, a multiple of 16")
    cli.add_argument("--rate", type=float, default=1e-3)
    return cli


def refuse(run: Path | None, sentence: str) -> NoReturn:
    """End with a sentence, which whoever follows the run is told, too."""
    if run is not None and run.is_dir():
        tell(run, Progress("failed", said=sentence))
    sys.exit(sentence)


def main() -> None:
    """Learn a style, or say in one sentence why not."""
    args = arguments().parse_args()
    os.nice(max(0, NICE - os.nice(0)))
    run = args.run or (RUNS / args.name if is_name(args.name) else None)
    try:
        out = train(args)
    except BlockingIOError as error:
        sys.exit(str(error))  # the other one tells how far it is
    except (ValueError, FileNotFoundError, WeightError) as error:
        refuse(run, str(error))
    except OSError as error:
        refuse(run, FULL.format(error=error) + GOES_ON)
    except RuntimeError as error:  # what torch raises where it cannot write
        if "write" not in str(error).lower():
            raise
        refuse(run, FULL.format(error=str(error).splitlines()[0][:80]) + GOES_ON)
    if out is not None:
        print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, sha256 {digest_of(out)[:12]}", flush=True)


if __name__ == "__main__":
    main()
