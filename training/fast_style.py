"""Train a network that paints like pictures in milliseconds and keeps faces.

`python -m training.fast_style SHARED RUN` learns the styles of `styles.csv`, all in one network;
`--style PICTURE` (again and again) learns others. `--slim` is the network that the painter `fast`
runs, `--teacher` a full one whose paintings it imitates, too. A run that is called again goes on
where it stopped.

Source: Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution"
(the content loss, and with `--style-loss gram` the style's; else that of `style_measures.py`);
Group 22, "Image style transfer with Facial preservation" (the face loss); Dumoulin et al. 2017, "A
Learned Representation for Artistic Style" (many styles).
"""

import argparse
import csv
import secrets
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.johnson import Johnson
from pipeline.nets.vgg import Perceptual
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.perceptual import load_features
from pipeline.types import Pixels
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.command import parser_of
from training.content_faces import read_contents
from training.face_loss import face_measure
from training.fast_losses import (
    CONTENT_WEIGHT,
    FACE_WEIGHT,
    SHIFT_PX,
    Aims,
    alone,
    losses_of,
    noise_for,
)
from training.figures import draw_curve, sheet
from training.loop import Schedule, clock_of, fit, single
from training.samples import read_pixels
from training.style_measures import MEASURES, StyleMeasure
from training.styled_contents import Content, batches, prefetched, read_shared

LIST = Path(__file__).with_name("styles.csv")
FULL = {"widths": (32, 64, 128), "blocks": 5, "resize": True}
SLIM = {
    "widths": (32, 64), "blocks": 5, "fold": 4, "cell": 2, "kernel": 3, "resize": True, "noise": 4,
}  # fmt: skip
STYLE_PX = 640  # short side of a style's picture: how large its strokes become
STYLES_FASTER = 5.0  # times the others' learning rate
SHOWN = 4  # held-out portraits on a sheet
SHOWN_PX = 320
PAINTED_PX = 448  # short side at which held-out portraits are painted


def read_styles(shared: Path, pictures: Sequence[Path]) -> list[tuple[str, Pixels]]:
    """Read the pictures of the styles to learn, with their names: those given, or the list's."""
    if pictures:
        return [(file.stem, read_pixels(file)) for file in pictures]
    return [(row["name"], read_pixels(shared / "data" / row["file"])) for row in _listed()]


def styles_listed() -> list[str]:
    """Return the names of the list's styles, in its order."""
    return [row["name"] for row in _listed()]


def _listed() -> list[dict[str, str]]:
    with LIST.open(newline="") as text:
        return list(csv.DictReader(text))


@torch.no_grad()
def measure_of(
    kind: str, pictures: Sequence[Pixels], features: Perceptual, device: str
) -> StyleMeasure:
    """Measure styles at the size at which their strokes are learned; `kind` is of `MEASURES`."""
    shown = [
        (tensor_of(resized_to(picture, STYLE_PX)) / 2 + 0.5).to(device) for picture in pictures
    ]
    return MEASURES[kind].of(shown, features)


def tensor_of(picture: Pixels) -> Tensor:
    """Turn a picture into a batch of one, in [-1, 1]."""
    return (
        torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    )


@torch.inference_mode()
def paint(network: Johnson, photo: Pixels, number: int) -> Pixels:
    """Paint a photo of any size in one of the network's styles."""
    h, w = photo.shape[:2]
    batch = F.pad(tensor_of(photo), (0, -w % 8, 0, -h % 8), mode="replicate")
    batch = batch.to(network.styles.device)
    noise = noise_for(network, batch, torch.Generator(batch.device).manual_seed(0))
    painted = network(batch, alone([number], network), noise)[0, :, :h, :w]
    return to_uint8((painted / 2 + 0.5).permute(1, 2, 0).cpu().numpy())


@torch.inference_mode()
def evaluate(
    network: Johnson, held_out: list[Content], styles: list[Pixels], aims: Aims, page: Path
) -> dict[str, float]:
    """Draw every style beside held-out portraits in it; return the losses on held-out parts."""
    portraits = [content for content in held_out if content.five is not None][:SHOWN]
    rows = []
    for number, style in enumerate(styles):
        painted = [
            paint(network, resized_to(content.photo, PAINTED_PX), number) for content in portraits
        ]
        rows.append(np.hstack([_square(picture) for picture in (style, *painted)]))
    rows.append(
        np.hstack(
            [
                np.full((SHOWN_PX, SHOWN_PX, 3), 255, np.uint8),
                *(_square(p.photo) for p in portraits),
            ]
        )
    )
    cv2.imwrite(str(page), sheet(rows, 1)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    draw_curve(page.parent, page.parent / "loss.png")
    rng, sums = np.random.default_rng(0), {}
    device = network.styles.device
    stream = batches(portraits_of(held_out), 4, 256, rng)
    for number in range(12):
        batch = next(stream).to(device)
        chosen = (torch.arange(4, device=device) + number) % len(styles)
        noise = noise_for(network, batch.photos)
        out = network(batch.photos, alone(chosen, network), noise)
        for key, value in aims.losses(out, batch, chosen).items():
            sums[key] = sums.get(key, 0.0) + value.item() / 12
    return sums


def portraits_of(contents: list[Content]) -> list[Content]:
    """Return the contents with a known face."""
    return [content for content in contents if content.five is not None]


def resized_to(photo: Pixels, short_px: int) -> Pixels:
    """Resize a picture to a short side."""
    scale = short_px / min(photo.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, None, fx=scale, fy=scale, interpolation=how)


def _square(picture: Pixels) -> Pixels:
    side = min(picture.shape[:2])
    y = (picture.shape[0] - side) // 4
    x = (picture.shape[1] - side) // 2
    cut = picture[y : y + side, x : x + side]
    return cv2.resize(cut, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_AREA)


def read_teacher(files: Sequence[Path], device: torch.device) -> Johnson:
    """Read a full network of the same styles.

    Raises: RuntimeError: the files hold another network.
    """
    state = single(*files)
    network = Johnson(**FULL, styles=len(state["styles"]))
    network.load_state_dict(state)
    return network.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)


def begin(args: argparse.Namespace, count: int) -> Johnson:
    """Make a network for so many styles, with the weights that it is to begin with."""
    network = Johnson(**(SLIM if args.slim else FULL), styles=count)
    if args.start:
        state = single(*args.start)
        known = state["styles"]
        state["styles"] = (
            known if len(known) == count else known.mean(0, keepdim=True).repeat(count, 1, 1)
        )
        network.load_state_dict(state)
    return network


def train(args: argparse.Namespace) -> None:
    """Train for a number of minutes, or from where this run stopped."""
    torch.manual_seed(0)
    device = torch.device(args.device)
    features = load_features(obtain(CATALOG["perceptual_light"]), args.device)
    styles = [picture for _, picture in read_styles(args.shared, args.style)]
    measure = measure_of(args.style_loss, styles, features, args.device)
    faces = face_measure(args.shared, args.openface, args.face_boxes)
    teacher = read_teacher(args.teacher, device) if args.teacher else None
    aims = Aims(
        features, faces.descriptor.to(device), measure, FACE_WEIGHT * args.face, faces.cut, teacher,
        content_weight=CONTENT_WEIGHT * args.content_weight,
    )  # fmt: skip
    network = begin(args, len(styles)).to(device, memory_format=torch.channels_last)
    shared = [value for name, value in network.named_parameters() if name != "styles"]
    # A style's numbers are few and rarely drawn: they learn faster.
    groups = [{"params": shared}, {"params": [network.styles], "lr": STYLES_FASTER * args.rate}]
    optimizer = torch.optim.Adam(groups, args.rate, (0.9, 0.99))
    if args.contents or args.face_boxes:
        learned, held_out = read_contents(args.shared, args.run, args.contents, device)
    else:
        learned, held_out = read_shared(args.shared / "data")
    rng = np.random.default_rng(secrets.randbits(62))
    stream = prefetched(learned, args.batch, args.side, args.workers)

    def step() -> dict[str, float]:
        batch = next(stream).to(device)
        chosen = torch.from_numpy(rng.integers(0, len(styles), args.batch)).to(device)
        y, x = (int(n) for n in rng.integers(-SHIFT_PX, SHIFT_PX + 1, 2))
        losses = losses_of(network, batch, chosen, aims, (y, x))
        loss = torch.stack(list(losses.values())).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        return {"loss": loss.item(), **{key: value.item() for key, value in losses.items()}}

    fit(
        {"fast": network},
        {"adam": optimizer},
        step,
        averaged="fast",
        schedule=Schedule(args.minutes, args.steps, ema=0.995, sample_minutes=args.sample_minutes),
        folder=args.run,
        clock=clock_of(device),
        sample=lambda net, page: evaluate(net, held_out, styles, aims, page),
    )


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = parser_of(__doc__, minutes=120)
    cli.add_argument(
        "--style", type=Path, action="append", default=[], help="a picture to paint like"
    )
    cli.add_argument("--slim", action="store_true", help="the small network, for speed")
    cli.add_argument("--start", type=Path, nargs="+", help="a checkpoint to start from")
    cli.add_argument("--teacher", type=Path, nargs="+", help="a full network to imitate, too")
    cli.add_argument(
        "--face", type=float, default=1.0, help="the face loss, times its usual weight"
    )
    cli.add_argument(
        "--content-weight", type=float, default=1.0, help="of the content loss, likewise"
    )
    cli.add_argument("--style-loss", choices=MEASURES, default="sliced", help="gram: the paper's")
    cli.add_argument("--steps", type=int, help="that it takes, instead of its minutes")
    cli.add_argument("--batch", type=int, default=3)
    cli.add_argument("--side", type=int, default=256, help="px of a part that is learned from")
    cli.add_argument("--rate", type=float, default=1.5e-3)
    cli.add_argument("--workers", type=int, default=0, help="processes that cut photos")
    cli.add_argument(
        "--contents", type=Path, help="a folder of photos, in folders or not, as COCO's"
    )
    cli.add_argument(
        "--face-boxes", action="store_true", help="compare MTCNN's boxes, as the paper does"
    )
    cli.add_argument("--openface", type=Path, help="OpenFace's weights, to describe the boxes by")
    cli.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return cli


if __name__ == "__main__":
    train(arguments().parse_args())
