"""Define a small image encoder for Segment Anything's decoder: the parser's U-Net, shortened."""

import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from segment_anything.modeling.common import LayerNorm2d
from torch import Tensor, nn

from pipeline.nets.imagenet_norm import Normalized
from pipeline.nets.sam import CHANNELS

BLOCKS = 4  # of the U-Net's five decoder blocks; the last has no skip connection
READ = (128, 64, 32)  # channels after the second, third and fourth decoder block


class LightEncoder(nn.Module):
    """Embed (B, 3, 512, 512) RGB in [0, 1], padded with the mean, as (B, 256, 64, 64).

    The U-Net takes the picture at half its size: there it recognizes faces best, and the prompt
    decoder's masks have that size, too. The features of all scales in a cell of 8 px become the
    cell's embedding.
    """

    def __init__(self) -> None:
        super().__init__()
        # encoder_weights=None: the default would download ImageNet's weights.
        unet = smp.Unet("efficientnet-b2", encoder_weights=None)
        self.encoder, self.decoder = unet.encoder, unet.decoder
        self.decoder.blocks = self.decoder.blocks[:BLOCKS]
        self.normalized = Normalized()
        self.neck = nn.Sequential(
            nn.Conv2d(READ[0] + READ[1] + 4 * READ[2], CHANNELS, 1),
            LayerNorm2d(CHANNELS),
            nn.GELU(),
            nn.Conv2d(CHANNELS, CHANNELS, 1),
            LayerNorm2d(CHANNELS),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.neck(self.features(F.avg_pool2d(x, 2)))

    def features(self, x: Tensor) -> Tensor:
        """Compute features, (B, 320, 64, 64), of a picture at half its size, (B, 3, 256, 256)."""
        skips = self.encoder(self.normalized(x))[:0:-1]
        x, steps = skips[0], []
        for block, skip in zip(self.decoder.blocks, skips[1:], strict=True):
            x = block(x, *skip.shape[2:], skip_connection=skip)
            steps.append(x)
        return torch.cat(
            [F.interpolate(steps[1], scale_factor=2.0), steps[2], F.pixel_unshuffle(steps[3], 2)], 1
        )
