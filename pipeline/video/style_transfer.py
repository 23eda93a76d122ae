"""Paint a film like any picture, by optimization: each picture begins with the one before.

Source: Ruder et al. 2016, "Artistic Style Transfer for Videos", section 4.1 (a picture's
optimization starts from the one before, carried along).
"""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.io.style_images import NO_STYLE
from pipeline.ops.flow import carried
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.stages.style_transfer import transfer
from pipeline.stages.style_transfer.color import with_colors
from pipeline.steps.style_transfer import loss_weights_of, style_image
from pipeline.types import Image, Pixels, PromptError
from pipeline.video.faces import Keeper
from pipeline.video.job import FilmJob
from pipeline.video.steady import Moved

AGAIN = 12  # evaluations of a picture that begins with the one before


class StyleTransferFilm:
    """Paint one picture of a film after the other in the style of other pictures.

    Raises: PromptError: there is no style. WeightError: the perceptual network is not at hand.
    """

    def __init__(self, job: FilmJob) -> None:
        if not job.styles:
            raise PromptError(NO_STYLE)
        self._job = job
        self._features = job.models.features(job.settings.weights)
        person = job.settings.changed(keep="person", kept_faces="all")
        self._persons = Keeper(person, job.models, job.rate)
        self._last: Image | None = None

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's painting, both (H, W, 3)."""
        how = self._job.settings.style
        size = size_of_long(pixels.shape[:2], how.side)
        photo = np.clip(resized(to_float(pixels), size), 0, 1)
        kept = self._persons(pixels, moved)
        background = None if kept is None else np.clip(1 - resized(kept.mask, size), 0, 1)
        preset = transfer.PRESETS[how.preset]
        begin = self._begin(photo, moved)
        most = preset.evaluations if begin is None else AGAIN
        done = transfer.transfer_style(
            photo,
            [style_image(style, photo, how) for style in self._job.styles],
            background,
            self._features.network,
            loss_weights=loss_weights_of(how, background),
            scale=how.scale,
            device=self._features.device,
            preset=replace(preset, evaluations=how.iterations or most),
            begin=begin,
        )
        self._last = done.picture
        shown = with_colors(done.picture, photo) if how.colors == "photo" else done.picture
        return to_uint8(np.clip(resized(shown, pixels.shape[:2]), 0, 1))

    def _begin(self, photo: Image, moved: Moved | None) -> Image | None:
        """Return the painting before, carried along; the photo where the motion is not trusted."""
        last = self._last
        if last is None or moved is None or moved.cut or last.shape != photo.shape:
            return None
        back, trust = moved.at((photo.shape[0], photo.shape[1]))
        before = carried(last, back, cv2.INTER_CUBIC)
        return np.asarray(photo + trust[..., None] * (before - photo), np.float32)
