"""Train a network that paints like pictures in milliseconds and keeps faces.

`python -m training.fast_style SHARED RUN` learns the styles of `styles.csv`, all in one network;
`--style PICTURE` (again and again) learns others. `--slim` is the network that the painter `fast`
runs. A run that is called again goes on where it stopped.

Source: Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution"
(the content loss, and with `--style-loss gram` the style's; else that of `style_measures.py`);
Group 22, "Image style transfer with Facial preservation" (the face loss); Dumoulin et al. 2017, "A
Learned Representation for Artistic Style" (many styles).
"""

import argparse
import csv
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.johnson import Johnson, spots
from pipeline.nets.vgg import Perceptual
from pipeline.ops.tensor import to_uint8
from pipeline.runtime.perceptual import load_features
from pipeline.types import Pixels
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.command import parser_of
from training.content_faces import read_contents
from training.face_loss import Cut, aligned, face_measure
from training.figures import draw_curve, sheet
from training.loop import Schedule, clock_of, fit, single
from training.samples import read_pixels
from training.style_measures import MEASURES, StyleMeasure
from training.styled_contents import Batch, Content, batches, read_shared

LIST = Path(__file__).with_name("styles.csv")
FULL = {"widths": (32, 64, 128), "blocks": 5, "resize": True}
SLIM = {
    "widths": (32, 64), "blocks": 5, "fold": 4, "cell": 2, "kernel": 3, "resize": True, "noise": 4,
}  # fmt: skip
CONTENT = "conv3_1"
STYLE_PX = 640  # short side of a style's picture: how large its strokes become
# Weights, chosen by eye. Content is in parts of the content's own size and without its mean, which
# is a style's; the face's is a squared distance of dlib's, the steadiness a mean square.
CONTENT_WEIGHT, STYLE_WEIGHT, FACE_WEIGHT = 1.0, 20.0, 3.0
STEADY_WEIGHT, SPECKS_WEIGHT = 60.0, 200.0
NOISE, SHIFT_PX = 0.02, 8  # of a photo that shall look the same, in [-1, 1]; of it, px
FLAT = 0.15  # of a photo's finest structure, in [-1, 1]: flat is what has less
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


@dataclass(frozen=True)
class Aims:
    """What painted photos are compared by."""

    features: Perceptual
    descriptor: nn.Module  # of faces
    style: StyleMeasure
    face_weight: float
    cut: Cut = aligned  # faces out of pictures

    def losses(self, out: Tensor, batch: Batch, chosen: Tensor) -> dict[str, Tensor]:
        """Compute the losses of painted photos, (B, 3, H, H) in [-1, 1], each with its weight.

        `chosen`: the number of each picture's style, (B,).
        """
        painted = self.features(out / 2 + 0.5, {CONTENT, *self.style.layers})
        with torch.no_grad():
            wanted = centered(self.features(batch.photos / 2 + 0.5, (CONTENT,))[CONTENT])
        content = F.mse_loss(centered(painted[CONTENT]), wanted) / wanted.square().mean()
        return {
            "content": CONTENT_WEIGHT * content,
            "style": STYLE_WEIGHT * self.style.distance(painted, chosen),
            "face": self.face_weight * self.face_distance(out, batch),
            "specks": SPECKS_WEIGHT * specks(out, batch.photos),
        }

    def face_distance(self, out: Tensor, batch: Batch) -> Tensor:
        """Average the squared distance of painted faces from the photos'; 0 without faces."""
        if not len(batch.which):
            return out.new_zeros(())
        painted, photos = (self.cut(p.float() / 2 + 0.5, batch) for p in (out, batch.photos))
        with torch.no_grad():
            wanted = self.descriptor(photos)
        return (self.descriptor(painted) - wanted).square().sum(1).mean()


def centered(maps: Tensor) -> Tensor:
    """Take each channel's mean, (B, C, H, W), away: a light or a tint is no content."""
    maps = maps.float()
    return maps - maps.mean((2, 3), keepdim=True)


def specks(out: Tensor, photos: Tensor) -> Tensor:
    """Measure what is finer than some 6 px in painted pictures where their photos are flat.

    A style's features ask for grain and do not mind a pattern of dots, which the eye does; strokes
    are wider. In place of the total variation, which takes edges and strokes as well.
    """
    flat = torch.exp(-(finest(photos).square().sum(1, keepdim=True) / FLAT**2))
    return (flat * finest(out).square()).mean()


def finest(pictures: Tensor) -> Tensor:
    """Return pictures, (B, 3, H, W), without what two blurs of 3 x 3 px leave."""
    blurred = F.avg_pool2d(F.avg_pool2d(pictures, 3, 1, 1), 3, 1, 1)
    return (pictures - blurred)[:, :, 2:-2, 2:-2]


def noise_for(network: Johnson, photos: Tensor, by: torch.Generator | None = None) -> Tensor | None:
    """Draw the noise that a network's strokes grow from; None where it takes none."""
    if not network.noise:
        return None
    h, w = (n // network.fold for n in photos.shape[2:])
    white = torch.randn(len(photos), network.noise, h, w, device=photos.device, generator=by)
    return spots(white)


def moved(photos: Tensor, shift: tuple[int, int]) -> Tensor:
    """Shift photos by some pixels, y and x, and add noise, as a film's next picture has."""
    return torch.roll(photos, shift, (2, 3)) + NOISE * torch.randn_like(photos)


def noise_moved(noise: Tensor | None, shift: tuple[int, int], fold: int) -> Tensor | None:
    """Carry the noise along by a shift in pixels; between its places it is interpolated."""
    if noise is None:
        return None
    for axis, pixels in zip((2, 3), shift, strict=True):
        whole, rest = divmod(pixels, fold)
        one, next_one = (torch.roll(noise, whole + step, axis) for step in (0, 1))
        noise = one + rest / fold * (next_one - one)
    return noise


def unsteady(out: Tensor, again: Tensor, shift: tuple[int, int]) -> Tensor:
    """Compare what was painted of photos and of the same photos, moved and noisy."""
    edge = SHIFT_PX + 8
    inner = (..., slice(edge, -edge), slice(edge, -edge))
    return F.mse_loss(torch.roll(out, shift, (2, 3))[inner], again[inner])


def losses_of(
    network: Johnson, batch: Batch, chosen: Tensor, aims: Aims, shift: tuple[int, int]
) -> dict[str, Tensor]:
    """Compute the losses of a batch, one photo of which is painted twice: moved, it stays alike.

    `chosen`: the number of each picture's style, (B,). `shift`: y and x, px.
    """
    count = len(batch.photos)
    noise = noise_for(network, batch.photos)
    shown = torch.cat([batch.photos, moved(batch.photos[:1], shift)])
    if noise is not None:
        again = noise_moved(noise[:1], shift, network.fold)
        noise = torch.cat([noise, again])  # pyright: ignore[reportArgumentType] - there is some
    with torch.autocast(shown.device.type, torch.bfloat16):
        mix = alone(torch.cat([chosen, chosen[:1]]), network)
        out = network(shown, mix, noise).float()
    losses = aims.losses(out[:count], batch, chosen)
    return {**losses, "steady": STEADY_WEIGHT * unsteady(out[:1], out[count:], shift)}


@torch.inference_mode()
def paint(network: Johnson, photo: Pixels, number: int) -> Pixels:
    """Paint a photo of any size in one of the network's styles."""
    h, w = photo.shape[:2]
    batch = F.pad(tensor_of(photo), (0, -w % 8, 0, -h % 8), mode="replicate")
    batch = batch.to(network.styles.device)
    noise = noise_for(network, batch, torch.Generator(batch.device).manual_seed(0))
    painted = network(batch, alone([number], network), noise)[0, :, :h, :w]
    return to_uint8((painted / 2 + 0.5).permute(1, 2, 0).cpu().numpy())


def alone(numbers: Sequence[int] | Tensor, network: Johnson) -> Tensor:
    """Make a batch of mixes that have one style each."""
    chosen = torch.as_tensor(numbers, device=network.styles.device)
    return F.one_hot(chosen, len(network.styles)).float()


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
    weight = FACE_WEIGHT * args.face
    aims = Aims(features, faces.descriptor.to(device), measure, weight, faces.cut)
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
    stream = batches(learned, args.batch, args.side, rng)

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
    cli.add_argument(
        "--face", type=float, default=1.0, help="the face loss, times its usual weight"
    )
    cli.add_argument("--style-loss", choices=MEASURES, default="sliced", help="gram: the paper's")
    cli.add_argument("--steps", type=int, help="that it takes, instead of its minutes")
    cli.add_argument("--batch", type=int, default=3)
    cli.add_argument("--side", type=int, default=256, help="px of a part that is learned from")
    cli.add_argument("--rate", type=float, default=1.5e-3)
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
