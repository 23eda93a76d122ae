"""Define MobileSAM's image encoder: convolutions at fine scales, window attention at coarse ones.

Source: Zhang et al. 2023, "Faster Segment Anything".
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from segment_anything.modeling.common import LayerNorm2d
from torch import Tensor, nn

from pipeline.nets.imagenet_norm import Normalized
from pipeline.nets.sam import CHANNELS


def normed(
    inputs: int, outputs: int, side: int = 1, stride: int = 1, *, depthwise: bool = False
) -> nn.Sequential:
    """Build a convolution `c` followed by a batch norm `bn`."""
    network = nn.Sequential()
    network.add_module(
        "c",
        nn.Conv2d(
            inputs, outputs, side, stride, side // 2, groups=outputs if depthwise else 1, bias=False
        ),
    )
    network.add_module("bn", nn.BatchNorm2d(outputs))
    return network


class Widened(nn.Module):
    """Add an inverted bottleneck of four times as many channels to the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = normed(width, 4 * width)
        self.conv2 = normed(4 * width, 4 * width, 3, depthwise=True)
        self.conv3 = normed(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x + self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x))))))


class Merged(nn.Module):
    """Change the width for the next layer, and halve the size where the stride is 2."""

    def __init__(self, width: int, wider: int, stride: int) -> None:
        super().__init__()
        self.conv1 = normed(width, wider)
        self.conv2 = normed(wider, wider, 3, stride, depthwise=True)
        self.conv3 = normed(wider, wider)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x)))))


class Attention(nn.Module):
    """Attend among the N cells of a window, (B, N, width) to the same.

    Every distance down and across has a learned bias.
    """

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(heads, window**2))

    def forward(self, x: Tensor) -> Tensor:
        # Each head's query, key and value lie side by side.
        q, k, v = self.qkv(self.norm(x)).unflatten(2, (self.heads, -1)).transpose(1, 2).chunk(3, -1)
        seen = F.scaled_dot_product_attention(
            q, k, v, attn_mask=self.attention_biases[:, self._distances()]
        )
        return self.proj(seen.transpose(1, 2).flatten(2))

    def _distances(self) -> Tensor:
        """Compute the index of the bias for each pair of cells, (N, N)."""
        at = torch.arange(self.window, device=self.attention_biases.device)
        distance = (at[:, None] - at).abs()
        down, across = distance[:, None, :, None], distance[None, :, None, :]
        return (down * self.window + across).flatten(2).flatten(0, 1)


class Mlp(nn.Module):
    """Apply two linear layers to every cell's channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(self.norm(x))))


class Block(nn.Module):
    """Apply attention in windows, a convolution, and an MLP: (B, width, H, W) to the same."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.attn = Attention(width, heads, window)
        self.local_conv = normed(width, width, 3, depthwise=True)
        self.mlp = Mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.local_conv(x + self._in_windows(x))
        return x + self.mlp(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def _in_windows(self, x: Tensor) -> Tensor:
        side, (_, c, h, w) = self.window, x.shape
        x = F.pad(x, (0, -w % side, 0, -h % side))
        # Windows, cells in them, channels.
        cells = x.unflatten(3, (-1, side)).unflatten(2, (-1, side)).permute(0, 2, 4, 3, 5, 1)
        seen = self.attn(cells.reshape(-1, side * side, c)).reshape(cells.shape)
        return seen.permute(0, 5, 1, 3, 2, 4).reshape(x.shape)[:, :, :h, :w]


class Layer(nn.Module):
    """Apply blocks, then the step to the next layer if there is one."""

    def __init__(self, blocks: Iterable[nn.Module], downsample: nn.Module | None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x if self.downsample is None else self.downsample(x)


class TinyEncoder(nn.Module):
    """Embed (1, 3, 1024, 1024) RGB in [0, 1], padded with the mean, as (1, 256, 64, 64).

    The state dict's keys are those of MobileSAM's `image_encoder`. They include a classifier, which
    is never run.

    Source: Zhang et al. 2023, "Faster Segment Anything"; Wu et al. 2022, "TinyViT" (the network,
    here its smallest).
    """

    def __init__(
        self,
        widths: tuple[int, ...] = (64, 128, 160, 320),
        depths: tuple[int, ...] = (2, 2, 6, 2),
        heads: tuple[int, ...] = (2, 4, 5, 10),
        windows: tuple[int, ...] = (7, 7, 14, 7),
    ) -> None:
        super().__init__()
        self.normalized = Normalized()
        first, last = widths[0], widths[-1]
        self.patch_embed = nn.ModuleDict(
            {
                "seq": nn.Sequential(
                    normed(3, first // 2, 3, 2), nn.GELU(), normed(first // 2, first, 3, 2)
                )
            }
        )
        steps = [
            Merged(a, b, stride)
            for a, b, stride in zip(widths, widths[1:], (2, 2, 1), strict=False)
        ]
        blocks: list[list[nn.Module]] = [[Widened(first) for _ in range(depths[0])]]
        for width, depth, count, window in zip(
            widths[1:], depths[1:], heads[1:], windows[1:], strict=True
        ):
            blocks.append([Block(width, count, window) for _ in range(depth)])
        self.layers = nn.ModuleList(
            Layer(own, step) for own, step in zip(blocks, [*steps, None], strict=True)
        )
        self.norm_head, self.head = nn.LayerNorm(last), nn.Linear(last, 1000)
        self.neck = nn.Sequential(
            nn.Conv2d(last, CHANNELS, 1, bias=False),
            LayerNorm2d(CHANNELS),
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False),
            LayerNorm2d(CHANNELS),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed["seq"](self.normalized(x))
        for layer in self.layers:
            x = layer(x)
        return self.neck(x)
