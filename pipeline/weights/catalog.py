"""The one table of weights: embedded ones trained by this project, published ones by others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

Role = Literal[
    "painter",
    "network_mood",
    "fast_style",
    "portrait_style",
    "portrait_start",
    "parser",
    "close_parser",
    "gray_parser",
    "finder",
    "verifier",
    "restorer",
    "promptable",
    "person",
    "detector",
    "perceptual",
    "descriptor",
    "landmarks",
    "colorizer",
]
# A part of a network. "run" is the network itself; of a promptable one its image encoder, which
# runs once a photo, while "prompt" is its decoder, which runs once a prompt. A painter whose
# instance norms see the whole picture has two more for painting in tiles: "statistics" measures the
# whole picture, "frozen" paints a tile with these statistics. "open" is the fast painter with
# its style as an input.
Submodule = Literal["run", "prompt", "statistics", "frozen", "open"]
PARSERS: tuple[Role, ...] = ("parser", "close_parser")  # of whole photos, of face crops
SEEING: tuple[Role, ...] = (*PARSERS, "finder", "verifier")  # what every photo is seen by
# What whole photos without color are seen by, beside the parser.
WITHOUT_COLOR: Role = "gray_parser"
# Roles that any painting may need. The others are used only where a person names a network.
USUAL: tuple[Role, ...] = (*SEEING, "painter", "restorer", "descriptor", "colorizer")
# Roles so light that they always run on the CPU: no graphics card is borrowed for them.
LIGHT: tuple[Role, ...] = ("descriptor", "landmarks", "colorizer")
PURPOSES: dict[Role, str] = {
    "painter": "paints the whole photo",
    "network_mood": "paints it in another mood",
    "fast_style": "paints it, or a film, like one of several pictures at once",
    "portrait_style": "paints it, or a film, like a painter's portraits",
    "portrait_start": "gives photos back; styles of a person's own portraits begin with it",
    "parser": "says which part of a person every pixel is, and so where faces are",
    "close_parser": "says the same of faces near",
    "gray_parser": "says the same of photos without color",
    "finder": "spots small faces",
    "verifier": "tells them from what only looks like one",
    "restorer": "restores worn or blurred faces",
    "promptable": "outlines what boxes and clicks point at",
    "person": "outlines whole persons",
    "detector": "finds faces, also those whose eyes are hidden",
    "perceptual": "compares pictures, to paint a photo in the style of any other",
    "descriptor": "says how much a painted face is like the photo's",
    "landmarks": "finds 68 points of a face, in photos and in paintings",
    "colorizer": "colors photos without color",
}

EMBEDDED = Path(__file__).parents[2] / "weights"


class WeightError(RuntimeError):
    """Weights that are unavailable or must not be used; the message says what to do."""


class WrongFileError(WeightError):
    """A file that does not hold the weight in its name; another source may have the right one."""


@dataclass(frozen=True)
class Shard:
    """One file of an embedded weight."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """One weight.

    `sources`: `hf://REPOSITORY@REVISION/FILE` or URLs, in the order they are tried.
    `sha256`: the hash of the file, or of the shards' bytes in order; None where no publisher states
    it (then the hash of the first download is recorded).
    `bytes`: the published size, a hint; only the hash decides.
    `origin`: who trained it, and on which data. `paper`: the paper that describes the method.
    `build`: keyword arguments of the network's class.
    `unpack`: the key of the state dict in the checkpoint; None where the checkpoint is one.
    `unused`: prefixes of the keys of tensors that the network here does not have.
    `stroke_px`: the width of a painter's widest stroke, px.
    `seeded`: whether a painter takes seed noise with the photo (`ops/seed_noise.py`).
    `styles`: the names of the styles that a fast painter knows, in its order.
    `side`: the side of a promptable network's square input, px.
    `ranges`: least and largest value that convolutions are given, by their names; these are
    computed in 8 bits on the CPU (`runtime/eight_bit.py`).
    """

    name: str
    role: Role
    license: str
    origin: str
    sha256: str | None
    bytes: int | None
    paper: str = ""
    sources: tuple[str, ...] = ()
    shards: tuple[Shard, ...] = ()
    build: Mapping[str, Any] = field(default_factory=dict, hash=False)
    unpack: str | None = None
    unused: tuple[str, ...] = ()
    stroke_px: float | None = None
    seeded: bool = False
    styles: tuple[str, ...] = ()
    side: int = 1024
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)

    @property
    def embedded(self) -> bool:
        """Whether the weight's files are part of the project."""
        return bool(self.shards)

    @property
    def noise(self) -> int:
        """How many channels of noise a painter of styles takes with the photo; 0: none."""
        return int(self.build.get("noise", 0))

    @property
    def unpinned(self) -> bool:
        """Whether no publisher states the weight's hash."""
        return self.sha256 is None

    @property
    def purpose(self) -> str:
        """What the weight's role does, as a verb phrase for the person."""
        return PURPOSES[self.role]


ENTRY = TypeAdapter(Entry)


def read_manifest(folder: Path = EMBEDDED) -> dict[str, Entry]:
    """Read the embedded weights that `manifest.json` lists; none where there is no manifest.

    Raises: WeightError: the manifest cannot be understood.
    """
    file = folder / "manifest.json"
    if not file.exists():
        return {}
    try:
        return {
            name: ENTRY.validate_python(
                {
                    **item,
                    "name": name,
                    "origin": item["data"],
                    "bytes": sum(shard["bytes"] for shard in item["shards"]),
                }
            )
            for name, item in json.loads(file.read_text()).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightError(
            f"{file} is not a list of weights ({error!r}); get the project's own copy again."
        ) from error


SAM = "Kirillov et al. 2023, Segment Anything, arXiv 2304.02643"
GFPGAN = (
    "Wang et al. 2021, Towards Real-World Blind Face Restoration with Generative Facial Prior, "
    "arXiv 2101.04061"
)
GFPGAN_RELEASES = "https://github.com/TencentARC/GFPGAN/releases/download/"
FACEXLIB = "https://github.com/xinntao/facexlib/releases/download/v0.1.0/"


def _gfpgan(version: str, releases: tuple[str, ...], sha256: str) -> Entry:
    file = f"GFPGANv{version}.pth"
    return Entry(
        name=f"gfpgan_v{version}",
        role="restorer",
        license="Apache-2.0",
        origin="TencentARC",
        paper=GFPGAN,
        unpack="params_ema",
        sources=(
            f"hf://leonelhs/gfpgan@main/{file}",
            f"hf://datasets/Gourieff/ReActor@main/models/facerestore_models/{file}",
            *(f"{GFPGAN_RELEASES}{release}/{file}" for release in releases),
        ),
        sha256=sha256,
        bytes=348632874,
    )


def _sam(variant: str, file: str, sha256: str, size: int) -> Entry:
    return Entry(
        name=f"sam_{variant}",
        role="promptable",
        license="Apache-2.0",
        origin="Meta AI, SA-1B",
        paper=SAM,
        sources=(
            f"hf://ybelkada/segment-anything@main/checkpoints/{file}",
            f"https://dl.fbaipublicfiles.com/segment_anything/{file}",
        ),
        sha256=sha256,
        bytes=size,
        build={"variant": variant},
    )


def _fcn(layers: int, sha256: str, size: int) -> Entry:
    return Entry(
        name=f"fcn_resnet{layers}",
        role="person",
        license="BSD-3-Clause",
        origin="torchvision, COCO with VOC labels",
        paper="Long et al. 2015, Fully Convolutional Networks for Semantic Segmentation, "
        "arXiv 1411.4038",
        sources=(f"https://download.pytorch.org/models/fcn_resnet{layers}_coco-{sha256[:8]}.pth",),
        sha256=sha256,
        bytes=size,
        build={"layers": layers},
    )


def _retinaface(
    name: str, backbone: str, sources: tuple[str, ...], sha256: str, size: int
) -> Entry:
    return Entry(
        name=f"retinaface_{name}",
        role="detector",
        license="MIT",
        origin="facexlib",
        paper="Deng et al. 2020, RetinaFace: Single-stage Dense Face Localisation in the Wild, "
        "arXiv 1905.00641",
        sources=sources,
        sha256=sha256,
        bytes=size,
        build={"backbone": backbone},
    )


PUBLISHED = (
    Entry(
        name="style_monet",
        role="painter",
        license="BSD-2-Clause",
        origin="the CycleGAN authors, monet2photo",
        paper="Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent "
        "Adversarial Networks, arXiv 1703.10593",
        sources=("http://efrosgans.eecs.berkeley.edu/cyclegan/pretrained_models/style_monet.pth",),
        sha256=None,
        bytes=None,
        build={"filters": 64, "blocks": 9},
        stroke_px=8.0,
    ),
    _gfpgan(
        "1.4",
        ("v1.3.0", "v1.3.4"),
        "e2cd4703ab14f4d01fd1383a8a8b266f9a5833dacee8e6a79d3bf21a1b6be5ad",
    ),
    _gfpgan("1.3", ("v1.3.0",), "c953a88f2727c85c3d9ae72e2bd4846bbaf59fe6972ad94130e23e7017524a70"),
    Entry(
        name="mobile_sam",
        role="promptable",
        license="Apache-2.0",
        origin="the MobileSAM authors, SA-1B",
        paper="Zhang et al. 2023, Faster Segment Anything, arXiv 2306.14289",
        sources=(
            "hf://dhkim2810/MobileSAM@main/mobile_sam.pt",
            "https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt",
        ),
        sha256="6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
        bytes=40728226,
    ),
    _sam(
        "vit_b",
        "sam_vit_b_01ec64.pth",
        "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
        375042383,
    ),
    _sam(
        "vit_l",
        "sam_vit_l_0b3195.pth",
        "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
        1249550879,  # its two sources state different sizes
    ),
    _sam(
        "vit_h",
        "sam_vit_h_4b8939.pth",
        "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
        2564550879,
    ),
    _fcn(50, "1167a1affa42e1e62858f8d3fac12d109e0108327ffc91c5855a324b11683c36", 141567418),
    _fcn(101, "7ecb50ca17844860a70d5ed0c748d997cf8adb62932abaa0233430c68594d749", 217800805),
    _retinaface(
        "resnet50",
        "resnet50",
        (
            "hf://akhaliq/RetinaFace-R50@main/RetinaFace-R50.pth",
            FACEXLIB + "detection_Resnet50_Final.pth",
        ),
        "6d1de9c2944f2ccddca5f5e010ea5ae64a39845a86311af6fdf30841b0a5a16d",
        109497761,
    ),
    _retinaface(
        "mobilenet",
        "mobile0.25",
        (FACEXLIB + "detection_mobilenet0.25_Final.pth",),
        "2979b33ffafda5d74b6948cd7a5b9a7a62f62b949cef24e95fd15d2883a65220",
        1789735,
    ),
    Entry(
        name="vgg19",
        role="perceptual",
        license="BSD-3-Clause",
        origin="torchvision, ImageNet",
        paper="Simonyan et al. 2015, Very Deep Convolutional Networks for Large-Scale Image "
        "Recognition, arXiv 1409.1556",
        sources=("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",),
        sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        bytes=574673361,
        # Layers after conv5_1.
        unused=("classifier.", "features.30.", "features.32.", "features.34."),
    ),
)
CATALOG: dict[str, Entry] = {**read_manifest(), **{entry.name: entry for entry in PUBLISHED}}
