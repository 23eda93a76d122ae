"""The opponent of a painter: says patch by patch whether a picture is a real one."""

from torch import Tensor, nn


class PatchGAN(nn.Sequential):
    """Judge (B, 3, H, W) in [-1, 1] by overlapping patches of 70 px.

    The judgments are (B, 1, H / 8 - 2, W / 8 - 2): 1 is real, 0 is made.

    Source: Zhu et al. 2017, "Unpaired Image-to-Image Translation", appendix 7.2
    (C64-C128-C256-C512); Isola et al. 2017.
    """

    def __init__(self, filters: int = 64) -> None:
        widths = [filters, 2 * filters, 4 * filters, 8 * filters]
        layers: list[nn.Module] = [
            nn.Conv2d(3, filters, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2, inplace=True),
        ]
        for n_in, n_out, stride in zip(widths, widths[1:], (2, 2, 1), strict=False):
            layers += [
                nn.Conv2d(n_in, n_out, 4, stride, 1),
                nn.InstanceNorm2d(n_out),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        super().__init__(*layers, nn.Conv2d(widths[-1], 1, 4, padding=1))
        self.apply(begun)

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input)


def begun(module: nn.Module) -> None:
    """Draw a convolution's first weights from a normal distribution.

    Its deviation is 0.02, as in the paper.
    """
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
