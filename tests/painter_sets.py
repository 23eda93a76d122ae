"""What trainings of painters learn from in tests, and the network that teaches them."""

import torch
from safetensors.torch import save_file

from pipeline.nets.cyclegan import Generator
from training.teachers import Perceptual

WIDTHS = {
    "conv11": (3, 16), "conv12": (16, 16), "conv21": (16, 32), "conv22": (32, 32),
    "conv31": (32, 64), "conv32": (64, 64), "conv33": (64, 64), "conv34": (64, 64),
    "conv41": (64, 128),
}  # fmt: skip


def vgg_of(folder):
    return Perceptual(folder / "weights/vgg19_distilled/5SE.pth")


def teach(folder):
    """Put a random perceptual network and a small painter to start from into a folder."""
    torch.manual_seed(0)
    state = {"conv0.weight": torch.eye(3)[:, :, None, None], "conv0.bias": torch.zeros(3)}
    for name, (n_in, n_out) in WIDTHS.items():
        state |= {
            f"{name}.weight": torch.randn(n_out, n_in, 3, 3) / (4.5 * n_in) ** 0.5,
            f"{name}.bias": torch.zeros(n_out),
        }
    weights = folder / "weights/vgg19_distilled"
    weights.mkdir(parents=True)
    torch.save(state, weights / "5SE.pth")
    save_file(Generator(8, 1, resize=True, norm="none").state_dict(), folder / "start.safetensors")
