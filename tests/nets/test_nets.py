from collections import OrderedDict

import pytest
import segmentation_models_pytorch as smp
import torch
from safetensors.torch import save_file
from torch import nn

from pipeline.nets.cyclegan import Generator
from pipeline.nets.gfpgan import (
    PUBLISHED,
    ActivationModulated,
    GFPGANv1Clean,
    ModulatedConv2d,
    Restorer,
)
from pipeline.nets.light_restorer import LightRestorer
from pipeline.nets.unet import Parser
from training.export import painter


def published_generator() -> OrderedDict[str, torch.Tensor]:
    """Build a checkpoint as CycleGAN's authors did, with the norms' unused counters."""
    state = OrderedDict()

    def layer(key: str, n_out: int, n_in: int, side: int, norm: str | None) -> None:
        state[f"{key}.weight"] = torch.randn(n_out, n_in, side, side)
        state[f"{key}.bias"] = torch.randn(
            n_out if not key.startswith(("model.19", "model.22")) else n_in
        )
        if norm:
            state[f"{norm}.running_mean"] = torch.zeros(n_out)
            state[f"{norm}.running_var"] = torch.ones(n_out)

    layer("model.1", 64, 3, 7, "model.2")
    layer("model.4", 128, 64, 3, "model.5")
    layer("model.7", 256, 128, 3, "model.8")
    for block in range(10, 19):
        layer(f"model.{block}.conv_block.1", 256, 256, 3, f"model.{block}.conv_block.2")
        layer(f"model.{block}.conv_block.5", 256, 256, 3, f"model.{block}.conv_block.6")
    layer("model.19", 256, 128, 3, "model.20")
    layer("model.22", 128, 64, 3, "model.23")
    layer("model.26", 3, 64, 7, None)
    return state


def test_the_generator_has_the_published_checkpoints_keys_and_size():
    network = Generator()
    state = {k: v for k, v in published_generator().items() if "running_" not in k}
    network.load_state_dict(state, strict=True)
    assert sum(p.numel() for p in network.parameters()) == 11_378_179


@pytest.mark.parametrize("resize", [True, False])
@pytest.mark.parametrize("norm", ["instance", "batch", "none"])
def test_the_generator_keeps_the_size(resize, norm):
    with torch.inference_mode():
        out = Generator(4, 1, resize=resize, norm=norm).eval()(torch.rand(2, 3, 36, 60))
    assert out.shape == (2, 3, 36, 60)
    assert out.abs().max() <= 1


@pytest.mark.parametrize("resize", [True, False])
def test_folding_batch_norm_into_convolutions_changes_nothing(resize, tmp_path):
    torch.manual_seed(0)
    trained = Generator(8, 2, resize=resize, norm="batch")
    for module in trained.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    save_file(trained.state_dict(), tmp_path / "average.safetensors")
    network, build = painter([tmp_path / "average.safetensors"])
    assert build == {"filters": 8, "blocks": 2, "resize": resize, "norm": "none"}
    photo = torch.rand(1, 3, 32, 48)
    with torch.inference_mode():
        torch.testing.assert_close(network.eval()(photo), trained.eval()(photo), atol=1e-5, rtol=0)


def test_the_parser_is_the_papers_network():
    network = Parser(classes=9)
    published = smp.Unet("efficientnet-b2", encoder_weights=None, classes=9)
    assert list(network.state_dict()) == list(published.state_dict())
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(10.05e6, rel=1e-3)


def test_the_parser_normalizes_inside_and_returns_probabilities():
    torch.manual_seed(0)
    network = Parser().eval()
    plain = smp.Unet("efficientnet-b2", encoder_weights=None, classes=12).eval()
    plain.load_state_dict(network.state_dict())
    photo = torch.rand(1, 3, 64, 96)
    mean, deviation = (
        torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    with torch.inference_mode():
        out = network(photo)
        torch.testing.assert_close(out, plain((photo - mean) / deviation).softmax(1))
    torch.testing.assert_close(out.sum(1), torch.ones(1, 64, 96))


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("mode", [None, "upsample"])
def test_modulating_activations_equals_modulating_weights(demodulate, mode):
    torch.manual_seed(0)
    published = ModulatedConv2d(8, 6, 3, 16, demodulate=demodulate, sample_mode=mode)
    x, style = torch.randn(3, 8, 10, 12), torch.randn(3, 16)
    with torch.inference_mode():
        torch.testing.assert_close(
            ActivationModulated(published)(x, style), published(x, style), atol=1e-5, rtol=1e-5
        )


def test_the_restorer_has_the_published_checkpoints_keys_and_shapes():
    with torch.device("meta"):  # 86 million weights, whose values are no matter here
        published, network = GFPGANv1Clean(**PUBLISHED).state_dict(), Restorer().state_dict()
    assert {key: value.shape for key, value in network.items()} == {
        key: value.shape for key, value in published.items()
    }


def test_the_restorer_is_the_published_network(monkeypatch):
    monkeypatch.setitem(PUBLISHED, "narrow", 0.25)  # a twelfth of the work, and the same arithmetic
    torch.manual_seed(0)
    published = GFPGANv1Clean(**PUBLISHED).eval()
    state = published.state_dict()
    for key, value in state.items():
        if key.endswith(".weight") and value.shape == (1,):
            # The strength of added noise; a new network's zero would hide that the noise differs.
            value.fill_(0.3)
    network = Restorer().eval()
    network.load_state_dict(state, strict=True)
    face = torch.rand(1, 3, 512, 512) * 2 - 1
    with torch.inference_mode():
        wanted = published(face, return_rgb=False, randomize_noise=False)[0]
        made = network(face)
        torch.testing.assert_close(made, wanted, atol=1e-5, rtol=0)
        assert torch.equal(network(face), made)


def stirred(network: nn.Module) -> nn.Module:
    """Return a network whose every weight is random, also those that begin at zero."""
    torch.manual_seed(0)
    for weight in network.parameters():
        nn.init.normal_(weight, std=(weight[0].numel() ** -0.5 if weight.ndim > 1 else 0.1))
    return network.eval()


def test_a_new_light_restorer_changes_nothing_and_learns_at_once():
    network = LightRestorer(8, 1)
    face = torch.rand(2, 3, 64, 64) * 2 - 1
    restored = network(face)
    assert torch.equal(restored, face)
    restored.square().mean().backward()
    assert network.change.outer.weight.grad.abs().max() > 0


def test_the_light_restorer_keeps_the_size_and_gives_equal_pictures_for_equal_ones():
    network = stirred(LightRestorer(8, 1))
    face = torch.rand(1, 3, 512, 512) * 2 - 1
    with torch.inference_mode():
        restored = network(face)
        assert restored.shape == face.shape
        assert (restored - face).abs().mean() > 0.05
        assert torch.equal(network(face), restored)
        # No picture of a batch depends on the others.
        torch.testing.assert_close(
            network(torch.cat([-face, face]))[1:], restored, atol=1e-4, rtol=0
        )


def test_the_light_restorer_leaves_no_grid_on_an_even_surface():
    network = stirred(LightRestorer(8, 1))
    with torch.inference_mode():
        change = network(torch.full((1, 3, 512, 512), 0.3)) - 0.3
    middle = change[0, :, 240:272, 240:272]  # far from the edges, which are no even surface
    assert middle.abs().mean() > 0.05
    torch.testing.assert_close(
        middle, middle.mean((1, 2), keepdim=True).expand_as(middle), atol=1e-5, rtol=0
    )


def test_the_light_restorer_fits_into_one_file_of_ten_megabytes():
    parameters = sum(p.numel() for p in LightRestorer().parameters())
    assert 4e6 < parameters < 4.75e6  # of two bytes each
