"""Time one photo through the plain chain and through ours: `python -m benchmarks.portrait [PHOTO]`.

Each chain runs in a process of its own, once to warm up and once to be measured. Where published
weights are not at hand, random ones stand in: equally fast, and the table says so. The tables go to
OUT/portrait.md and OUT/portrait.csv.
"""

import argparse
import csv
import multiprocessing
import os
import platform
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.meter import Meter, forget_peak, peak_megabytes
from pipeline.types import Photo, Progress
from pipeline.weights.catalog import CATALOG, Entry
from pipeline.weights.resolve import VerifiedWeights, find

# Plain and ours by their stages' names; the painter of the published size is timed beside the
# chain.
ROWS = {
    "paint, compact (24 filters, 6 blocks)": ("paint, compact", "paint"),
    "paint, published size (64 filters, 9 blocks)": (
        "paint, published size",
        "paint, published size",
    ),
    "find faces": ("find faces", "parse"),
    "restore": ("restore", "restore"),
    "segment": ("segment", "segment"),
    "blend": ("blend", "blend"),
}
COMPACT, PUBLISHED_SIZE = list(ROWS)[:2]


@dataclass(frozen=True)
class Result:
    """Hold one chain's figures.

    `points` (N, 4, 2): eyes and mouth corners of the faces that ours found.
    """

    meter: Meter
    loading: float
    points: np.ndarray


def measure_ours(photo: Photo, restorer: VerifiedWeights, painter: VerifiedWeights) -> Result:
    """Run our chain with embedded weights and the given GFPGAN, the published generator beside."""
    from pipeline.paint import paint
    from pipeline.runtime.engines import compile_openvino
    from pipeline.runtime.models import Loaded, Models, assemble
    from pipeline.settings import Settings
    from pipeline.stages.stylize.generator import stylize
    from pipeline.steps.network import width_of

    began = time.perf_counter()
    added = {v.entry.name: assemble(v, compile_openvino) for v in (restorer, painter)}

    class Given(Models):
        def load(self, role: str, policy: str) -> Loaded:
            return (
                added[restorer.entry.name] if role == "restorer" else super().load(role, "embedded")
            )

    models, meter, open_stages = Given("cpu"), Meter(), []

    def report(progress: Progress) -> None:
        if open_stages:
            meter.megabytes[open_stages[-1]] = peak_megabytes()
        open_stages.append(progress.stage)
        forget_peak()

    network = Settings.from_flat(painter="network")
    models.warm()
    loading = time.perf_counter() - began
    for _ in range(2):
        painting = paint(photo, network, models=models, report=report)
    meter.megabytes[open_stages[-1]] = peak_megabytes()
    meter.seconds.update(painting.seconds)
    for _ in range(2):
        with meter("paint, published size"):
            stylize(
                painting.original,
                added[painter.entry.name].run,
                brush=width_of(network.paint),
                stroke_px=painter.entry.stroke_px or 8,
                seeded=painter.entry.seeded,
            )
    return Result(meter, loading, np.array([f.points for f in painting.faces]))


def measure_plain(photo: Photo, restorer: VerifiedWeights, points: np.ndarray) -> Result:
    """Run the plain chain on the faces that ours found."""
    from benchmarks.plain import PlainChain

    began = time.perf_counter()
    chain = PlainChain(restorer)
    loading, meter = time.perf_counter() - began, Meter()
    for _ in range(2):
        chain.run(photo.pixels, points, meter)
    return Result(meter, loading, points)


def stand_in(entry: Entry, folder: Path) -> VerifiedWeights:
    """Return a weight: the embedded one, the file that is at hand, or a random one.

    The random one has values of the same shapes and is written into `folder`.
    """
    from pipeline.weights.resolve import obtain

    if entry.embedded or find(entry):
        return obtain(entry)
    import torch

    torch.manual_seed(0)
    if entry.role == "painter":
        from pipeline.nets.cyclegan import Generator

        state = Generator(**entry.build).state_dict()
    else:
        from pipeline.nets.gfpgan import PUBLISHED, GFPGANv1Clean

        state = GFPGANv1Clean(**PUBLISHED).state_dict()
    file = folder / f"{entry.name}.pth"
    torch.save({entry.unpack: state} if entry.unpack else state, file)
    return VerifiedWeights(
        replace(entry, name=f"{entry.name} (random)"), (file,), f"random {entry.name}"
    )


def table(plain: Result, ours: Result) -> list[dict[str, str]]:
    """Return one row a stage, then the sums with either painter."""
    rows = [
        _row(name, *(_figures(r.meter, [key]) for r, key in zip((plain, ours), keys, strict=True)))
        for name, keys in ROWS.items()
    ]
    for painter, other in ((COMPACT, PUBLISHED_SIZE), (PUBLISHED_SIZE, COMPACT)):
        chosen = [keys for name, keys in ROWS.items() if name != other]
        sums = (
            _figures(r.meter, [keys[i] for keys in chosen]) for i, r in enumerate((plain, ours))
        )
        rows.append(_row(f"all, {painter.removeprefix('paint, ')}", *sums))
    return [*rows, _row("loading", (plain.loading, float("nan")), (ours.loading, float("nan")))]


def _figures(meter: Meter, names: list[str]) -> tuple[float, float]:
    """Return seconds in all and the highest peak of some stages; nothing where none of them ran."""
    ran = [n for n in names if n in meter.seconds]
    return (
        (sum(meter.seconds[n] for n in ran), max(meter.megabytes[n] for n in ran))
        if ran
        else (float("nan"), float("nan"))
    )


def _row(name: str, plain: tuple[float, float], ours: tuple[float, float]) -> dict[str, str]:
    values = {
        "plain s": f"{plain[0]:.2f}", "ours s": f"{ours[0]:.2f}",
        "ratio": f"{plain[0] / max(ours[0], 1e-3):.1f}",
        "plain peak MB": f"{plain[1]:.0f}", "ours peak MB": f"{ours[1]:.0f}",
    }  # fmt: skip
    return {"stage": name, **{k: "" if v == "nan" else v for k, v in values.items()}}


def markdown(rows: list[dict[str, str]]) -> str:
    """Return rows as a Markdown table."""
    lines = ["| " + " | ".join(rows[0]) + " |", "|---" + "|---:" * (len(rows[0]) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row.values()) + " |" for row in rows])


def read_or_default(path: Path | None) -> Photo:
    """Return the photo at `path`, or a portrait of 1024 x 768 px.

    The portrait is scikit-image's astronaut (NASA, public domain).
    """
    if path:
        from pipeline.io.image_files import read_photo

        return read_photo(path)
    from skimage import data

    return Photo(
        cv2.resize(data.astronaut()[:384], (1024, 768), interpolation=cv2.INTER_CUBIC),
        name="astronaut",
    )


def apart(call, *args) -> Result:  # noqa: ANN001, ANN002 - passed on as they are
    """Run a call in a process of its own, so that neither chain's memory counts as the other's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(call, *args).result()


def main() -> None:
    """Measure both chains and write the tables."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("photo", type=Path, nargs="?")
    cli.add_argument("-o", "--out", type=Path, default=Path("build/benchmarks"))
    args = cli.parse_args()
    photo = read_or_default(args.photo)
    with tempfile.TemporaryDirectory() as folder:
        restorer, painter = (
            stand_in(CATALOG[name], Path(folder)) for name in ("gfpgan_v1.4", "style_monet")
        )
        ours = apart(measure_ours, photo, restorer, painter)
        plain = apart(measure_plain, photo, restorer, ours.points)
    rows = table(plain, ours)
    random = [
        "RetinaFace-R50",
        "ParseNet",
        *(
            v.entry.name.removesuffix(" (random)")
            for v in (restorer, painter)
            if "(random)" in v.entry.name
        ),
    ]
    h, w = photo.pixels.shape[:2]
    notes = (
        f"{photo.name}, {w} x {h} px, {len(ours.points)} face(s); "
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores. "
        f"Random weights stand in for {', '.join(random)}. "
        "Plain: PyTorch float32, every network but GFPGAN at the photo's size. "
        "Ours: working sizes as `pipeline.paint` chooses them. Second run of two."
    )
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "portrait.md").write_text(f"{notes}\n\n{markdown(rows)}\n")
    with (args.out / "portrait.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    print(f"{notes}\n\n{markdown(rows)}")


if __name__ == "__main__":
    main()
