"""Measure what the pictures are worth: `python -m benchmarks.quality ../shared [--sheet SHEET.png]`.

Over the portraits with one face: identity of the kept and of the painted face, visibility of the seam, how much nearer to Monet's
brush the kept and the painted face are than the photo's, in all features and in those of strokes alone. What the parser is worth,
`benchmarks.parsing` measures. The measures themselves are the shared ones (`SHARED/metrics/measure.py`).
"""

import argparse
import importlib.util
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from torch import Tensor

from pipeline.io import read_photo
from pipeline.ops.tensor import to_pixels
from pipeline.paint import paint
from pipeline.runtime import Models
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.types import Painting, Pixels

SHOWN = 420
PAINTINGS = 8  # that faces are compared with
KINDS = ("identity", "painted", "seam", "brush", "painted brush", "strokes", "painted strokes")


def measures(shared: Path) -> ModuleType:
    """Import the shared measures from their file."""
    spec = importlib.util.spec_from_file_location("measure", shared / "metrics/measure.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{shared / 'metrics/measure.py'} was wanted and is not there.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def one_face(shared: Path, measure: ModuleType, models: Models, settings: Settings) -> list[tuple[Painting, dict[str, float]]]:
    """Paint every portrait with one face; return each with identity, painted-only identity and seam."""
    net, vgg, rows = measure.FaceNet(), measure.Vgg(), []
    monets = sorted((shared / "data/monet").glob("*.jpg"))
    monets = [read_photo(file).pixels for file in monets[:: len(monets) // PAINTINGS][:PAINTINGS]]

    def strokes(picture: Tensor) -> dict[str, Tensor]:
        features = vgg(picture)
        return {name: features[name] for name in features if name != "conv11"}  # which sees little but a face's light

    for file in sorted((shared / "data/portraits").glob("*.jpg")):
        photo = read_photo(file)
        faces = net.faces(photo.pixels)
        if len(faces) != 1:
            continue
        painting = paint(photo, settings, models=models)
        figures = dict.fromkeys(KINDS, np.nan)
        if painting.mask is not None and painting.styled is not None:
            size = photo.pixels.shape[1::-1]
            styled, full = cv2.resize(to_pixels(painting.styled), size), full_size(painting)
            figures = {
                "identity": net.identity(photo.pixels, full),
                "painted": net.identity(photo.pixels, styled),
                "seam": measure.seam(to_pixels(painting.styled), to_pixels(painting.result), painting.mask),
                "brush": measure.face_style_drop(photo.pixels, full, faces[0], monets, vgg),
                "painted brush": measure.face_style_drop(photo.pixels, styled, faces[0], monets, vgg),
                "strokes": measure.face_style_drop(photo.pixels, full, faces[0], monets, strokes),
                "painted strokes": measure.face_style_drop(photo.pixels, styled, faces[0], monets, strokes),
            }
        rows.append((painting, figures))
    return rows


def sheet(paintings: list[Painting]) -> Pixels:
    """Return a contact sheet: photo | painted only | result, two portraits a row."""
    strips = [
        np.hstack([_shown(to_pixels(p)) for p in (x.original, x.original if x.styled is None else x.styled, x.result)]) for x in paintings
    ]
    strips += [np.full_like(strips[0], 255)] * (len(strips) % 2)
    return np.vstack([np.hstack(strips[i : i + 2]) for i in range(0, len(strips), 2)])


def _shown(pixels: Pixels) -> Pixels:
    h, w = pixels.shape[:2]
    k = SHOWN / max(h, w)
    small = cv2.resize(pixels, (max(1, round(w * k)), max(1, round(h * k))), interpolation=cv2.INTER_AREA)
    out = np.full((SHOWN, SHOWN, 3), 255, np.uint8)
    y, x = (SHOWN - small.shape[0]) // 2, (SHOWN - small.shape[1]) // 2
    out[y : y + small.shape[0], x : x + small.shape[1]] = small
    return out


def main() -> None:
    """Print every figure; write the contact sheet where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    measure, models = measures(args.shared), Models()
    rows = one_face(args.shared, measure, models, Settings())
    for painting, figures in rows:
        print(f"{painting.photo.name:32}", ", ".join(f"{k} {v:.2f}" for k, v in figures.items()), f"faces {len(painting.faces)}")
    for stage in ("paint", "parse", "segment", "blend"):
        print(f"median seconds of {stage} {np.median([p.seconds.get(stage, 0) for p, _ in rows]):.2f}")
    for key in KINDS:
        print(f"median {key} {np.nanmedian([f[key] for _, f in rows]):.3f} over {len(rows)} portraits")
    if args.sheet:
        cv2.imwrite(str(args.sheet), sheet([p for p, _ in rows])[:, :, ::-1])


if __name__ == "__main__":
    main()
