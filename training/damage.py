"""What light, lenses and files do to a photo; labels stay.

torchvision's transforms, and three that it does not have.
"""

import math
from typing import Any

import torch
import torchvision.transforms.v2.functional as F  # noqa: N812 - the field's name for it
from torchvision import tv_tensors
from torchvision.transforms import v2

from pipeline.types import Pixels


class Light(v2.Transform):
    """Apply a gamma drawn from exp(uniform) between the two: 0.35 is glaring, 2.8 is dusk."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__()
        self.range = math.log(least), math.log(most)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"gamma": math.exp(drawn(*self.range))}

    # The base class's signature.
    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:  # noqa: ANN401
        return F.adjust_gamma(inpt, params["gamma"]) if isinstance(inpt, tv_tensors.Image) else inpt


class Cast(v2.Transform):
    """Multiply red, green and blue by factors of their own.

    As lamps, evenings and a wrong white balance do.
    """

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"gains": torch.exp(torch.randn(3, 1, 1) * self.deviation)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:  # noqa: ANN401
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        return tv_tensors.wrap((inpt * params["gains"]).clamp(0, 255).to(inpt.dtype), like=inpt)


class Shrink(v2.Transform):
    """Make the picture smaller and large again: what a small photo has lost."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__()
        self.range = least, most

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"scale": drawn(*self.range)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:  # noqa: ANN401
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        h, w = inpt.shape[-2:]
        small = F.resize(
            inpt, [max(1, round(h * params["scale"])), max(1, round(w * params["scale"]))]
        )
        return F.resize(small, [h, w])


class Faint(v2.Transform):
    """Show the picture as lenses and photos show what is far off: few px, often out of focus.

    `scale`: least and most of the sides that are left, by their logarithm. `blur`: the most, px of
    the small picture.
    """

    def __init__(self, scale: tuple[float, float], blur: float) -> None:
        super().__init__()
        self.scale, self.blur = scale, blur

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        scale = math.exp(drawn(math.log(self.scale[0]), math.log(self.scale[1])))
        return {"scale": scale, "blur": drawn(0.1, self.blur)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:  # noqa: ANN401
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        h, w = inpt.shape[-2:]
        size = [max(8, round(h * params["scale"])), max(8, round(w * params["scale"]))]
        small = F.gaussian_blur(F.resize(inpt, size), [7, 7], [params["blur"]] * 2)
        return F.resize(small, [h, w], interpolation=v2.InterpolationMode.BICUBIC)


def drawn(least: float, most: float) -> float:
    """Return a uniform number between the two."""
    return least + (most - least) * torch.rand(()).item()


def sometimes(share: float, transform: v2.Transform) -> v2.Transform:
    """Return a transform that is applied to this share of the pictures."""
    return v2.RandomApply([transform], share)


# In the order in which it happens to a photo: the light, the camera, the file.
DAMAGE = v2.Compose(
    [
        sometimes(0.4, Light(0.35, 2.8)),
        sometimes(0.25, Cast(0.10)),
        sometimes(0.04, Cast(0.4)),  # lamps on a stage
        sometimes(0.35, v2.ColorJitter(brightness=0.2, contrast=0.35, saturation=0.4)),
        sometimes(0.1, v2.ColorJitter(hue=0.5)),  # clothes and rooms of any color
        v2.RandomGrayscale(0.06),
        sometimes(0.12, v2.GaussianBlur(9, (0.4, 2.2))),
        sometimes(0.1, v2.GaussianNoise(sigma=0.035)),
        sometimes(0.2, Shrink(0.2, 0.8)),
        sometimes(0.2, v2.JPEG((10, 90))),
    ]
)
# A face of 14 to 70 px in a closer look, up to as blurred as passers-by are.
FAINT = Faint((0.08, 0.35), 2.2)


def damaged(photo: Pixels) -> Pixels:
    """Return a photo, (H, W, 3), as light, lenses and files change it by `DAMAGE`."""
    picture = DAMAGE(tv_tensors.Image(torch.from_numpy(photo).permute(2, 0, 1).contiguous()))
    return picture.as_subclass(torch.Tensor).permute(1, 2, 0).numpy().copy()
