"""Write a trained network into `weights/`.

Run `python -m training.export AVERAGE.safetensors... monet_light`.

Shards of fp16 safetensors, each under 10 MB, and the entry in `manifest.json`; what an earlier
export of that name left is replaced.
"""

import argparse
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from pipeline.nets.johnson import Johnson
from pipeline.nets.landmarks_light import LightLandmarks
from pipeline.nets.light_colorizer import LightColorizer
from pipeline.nets.light_descriptor import LightDescriptor
from pipeline.nets.light_finder import LightFinder
from pipeline.nets.light_restorer import LightRestorer
from pipeline.nets.light_verifier import LightVerifier
from pipeline.nets.tps_generator import TpsGenerator
from pipeline.nets.tps_shape import FOLD, NOISE
from pipeline.nets.unet import Parser
from pipeline.variants import PORTRAIT_STYLES
from training.fast_style import SLIM, styles_listed
from training.labels import CLASSES
from training.light_sam import LightSam
from training.loop import half, single
from training.painter import plain_generator
from training.perceptual import LIFTS, WIDTHS
from training.perceptual import network as compact
from training.strokes import STROKE_PX

SHARD_BYTES = 9_500_000
MANIFEST = "manifest.json"
PAINTS: dict[str, Any] = {
    "license": "research only: some of its training photos are",
    "data": (
        "trained by this project: "
        "CycleGAN's monet2photo, in-the-wild portraits, CelebAMask-HQ photos"
    ),
    "stroke_px": STROKE_PX,
    "seeded": True,
}
PORTRAITS: dict[str, Any] = {
    "role": "portrait_style",
    "license": "non-commercial research: CelebAMask-HQ's terms",
    "data": (
        "trained by this project: in-the-wild portraits, CelebAMask-HQ photos, painted portraits "
        "in the public domain; faces by YuNet (MIT), points by PFLD, identity by dlib's descriptor "
        "(CC0)"
    ),
}
# Networks that are others but for what they learned beside: whoever exports the other anew exports
# them, too.
OVER = {"parser_gray": "parser"}
HEAD = "segmentation_head.0"  # of a parser
NEVER = -1e4  # logit of a class that is nowhere

CARDS: dict[str, dict[str, Any]] = {
    "monet_light": {"role": "painter", **PAINTS},
    "monet_mist": {"role": "network_mood", **PAINTS},
    "monet_dusk": {"role": "network_mood", **PAINTS},
    "fast_style": {
        "role": "fast_style",
        "license": "research only: some of its training photos are",
        "data": (
            "trained by this project: Flickr portraits, full-body scenes, Clothing Co-Parsing, "
            "CycleGAN's monet2photo; styles of paintings in the public domain"
        ),
        "styles": styles_listed(),
    },
    **{f"tps_{style}": PORTRAITS for style in PORTRAIT_STYLES},
    "tps_start": {
        "role": "portrait_start",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": "trained by this project: in-the-wild portraits, CelebAMask-HQ",
    },
    "parser": {
        "role": "parser",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": (
            "trained by this project: Clothing Co-Parsing (Apache-2.0), CelebAMask-HQ, in-the-wild "
            "portraits, full-body scenes, YouTube Faces crops, paintings in the public domain"
        ),
    },
    "parser_gray": {
        "role": "gray_parser",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": (
            "trained by this project: Clothing Co-Parsing (Apache-2.0), CelebAMask-HQ, in-the-wild "
            "portraits, full-body scenes, YouTube Faces crops, paintings in the public domain"
        ),
    },
    "parser_close": {
        "role": "close_parser",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": "trained by this project: CelebAMask-HQ, in-the-wild portraits",
    },
    "finder_light": {
        "role": "finder",
        "license": "research only: some of its training photos are",
        "data": (
            "trained by this project: Clothing Co-Parsing (Apache-2.0), in-the-wild portraits, "
            "full-body scenes, CelebAMask-HQ, CycleGAN's monet2photo, paintings in the public "
            "domain; faces by YuNet (MIT)"
        ),
    },
    "verifier_light": {
        "role": "verifier",
        "license": "research only: some of its training photos are",
        "data": (
            "trained by this project: Clothing Co-Parsing (Apache-2.0), in-the-wild portraits, "
            "full-body scenes, CelebAMask-HQ, CycleGAN's monet2photo, paintings in the public "
            "domain; faces by YuNet (MIT)"
        ),
    },
    "likeness_light": {
        "role": "descriptor",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": (
            "trained by this project: YouTube Faces crops, in-the-wild portraits, CelebAMask-HQ; "
            "taught by dlib's face descriptor (CC0)"
        ),
    },
    "landmarks_light": {
        "role": "landmarks",
        "license": "research only: some of its training photos are",
        "data": (
            "trained by this project: YouTube Faces crops (MIT), in-the-wild portraits, paintings "
            "in the public domain; faces by YuNet (MIT), points of paintings by PFLD"
        ),
    },
    "colorizer_light": {
        "role": "colorizer",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": (
            "trained by this project: Clothing Co-Parsing (Apache-2.0), in-the-wild portraits, "
            "full-body scenes, CelebAMask-HQ, CycleGAN's monet2photo"
        ),
    },
    "sam_light": {
        "role": "promptable",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": "trained by this project: CelebAMask-HQ, in-the-wild portraits, people",
        "side": 512,
    },
    "restorer_light": {
        "role": "restorer",
        "license": "non-commercial research: CelebAMask-HQ's terms",
        "data": "trained by this project: CelebAMask-HQ",
    },
    "perceptual_light": {
        "role": "perceptual",
        "license": "research only: some of its training photos are",
        "data": (
            "trained by this project: "
            "CycleGAN's monet2photo, Flickr portraits, CelebAMask-HQ photos"
        ),
    },
}


def painter(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the generator in a checkpoint and its arguments; batch norms are folded away."""
    (file,) = files
    return plain_generator(single(file))


def fast_style(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the fast painter in a checkpoint and its arguments."""
    state = single(*files)
    build = {**SLIM, "styles": len(state["styles"])}
    return _loaded(Johnson(**build), state), build


def portrait_style(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the generator of a portrait style in a checkpoint."""
    build = {"fold": FOLD, "noise": NOISE}
    return _loaded(TpsGenerator(**build), single(*files)), build


def parser(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the parser in a checkpoint's shards.

    One of fewer classes than thirteen says that those it does not know are nowhere.
    """
    state = with_unknown_classes(single(*files))
    build = {"classes": len(state["segmentation_head.0.bias"])}
    return _loaded(Parser(**build), state), build


def with_unknown_classes(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a parser's state dict with an output for every class; those it lacks are never seen.

    What it says of all others stays the same.
    """
    weight, bias = state[f"{HEAD}.weight"], state[f"{HEAD}.bias"]
    missing = CLASSES - len(bias)
    rows = torch.cat([weight, torch.zeros(missing, *weight.shape[1:])])
    biases = torch.cat([bias, torch.full((missing,), NEVER)])
    return {**state, f"{HEAD}.weight": rows, f"{HEAD}.bias": biases}


def promptable(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the promptable segmenter, encoder and decoder, in a checkpoint's shards."""
    return _loaded(LightSam(), single(*files)), {}


def restorer(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the light restorer in a checkpoint and its arguments, read off the weights' shapes."""
    state = single(*files)
    build = {
        "width": len(state["first.0.weight"]),
        "depth": sum(bool(re.fullmatch(r"deep\.\d+\.outer\.weight", key)) for key in state),
    }
    return _loaded(LightRestorer(**build), state), build


def finder(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the small detector of faces in a checkpoint and its arguments."""
    state = single(*files)
    build = {"width": len(state["first.0.weight"])}
    return _loaded(LightFinder(**build), state), build


def verifier(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the small verifier of faces in a checkpoint and its arguments."""
    state = single(*files)
    build = {"width": len(state["layers.0.0.weight"])}
    return _loaded(LightVerifier(**build), state), build


def descriptor(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the small face descriptor in a checkpoint."""
    return _loaded(LightDescriptor(), single(*files)), {}


def landmarks(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the small network of 68 points in a checkpoint."""
    return _loaded(LightLandmarks(), single(*files)), {}


def colorizer(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the small colorizer in a checkpoint and its arguments."""
    state = single(*files)
    build = {"width": len(state["first.0.weight"])}
    return _loaded(LightColorizer(**build), state), build


def perceptual(files: list[Path]) -> tuple[nn.Module, dict[str, Any]]:
    """Return the compact perceptual network in a checkpoint and its arguments."""
    return _loaded(compact(), single(*files)), {
        "widths": WIDTHS,
        "lifts": LIFTS,
        "padding": "reflect",
    }


def export(network: nn.Module, name: str, build: dict[str, Any], folder: Path) -> None:
    """Write shards and manifest entry of one network into `folder`.

    Of one that lies over another, only what differs: the other's files are its first.
    """
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"{name}-*-of-*.safetensors"):
        old.unlink()
    state = half(network)
    shards = entries_in(folder)[OVER[name]]["shards"] if name in OVER else []
    below = single(*(folder / shard["file"] for shard in shards)) if shards else {}
    groups = grouped(
        {key: value for key, value in state.items() if not same(value, below.get(key))}
    )
    for index, group in enumerate(groups, 1):
        data = save(group)
        file = folder / f"{name}-{index}-of-{len(groups)}.safetensors"
        file.write_bytes(data)
        own = {"file": file.name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        shards = [*shards, own]
    whole = hashlib.sha256(b"".join((folder / shard["file"]).read_bytes() for shard in shards))
    listed = {"build": build, "sha256": whole.hexdigest(), "shards": shards}
    enter(folder, name, {**CARDS[name], **listed})


def same(one: Tensor, other: Tensor | None) -> bool:
    """Tell whether two tensors are equal as they are written."""
    return other is not None and torch.equal(one, other.to(one.dtype))


def entries_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the manifest's entries as they are written; none where there is no manifest."""
    manifest = folder / MANIFEST
    return json.loads(manifest.read_text()) if manifest.exists() else {}


def enter(folder: Path, name: str, entry: dict[str, Any]) -> None:
    """Write one network's entry into the manifest, in place of what it had."""
    entries = dict(sorted({**entries_in(folder), name: entry}.items()))
    (folder / MANIFEST).write_text(json.dumps(entries, indent=2) + "\n")


def _loaded(network: nn.Module, state: dict[str, Tensor]) -> nn.Module:
    network.load_state_dict(state, strict=True)
    return network


def grouped(state: dict[str, Tensor]) -> list[dict[str, Tensor]]:
    """Return a state dict in parts of at most SHARD_BYTES."""
    groups: list[dict[str, Tensor]] = [{}]
    size = 0
    for key, value in state.items():
        if groups[-1] and size + value.nbytes > SHARD_BYTES:
            groups.append({})
            size = 0
        groups[-1][key] = value
        size += value.nbytes
    return groups


def main() -> None:
    """Export one checkpoint."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument(
        "files", type=Path, nargs="+", help="a run's average.safetensors, or a checkpoint's shards"
    )
    cli.add_argument("name", choices=CARDS)
    cli.add_argument("--folder", type=Path, default=Path("weights"))
    args = cli.parse_args()
    readers = {
        "fast_style": fast_style, "portrait_style": portrait_style, "painter": painter,
        "network_mood": painter, "parser": parser, "close_parser": parser,
        "gray_parser": parser,
        "promptable": promptable, "restorer": restorer, "perceptual": perceptual, "finder": finder,
        "verifier": verifier, "descriptor": descriptor, "landmarks": landmarks,
        "portrait_start": portrait_style, "colorizer": colorizer,
    }  # fmt: skip
    network, build = readers[CARDS[args.name]["role"]](args.files)
    with torch.no_grad():
        export(network, args.name, build, args.folder)
    millions = sum(p.numel() for p in network.parameters()) / 1e6
    print(f"{args.name}: {build}, {millions:.2f} M parameters")


if __name__ == "__main__":
    main()
