"""What a fast style is learned by: losses of painted photos.

Content, style and face say what a painting shall be; specks, steadiness and blotches what the eye
minds in it. The weights were chosen by eye.

Source: Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution"
(the content loss); Group 22, "Image style transfer with Facial preservation" (the face loss).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.johnson import Johnson
from pipeline.nets.vgg import Perceptual
from pipeline.runtime.precision import mixed
from pipeline.runtime.stroke_noise import stroke_noise
from training.face_loss import Cut, aligned
from training.style_measures import StyleMeasure
from training.styled_contents import Batch

CONTENT = "conv3_1"
TAUGHT = ("conv2_1", "conv3_1")  # what a student's painting shares with its teacher's
# Content is in parts of the content's own size and without its mean, which is a style's; the face's
# is a squared distance of dlib's, the steadiness and the blotches a mean square.
CONTENT_WEIGHT, STYLE_WEIGHT, FACE_WEIGHT, TAUGHT_WEIGHT = 1.0, 20.0, 3.0, 1.0
STEADY_WEIGHT, SPECKS_WEIGHT, BLOTCHES_WEIGHT, MESH_WEIGHT = 60.0, 200.0, 1.0, 100.0
NOISE, SHIFT_PX = 0.02, 8  # of a photo that shall look the same, in [-1, 1]; of it, px
FLAT = 0.15  # of a photo's finest structure, in [-1, 1]: flat is what has less
BLOTCH_PX, MESH_PX = 16, 9  # strokes are no wider; a mesh repeats itself within so many px


@dataclass(frozen=True)
class Aims:
    """What painted photos are compared by."""

    features: Perceptual
    descriptor: nn.Module  # of faces
    style: StyleMeasure
    face_weight: float
    cut: Cut = aligned  # faces out of pictures
    teacher: Johnson | None = None  # of the same styles; its paintings are imitated, too
    content_weight: float = CONTENT_WEIGHT

    def losses(self, out: Tensor, batch: Batch, chosen: Tensor) -> dict[str, Tensor]:
        """Compute the losses of painted photos, (B, 3, H, H) in [-1, 1], each with its weight.

        `chosen`: the number of each picture's style, (B,).
        """
        wished = TAUGHT if self.teacher else ()
        painted = self.features(out / 2 + 0.5, {CONTENT, *self.style.layers, *wished})
        with torch.no_grad():
            wanted = centered(self.features(batch.photos / 2 + 0.5, (CONTENT,))[CONTENT])
        content = F.mse_loss(centered(painted[CONTENT]), wanted) / wanted.square().mean()
        losses = {
            "content": self.content_weight * content,
            "style": STYLE_WEIGHT * self.style.distance(painted, chosen),
            "face": self.face_weight * self.face_distance(out, batch),
            "specks": SPECKS_WEIGHT * specks(out, batch.photos),
        }
        if self.teacher:
            shown = painting(self.teacher, batch.photos, chosen)
            losses["taught"] = TAUGHT_WEIGHT * self.distance_from(shown, painted)
        return losses

    def distance_from(self, shown: Tensor, painted: Mapping[str, Tensor]) -> Tensor:
        """Compare the maps of painted photos with a teacher's paintings, in parts of its own."""
        with torch.no_grad():
            wanted = self.features(shown / 2 + 0.5, TAUGHT)
        parts = [
            F.mse_loss(painted[layer].float(), maps.float()) / maps.float().var()
            for layer, maps in wanted.items()
        ]
        return torch.stack(parts).mean()

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
    return (flat(photos) * finest(out).square()).mean()


def flat(photos: Tensor, width: int = 3) -> Tensor:
    """Tell how flat photos are at each place that `finest` returns, (B, 1, H, W): 1 is bare."""
    return torch.exp(-(finest(photos, width).square().sum(1, keepdim=True) / FLAT**2))


def finest(pictures: Tensor, width: int = 3) -> Tensor:
    """Return pictures, (B, 3, H, W), without what two blurs of `width` px leave."""
    half = width // 2
    blurred = F.avg_pool2d(F.avg_pool2d(pictures, width, 1, half), width, 1, half)
    return (pictures - blurred)[:, :, 2 * half : -2 * half, 2 * half : -2 * half]


def noise_for(network: Johnson, photos: Tensor, by: torch.Generator | None = None) -> Tensor | None:
    """Draw the noise that a network's strokes grow from; None where it takes none."""
    if not network.noise:
        return None
    return streaks(photos, network.fold, network.noise, by)


def streaks(photos: Tensor, fold: int, channels: int, by: torch.Generator | None = None) -> Tensor:
    """Draw noise in streaks along photos, (B, 3, H, W): (B, channels, H / fold, W / fold)."""
    h, w = (n // fold for n in photos.shape[2:])
    chances = torch.randint(1 << 31, (len(photos),), device=photos.device, generator=by).tolist()
    drawn = [
        stroke_noise(photo, (h, w, channels), np.random.default_rng(chance))
        for photo, chance in zip(photos.cpu().numpy(), chances, strict=True)
    ]
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).to(photos.device)


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


def blotches(out: Tensor, other: Tensor) -> Tensor:
    """Measure by how much two paintings of the same photos differ where strokes cannot be seen.

    They grew from other noise: it may say where strokes are, not what color a wall is.
    """
    return F.avg_pool2d(out - other, BLOTCH_PX).square().mean()


def mesh(out: Tensor, other: Tensor, photos: Tensor) -> Tensor:
    """Measure what strokes two paintings share that grew from other noise, where photos are flat.

    Whatever they share there is a pattern of the network's own, the same on every wall. Strokes
    that grow from the noise lie elsewhere in each, so that their products are nothing on average.
    """
    shared = finest(out, MESH_PX) * finest(other, MESH_PX)
    return (flat(photos, MESH_PX) * shared).mean().clamp(min=0)


@torch.no_grad()
def painting(network: Johnson, photos: Tensor, chosen: Tensor) -> Tensor:
    """Paint photos, (B, 3, H, H) in [-1, 1], in the chosen styles, (B,), to learn from."""
    with mixed(photos.device.type):
        return network(photos, alone(chosen, network), noise_for(network, photos)).float()


def losses_of(
    network: Johnson, batch: Batch, chosen: Tensor, aims: Aims, shift: tuple[int, int]
) -> dict[str, Tensor]:
    """Compute the losses of a batch, one photo of which is painted thrice.

    Moved, it stays alike; with other noise, it does from afar. `chosen`: the number of each
    picture's style, (B,). `shift`: y and x, px.
    """
    count, one = len(batch.photos), batch.photos[:1]
    shown = torch.cat([batch.photos, moved(one, shift), one])
    noise = noise_for(network, torch.cat([batch.photos, one]))
    if noise is not None:
        again = noise_moved(noise[:1], shift, network.fold)
        assert again is not None
        noise = torch.cat([noise[:count], again, noise[count:]])
    with mixed(shown.device.type):
        mix = alone(torch.cat([chosen, chosen[:1], chosen[:1]]), network)
        out = network(shown, mix, noise).float()
    losses = aims.losses(out[:count], batch, chosen)
    losses["steady"] = STEADY_WEIGHT * unsteady(out[:1], out[count : count + 1], shift)
    if noise is not None:
        two = out[:1], out[count + 1 :]
        losses["blotches"] = BLOTCHES_WEIGHT * blotches(*two)
        losses["mesh"] = MESH_WEIGHT * mesh(*two, one)
    return losses


def alone(numbers: Sequence[int] | Tensor, network: Johnson) -> Tensor:
    """Make a batch of mixes that have one style each."""
    chosen = torch.as_tensor(numbers, device=network.styles.device)
    return F.one_hot(chosen, len(network.styles)).float()
