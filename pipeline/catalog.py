"""What weights exist: embedded ones that this project trained, published ones that others did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Role = Literal["painter", "parser", "restorer"]

EMBEDDED = Path(__file__).parents[1] / "weights"


class WeightError(RuntimeError):
    """Weights that cannot be had or must not be used; the message says what to do."""


@dataclass(frozen=True)
class Shard:
    """One file of an embedded weight."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """One weight.

    `sources`: `hf://…` or URLs, in the order they are tried. `sha256`: of the file, or of the shards' bytes in order;
    None where no publisher states it (then the first download's is recorded). `build`: arguments of the network.
    `unpack`: the key under which a checkpoint keeps its state dict. `stroke_px`: a painter's widest stroke, px.
    `seeded`: whether a painter grows its strokes from noise given with the photo (`ops/grain.py`).
    """

    name: str
    role: Role
    license: str
    origin: str
    sha256: str | None
    bytes: int | None
    sources: tuple[str, ...] = ()
    shards: tuple[Shard, ...] = ()
    build: Mapping[str, Any] = field(default_factory=dict, hash=False)
    unpack: str | None = None
    stroke_px: float | None = None
    seeded: bool = False

    @property
    def embedded(self) -> bool:
        """Whether the weight travels with the project."""
        return bool(self.shards)


def read_manifest(folder: Path = EMBEDDED) -> dict[str, Entry]:
    """Return the embedded weights that `manifest.json` lists; none where there is no manifest.

    Raises: WeightError: the manifest cannot be understood.
    """
    file = folder / "manifest.json"
    if not file.exists():
        return {}
    try:
        listed = json.loads(file.read_text())
        return {
            name: Entry(
                name=name, role=item["role"], license=item["license"], origin=item["data"], sha256=item["sha256"],
                bytes=sum(s["bytes"] for s in item["shards"]), shards=tuple(Shard(**s) for s in item["shards"]),
                build=item["build"], stroke_px=item.get("stroke_px"), seeded=item.get("seeded", False),
            )
            for name, item in listed.items()
        }  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightError(f"{file} is not a list of weights ({error!r}); get the project's own copy again.") from error


PUBLISHED = (
    Entry(
        name="style_monet", role="painter", license="BSD-2-Clause", origin="CycleGAN, photo to Monet (Zhu et al. 2017)",
        sources=("http://efrosgans.eecs.berkeley.edu/cyclegan/pretrained_models/style_monet.pth",),
        sha256=None, bytes=None, build={"filters": 64, "blocks": 9}, stroke_px=8.0,
    ),
    Entry(
        name="gfpgan_v1.4", role="restorer", license="Apache-2.0", origin="GFPGAN (Wang et al. 2021)", unpack="params_ema",
        sources=(
            "hf://leonelhs/gfpgan/GFPGANv1.4.pth",
            "hf://datasets/Gourieff/ReActor/models/facerestore_models/GFPGANv1.4.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.0/GFPGANv1.4.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.4/GFPGANv1.4.pth",
        ),
        sha256="e2cd4703ab14f4d01fd1383a8a8b266f9a5833dacee8e6a79d3bf21a1b6be5ad", bytes=348632874,
    ),
    Entry(
        name="gfpgan_v1.3", role="restorer", license="Apache-2.0", origin="GFPGAN (Wang et al. 2021)", unpack="params_ema",
        sources=(
            "hf://leonelhs/gfpgan/GFPGANv1.3.pth",
            "hf://datasets/Gourieff/ReActor/models/facerestore_models/GFPGANv1.3.pth",
            "https://github.com/TencentARC/GFPGAN/releases/download/v1.3.0/GFPGANv1.3.pth",
        ),
        sha256="c953a88f2727c85c3d9ae72e2bd4846bbaf59fe6972ad94130e23e7017524a70", bytes=348632874,
    ),
)  # fmt: skip
CATALOG: dict[str, Entry] = {**read_manifest(), **{entry.name: entry for entry in PUBLISHED}}
