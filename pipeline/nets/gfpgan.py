"""Define GFPGAN's published network, with its arithmetic reordered so that it converts."""

import sys

import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn
from torchvision.transforms import _functional_tensor

# basicsr imports this module by the name it had before torchvision 0.17.
sys.modules.setdefault("torchvision.transforms.functional_tensor", _functional_tensor)

from gfpgan.archs.gfpganv1_clean_arch import GFPGANv1Clean  # noqa: E402 - needs the alias above
from gfpgan.archs.stylegan2_clean_arch import ModulatedConv2d  # noqa: E402

# The configuration of the published GFPGANv1.3 and GFPGANv1.4.
PUBLISHED = {
    "out_size": 512,
    "num_style_feat": 512,
    "channel_multiplier": 2,
    "decoder_load_path": None,
    "fix_decoder": False,
    "num_mlp": 8,
    "input_is_latent": True,
    "different_w": True,
    "narrow": 1,
    "sft_half": True,
}


class Restorer(GFPGANv1Clean):
    """Restore aligned faces: (B, 3, 512, 512) RGB in [-1, 1] to the same.

    Strictly loads a published checkpoint's `params_ema`. Its stored noise is used instead of random
    noise, so that equal inputs give equal outputs.

    Source: Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative Facial
    Prior".
    """

    def __init__(self) -> None:
        super().__init__(**PUBLISHED)
        for module in list(self.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, ModulatedConv2d):
                    setattr(module, name, ActivationModulated(child))

    # One tensor in, one out.
    def forward(self, face: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Restore faces, (B, 3, 512, 512) in [-1, 1]."""
        return super().forward(face, return_rgb=False, randomize_noise=False)[0]


class ActivationModulated(nn.Module):
    """Apply a modulated convolution with constant weights.

    The style scales the input, and the demodulation the output. The published form scales the
    weights for each sample; that needs grouped convolutions of computed weights, which engines
    neither convert nor prepack.

    Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", equations 1
    to 3.
    """

    def __init__(self, published: ModulatedConv2d) -> None:
        super().__init__()
        self.modulation, self.weight = published.modulation, published.weight
        self.padding, self.eps = published.padding, published.eps
        self.demodulate, self.doubled = published.demodulate, published.sample_mode == "upsample"

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Convolve (B, C, H, W) under a style (B, S)."""
        scale = self.modulation(style)
        x = x * scale[:, :, None, None]
        if self.doubled:
            x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        out = F.conv2d(x, self.weight[0], padding=self.padding)
        if not self.demodulate:
            return out
        energy = scale.square() @ self.weight[0].square().sum((2, 3)).T
        return out * (energy + self.eps).rsqrt()[:, :, None, None]
