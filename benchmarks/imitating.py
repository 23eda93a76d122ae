"""Time painting like a picture: `python -m benchmarks.imitating [--largest 2048]`.

A look at 256 and 512 px, beside the same loss written the usual way (PyTorch float32, Gram matrices
and their gradients by autograd, two passes through the network) in the same run; the preset fast at
512 px; the largest size, and its peak of memory, with few looks.
"""

import argparse
from dataclasses import replace

import torch
from torch import Tensor

from benchmarks.meter import forget_peak, median_seconds, peak_megabytes
from benchmarks.outlining import EXAMPLE
from benchmarks.portrait_aware import at_short
from pipeline.io.image_files import read_photo
from pipeline.nets.vgg import Perceptual
from pipeline.ops.tensor import to_batch, to_float
from pipeline.runtime.models import Models
from pipeline.stages.style_transfer.losses import (
    CONTENT,
    PORTRAIT_AWARE,
    SCALE,
    losses_of,
    targets_of,
)
from pipeline.stages.style_transfer.transfer import PRESETS, StyleImage, transfer_style
from pipeline.weights.catalog import EMBEDDED
from training.export import perceptual

STYLE = EXAMPLE.parent / "styles/night.jpg"


def usual_gram(net: Perceptual, maps: Tensor, layer: str) -> Tensor:
    """Return the Gram matrix of a layer's maps."""
    lifted = usual_maps(net, maps, layer)
    return lifted @ lifted.T / lifted.shape[1]


def usual_maps(net: Perceptual, maps: Tensor, layer: str) -> Tensor:
    """Return a layer's maps as VGG-19 has them, (C, H W)."""
    lift, flat = net.lift(layer), maps[0].flatten(1)
    return flat if lift is None else lift @ torch.cat([flat, torch.ones_like(flat[:1])])


def usual_aims(net: Perceptual, photo: Tensor, style: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Return what `usual_loss` compares with: the photo's content and the style's Gram matrices.

    The content is (C, H W), the matrices are by layer.
    """
    with torch.no_grad():
        grams = {
            layer: usual_gram(net, maps, layer)
            for layer, maps in net(style, PORTRAIT_AWARE.layers).items()
        }
        return usual_maps(net, net(photo, {CONTENT})[CONTENT], CONTENT), grams


def usual_loss(
    net: Perceptual, picture: Tensor, content: Tensor, wanted: dict[str, Tensor], background: Tensor
) -> Tensor:
    """Return the paper's energy as it is usually written, of a picture on such a background.

    The background is (1, 1, H, W).
    """
    loss_weights = PORTRAIT_AWARE
    maps = net(picture, {CONTENT, *loss_weights.style_layers})
    behind = net(picture, loss_weights.background_layers, background)
    loss = (
        loss_weights.content
        * SCALE**2
        * ((usual_maps(net, maps[CONTENT], CONTENT) - content) ** 2).mean()
    )
    for weight, seen, share, layers in (
        (loss_weights.style, maps, 1.0, loss_weights.style_layers),
        (loss_weights.background, behind, background.mean(), loss_weights.background_layers),
    ):
        for layer in layers:
            found = usual_gram(net, seen[layer], layer) / share
            loss = loss + weight * SCALE**4 * ((found - wanted[layer]) ** 2).sum() / (
                4 * len(found) ** 2
            )
    return loss + loss_weights.variation * (
        picture.diff(dim=3).square().mean() + picture.diff(dim=2).square().mean()
    )


def a_look(side: int, features: Perceptual, plain: Perceptual) -> tuple[float, float]:
    """Return the seconds of a look, and of one written as usual."""
    photo, style = (torch.from_numpy(to_batch(at_short(file, side))) for file in (EXAMPLE, STYLE))
    background = torch.ones_like(photo[:, :1])
    background[..., side // 4 : -side // 4] = 0
    wanted = targets_of(photo, [(style, 1.0, None)], background, features, PORTRAIT_AWARE)
    content, grams = usual_aims(plain, photo, style)

    def ours() -> None:
        losses_of(
            photo.clone().requires_grad_(True), wanted, features, PORTRAIT_AWARE
        ).total.backward()

    def usual() -> None:
        usual_loss(plain, photo.clone().requires_grad_(True), content, grams, background).backward()

    return median_seconds(ours, 15), median_seconds(usual, 15)


def main() -> None:
    """Print seconds and memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--largest", type=int, default=2048)
    args = parser.parse_args()
    features = Models(here=frozenset()).features("embedded").network
    plain = perceptual(sorted(EMBEDDED.glob("perceptual_light-*.safetensors")))[0].requires_grad_(
        False
    )
    for side in (256, 512):
        ours, usual = a_look(side, features, plain)
        print(
            f"a look at {side} px: {ours * 1e3:.0f} ms; "
            f"written as usual {usual * 1e3:.0f} ms; {ours / usual:.2f} x"
        )
    photo, style = at_short(EXAMPLE, 512), to_float(read_photo(STYLE).pixels)
    background = 0 * photo[..., 0] + 1
    background[128:, 128:384] = 0

    def fast() -> None:
        transfer_style(
            photo,
            [StyleImage(style)],
            background,
            features,
            loss_weights=PORTRAIT_AWARE,
            preset=PRESETS["fast"],
        )

    print(f"fast at 512 px: {median_seconds(fast, 1, warm=False):.1f} s")
    forget_peak()
    large, behind = at_short(EXAMPLE, args.largest), at_short(EXAMPLE, args.largest)[..., 0] > 0
    few = replace(PRESETS["fast"], evaluations=12, coarser=((0.25, 3), (0.5, 3)))

    def largest() -> None:
        transfer_style(
            large,
            [StyleImage(style)],
            behind.astype("float32"),
            features,
            loss_weights=PORTRAIT_AWARE,
            preset=few,
        )

    seconds = median_seconds(largest, 1, warm=False)
    print(
        f"{large.shape[1]} x {large.shape[0]} px, 12 looks at that size: {seconds:.1f} s, "
        f"peak {peak_megabytes():.0f} MB"
    )


if __name__ == "__main__":
    main()
