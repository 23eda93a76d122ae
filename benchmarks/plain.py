"""The plain chain, as its parts are published: PyTorch in float32, one thing after another.

Faces are found and pasted as GFPGANer does: RetinaFace on the full picture, GFPGANv1Clean,
ParseNet, full-frame warps.
"""

import warnings
from unittest import mock

import cv2
import numpy as np
import torch

from benchmarks.meter import Meter
from pipeline.nets.cyclegan import Generator
from pipeline.nets.gfpgan import PUBLISHED, GFPGANv1Clean
from pipeline.runtime.build import load_network, read_state
from pipeline.types import Pixels
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain

PARTS_KEPT = (2, 3, 4, 5, 6, 7, 8, 11)  # skin, brows, eyes, lips, teeth, glasses
FIVE = (
    0,
    1,
    4,
    2,
    3,
)  # eyes, nose, mouth corners: facexlib's order, from eyes, mouth corners, nose


class PlainChain:
    """All networks loaded at once, as a script would; `restorer` is a GFPGAN's weights."""

    def __init__(self, restorer: VerifiedWeights) -> None:
        self.painters = {
            "compact": load_network(obtain(CATALOG["monet_light"])),
            "published size": Generator().eval(),
        }
        self.parser = load_network(obtain(CATALOG["parser"]))
        self.gfpgan = GFPGANv1Clean(**PUBLISHED).eval()
        self.gfpgan.load_state_dict(read_state(restorer), strict=True)
        self.helper = _helper()

    @torch.inference_mode()
    def run(self, photo: Pixels, points: np.ndarray, meter: Meter) -> Pixels:
        """Paint a photo whose faces have `points`, (N, 4, 2): eyes, mouth corners.

        RetinaFace's own finds are timed and dropped.
        """
        for name, painter in self.painters.items():
            with meter(f"paint, {name}"):
                painted = _picture(painter(_batch(photo, 4) * 2 - 1)[0] / 2 + 0.5, photo)
        restored = self._restore(photo, points, meter)
        with meter("segment"):
            parts = self.parser(_batch(restored, 32))[0, :, : photo.shape[0], : photo.shape[1]]
            mask = np.isin(parts.argmax(0).numpy(), PARTS_KEPT)
        with meter("blend"):
            out = np.where(mask[..., None], restored, painted)
        return out

    def _restore(self, photo: Pixels, points: np.ndarray, meter: Meter) -> Pixels:
        helper = self.helper
        helper.clean_all()
        helper.inverse_affine_matrices = []  # clean_all forgets them
        helper.read_image(photo[:, :, ::-1])
        with meter("find faces"):
            helper.face_det.detect_faces(helper.input_img, 0.97)
        if not len(points):
            return photo
        with meter("restore"):
            helper.all_landmarks_5 = [np.vstack([p, p.mean(0)])[list(FIVE)] for p in points]
            helper.align_warp_face()
            for crop in helper.cropped_faces:
                face = self.gfpgan(
                    _batch(crop[:, :, ::-1], 1) * 2 - 1, return_rgb=False, randomize_noise=False
                )[0][0]
                helper.add_restored_face(_picture(face / 2 + 0.5, crop)[:, :, ::-1])
            helper.get_inverse_affine(None)
            return helper.paste_faces_to_input_image()[:, :, ::-1]


def _helper():  # noqa: ANN202 - facexlib's FaceRestoreHelper, imported below
    """Return facexlib's helper with random weights instead of downloads."""
    from facexlib.detection.retinaface import RetinaFace
    from facexlib.parsing.parsenet import ParseNet
    from facexlib.utils import face_restoration_helper as module

    def detector(*_: object, **__: object) -> torch.nn.Module:
        return RetinaFace("resnet50", device=torch.device("cpu")).eval()

    def parser(*_: object, **__: object) -> torch.nn.Module:
        return ParseNet(in_size=512, out_size=512, parsing_ch=19).eval()

    with (
        warnings.catch_warnings(),
        mock.patch.multiple(module, init_detection_model=detector, init_parsing_model=parser),
    ):
        warnings.simplefilter(
            "ignore"
        )  # torchvision's advice on arguments that facexlib still uses
        return module.FaceRestoreHelper(
            1, face_size=512, use_parse=True, device=torch.device("cpu")
        )


def _batch(pixels: Pixels, multiple: int) -> torch.Tensor:
    """Return (1, 3, H, W) in [0, 1], edges repeated up to a multiple."""
    bottom, right = (-n % multiple for n in pixels.shape[:2])
    padded = cv2.copyMakeBorder(
        np.ascontiguousarray(pixels), 0, bottom, 0, right, cv2.BORDER_REPLICATE
    )
    return torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32) / 255)


def _picture(values: torch.Tensor, like: Pixels) -> Pixels:
    h, w = like.shape[:2]
    return (values[:, :h, :w].clamp(0, 1) * 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
