"""Train a network that paints like pictures in milliseconds and keeps faces.

`python -m training.fast_style SHARED RUN` learns the styles of `styles.csv`, all in one network;
`--style PICTURE` (again and again) learns others. `--slim` is the network that the painter `fast`
runs. A run that is called again goes on where it stopped.

Source: Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution"
(content and style losses); Group 22, "Image style transfer with Facial preservation" (the face
loss); Dumoulin et al. 2017, "A Learned Representation for Artistic Style" (many styles).
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

from pipeline.nets.johnson import Johnson
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
from training.perceptual import products
from training.samples import read_pixels
from training.styled_contents import Batch, Content, batches, read_shared

LIST = Path(__file__).with_name("styles.csv")
FULL = {"widths": (32, 64, 128), "blocks": 5, "resize": True}
SLIM = {
    "widths": (32, 64), "blocks": 5, "fold": 4, "cell": 2, "kernel": 3, "resize": True, "noise": 4,
}  # fmt: skip
CONTENT = "conv2_2"
# Layers whose Gram matrices are a style, and how much each counts: strokes more than colors.
STYLE = {"conv1_1": 0.1, "conv2_1": 0.4, "conv3_1": 3.0, "conv4_1": 3.0}
STYLE_PX = 512  # short side of a style's picture: how large its strokes become
# Weights, chosen by eye on one style. Content and style are in parts of the content's and the
# style's own size, for a dark picture's features are small; the face's is a squared distance of
# dlib's, the steadiness a mean square.
CONTENT_WEIGHT, STYLE_WEIGHT, FACE_WEIGHT = 1.0, 5.0, 3.0
STEADY_WEIGHT, VARIATION_WEIGHT = 60.0, 8.0
NOISE, SHIFT_PX = 0.02, 8  # of a photo that shall look the same, in [-1, 1]; of it, px
STYLES_FASTER = 5.0  # times the others' learning rate
SHOWN = 4  # held-out portraits on a sheet
SHOWN_PX = 320


@dataclass(frozen=True)
class Style:
    """A style's name, picture and the Gram matrices that it is known by, one of each layer."""

    name: str
    picture: Pixels
    grams: dict[str, Tensor]


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
def style_of(name: str, picture: Pixels, features: Perceptual) -> Style:
    """Measure a style's Gram matrices at the size at which its strokes are learned."""
    h, w = picture.shape[:2]
    scale = STYLE_PX / min(h, w)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(picture, (round(w * scale), round(h * scale)), interpolation=how)
    maps = features(tensor_of(small) / 2 + 0.5, STYLE)
    return Style(name, picture, {layer: lifted(maps[layer], features, layer)[0] for layer in STYLE})


def tensor_of(picture: Pixels) -> Tensor:
    """Turn a picture into a batch of one, in [-1, 1]."""
    return (
        torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    )


def lifted(maps: Tensor, features: Perceptual, layer: str) -> Tensor:
    """Compute VGG-19's Gram matrices of a layer's maps, divided by the number of positions."""
    maps = maps.float()
    found, lift = products(maps, maps), features.lift(layer)
    return found[:, :-1, :-1] if lift is None else lift @ found @ lift.mT


@dataclass(frozen=True)
class Aims:
    """What painted photos are compared by."""

    features: Perceptual
    descriptor: nn.Module  # of faces
    grams: dict[str, Tensor]  # by layer, (styles, C, C)
    face_weight: float
    cut: Cut = aligned  # faces out of pictures

    def losses(self, out: Tensor, batch: Batch, chosen: Tensor) -> dict[str, Tensor]:
        """Compute the losses of painted photos, (B, 3, H, H) in [-1, 1], each with its weight.

        `chosen`: the number of each picture's style, (B,).
        """
        painted = self.features(out / 2 + 0.5, {CONTENT, *STYLE})
        with torch.no_grad():
            wanted = self.features(batch.photos / 2 + 0.5, (CONTENT,))[CONTENT].float()
        content = F.mse_loss(painted[CONTENT].float(), wanted) / wanted.square().mean()
        style = sum(
            weight
            * self.unlike(lifted(painted[layer], self.features, layer), self.grams[layer][chosen])
            for layer, weight in STYLE.items()
        )
        variation = out.diff(dim=2).square().mean() + out.diff(dim=3).square().mean()
        return {
            "content": CONTENT_WEIGHT * content,
            "style": STYLE_WEIGHT * style,
            "face": self.face_weight * self.face_distance(out, batch),
            "variation": VARIATION_WEIGHT * variation,
        }

    @staticmethod
    def unlike(found: Tensor, wanted: Tensor) -> Tensor:
        """Compare Gram matrices, (B, C, C), in parts of the wanted ones' size."""
        return ((found - wanted).square().sum((1, 2)) / wanted.square().sum((1, 2))).mean()

    def face_distance(self, out: Tensor, batch: Batch) -> Tensor:
        """Average the squared distance of painted faces from the photos'; 0 without faces."""
        if not len(batch.which):
            return out.new_zeros(())
        painted, photos = (self.cut(p.float() / 2 + 0.5, batch) for p in (out, batch.photos))
        with torch.no_grad():
            wanted = self.descriptor(photos)
        return (self.descriptor(painted) - wanted).square().sum(1).mean()


def noise_for(network: Johnson, photos: Tensor, by: torch.Generator | None = None) -> Tensor | None:
    """Draw the noise that a network's strokes grow from; None where it takes none."""
    if not network.noise:
        return None
    h, w = (n // network.fold for n in photos.shape[2:])
    return torch.randn(len(photos), network.noise, h, w, device=photos.device, generator=by)


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
    network: Johnson, held_out: list[Content], styles: list[Style], aims: Aims, page: Path
) -> dict[str, float]:
    """Draw every style beside held-out portraits in it; return the losses on held-out parts."""
    portraits = [content for content in held_out if content.five is not None][:SHOWN]
    rows = []
    for number, style in enumerate(styles):
        painted = [paint(network, _small(content.photo), number) for content in portraits]
        rows.append(np.hstack([_square(picture) for picture in (style.picture, *painted)]))
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


def _small(photo: Pixels) -> Pixels:
    scale = 448 / min(photo.shape[:2])
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
    styles = [
        style_of(name, picture, features) for name, picture in read_styles(args.shared, args.style)
    ]
    grams = {layer: torch.stack([style.grams[layer] for style in styles]) for layer in STYLE}
    faces = face_measure(args.shared, args.openface, args.face_boxes)
    aims = Aims(features, faces.descriptor.to(device), grams, FACE_WEIGHT * args.face, faces.cut)
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
        noise = noise_for(network, batch.photos)
        shown = torch.cat([batch.photos, moved(batch.photos[:1], (y, x))])
        if noise is not None:
            again = noise_moved(noise[:1], (y, x), network.fold)
            noise = torch.cat([noise, again])  # pyright: ignore[reportArgumentType] - there is some
        with torch.autocast(device.type, torch.bfloat16):
            mix = alone(torch.cat([chosen, chosen[:1]]), network)
            out = network(shown, mix, noise).float()
        losses = aims.losses(out[: args.batch], batch, chosen)
        losses["steady"] = STEADY_WEIGHT * unsteady(out[:1], out[args.batch :], (y, x))
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
        schedule=Schedule(args.minutes, ema=0.995, sample_minutes=args.sample_minutes),
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
