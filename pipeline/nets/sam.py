"""Define Segment Anything: an image encoder, run once a photo, and a decoder, once a prompt."""

from dataclasses import dataclass
from functools import partial
from math import pi
from typing import Any

import torch
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer
from torch import Tensor, nn

from pipeline.nets.imagenet_norm import Normalized

SIDE = 1024  # px of the encoder's square input
CHANNELS, CELLS = 256, 64  # an embedding's channels, and its cells across and down


@dataclass(frozen=True)
class Size:
    """The size of a vision transformer.

    `global_blocks`: the indices of blocks with global attention; the others attend in windows.
    """

    width: int
    depth: int
    heads: int
    global_blocks: tuple[int, ...]


VARIANTS = {
    "vit_b": Size(768, 12, 12, (2, 5, 8, 11)),
    "vit_l": Size(1024, 24, 16, (5, 11, 17, 23)),
    "vit_h": Size(1280, 32, 16, (7, 15, 23, 31)),
}


class ImageEncoder(ImageEncoderViT):
    """Embed (1, 3, 1024, 1024) RGB in [0, 1], padded with the mean, as (1, 256, 64, 64).

    The state dict's keys are those of the published checkpoints' `image_encoder`.

    Source: Kirillov et al. 2023, "Segment Anything".
    """

    def __init__(self, variant: str) -> None:
        size = VARIANTS[variant]
        super().__init__(
            img_size=SIDE,
            embed_dim=size.width,
            depth=size.depth,
            num_heads=size.heads,
            global_attn_indexes=size.global_blocks,
            window_size=14,
            use_rel_pos=True,
            out_chans=CHANNELS,
            # It is called like a class.
            norm_layer=partial(nn.LayerNorm, eps=1e-6),  # pyright: ignore[reportArgumentType]
        )
        self.normalized = Normalized()

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.normalized(x))


class PromptDecoder(nn.Module):
    """Decode an embedding and prompts into masks.

    This is segment_anything's prompt encoder and mask decoder as one traceable network. The state
    dict's keys are the published ones, `prompt_encoder.*` and `mask_decoder.*`. Two things differ
    from the package: the number of points may vary after tracing, and positions are encoded without
    a matrix product, so that they stay float32 where products run in half precision.

    `input_side`: the side of the encoder's input, px. `cells`: cells across the embedding; other
    than 64 only while a training proceeds from coarse to fine.

    Source: Kirillov et al. 2023, "Segment Anything".
    """

    def __init__(self, input_side: int = SIDE, cells: int = CELLS) -> None:
        super().__init__()
        self.input_side = input_side
        self.cells = cells
        self.prompt_encoder = PromptEncoder(
            embed_dim=CHANNELS,
            image_embedding_size=(cells, cells),
            input_image_size=(input_side, input_side),
            mask_in_chans=16,
        )
        transformer = TwoWayTransformer(depth=2, embedding_dim=CHANNELS, mlp_dim=2048, num_heads=8)
        self.mask_decoder = MaskDecoder(transformer_dim=CHANNELS, transformer=transformer)

    def forward(
        self, embedding: Tensor, points: Tensor, labels: Tensor, mask: Tensor, has_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Decode four masks' logits (B, 4, 256, 256) and their predicted IoU (B, 4).

        The first mask is for unambiguous prompts.

        `points` (B, N, 2): x, y in px of the padded input. `labels` (B, N): 1 foreground, 0
        background, 2 and 3 the corners of a box, -1 padding. `mask` (B, 1, 256, 256): logits of an
        earlier mask, which count where `has_mask` (B,) is 1.
        """
        given = has_mask[:, None, None, None]
        encoder, decoder = self.prompt_encoder, self.mask_decoder
        dense = (
            given * encoder.mask_downscaling(mask)
            + (1 - given) * encoder.no_mask_embed.weight[..., None, None]
        )
        tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])[None].expand(
            points.shape[0], -1, -1
        )
        tokens = torch.cat([tokens, self._prompts(points, labels)], 1)
        read, seen = decoder.transformer(embedding + dense, self._cells(), tokens)
        large = decoder.output_upscaling(
            seen.transpose(1, 2).unflatten(2, (self.cells, self.cells))
        )
        filters = torch.stack(
            [mlp(read[:, 1 + i]) for i, mlp in enumerate(decoder.output_hypernetworks_mlps)], 1
        )
        # The product has channels last, for that is the layout of the convolutions before it.
        logits = large.permute(0, 2, 3, 1) @ filters.transpose(1, 2)[:, None]
        return logits.permute(0, 3, 1, 2), decoder.iou_prediction_head(read[:, 0])

    def _prompts(self, points: Tensor, labels: Tensor) -> Tensor:
        """Encode each point as a token, (B, N, 256)."""
        encoder = self.prompt_encoder
        embeddings: list[Any] = [encoder.not_a_point_embed, *encoder.point_embeddings]
        kinds = torch.cat([embedding.weight for embedding in embeddings])
        known = (labels >= 0).to(points.dtype)[..., None]
        return known * self._positions((points + 0.5) / self.input_side) + kinds[labels.long() + 1]

    def _cells(self) -> Tensor:
        """Encode the positions of the embedding's cells, (1, 256, 64, 64)."""
        along = (
            torch.arange(self.cells, device=self.mask_decoder.iou_token.weight.device) + 0.5
        ) / self.cells
        y, x = torch.meshgrid(along, along, indexing="ij")
        return self._positions(torch.stack([x, y], -1)).permute(2, 0, 1)[None]

    def _positions(self, points: Tensor) -> Tensor:
        """Encode x, y in [0, 1] of the input's side, (..., 2), as sines and cosines, (..., 256)."""
        frequencies: Any = self.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix
        x, y = (2 * points - 1).unbind(-1)
        phase = 2 * pi * (x[..., None] * frequencies[0] + y[..., None] * frequencies[1])
        return torch.cat([phase.sin(), phase.cos()], -1)
