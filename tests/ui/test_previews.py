"""The pictures on the page: their size, transparency, captions and badges."""

import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from pipeline.io.image_files import read_photo
from pipeline.metrics.similarity import psnr
from pipeline.settings import Settings
from pipeline.types import Face, WeightUse
from pipeline.weights.catalog import LIGHT, Role
from ui.badges import MADE_BY, badge_of, describe_makers
from ui.examples import OPENING
from ui.previews import PREVIEW_PX, TITLES, caption_of, fit, over_checker, preview_of, write_preview

MADE = ("parser", "parser_close", "retinaface_mobilenet", "gfpgan_v1.4", "sam_light")
FACE = Face(
    (10.0, 10.0, 30.0, 35.0),
    np.array([[15, 18], [25, 18]], np.float32),
    np.array([[16, 30], [24, 30]], np.float32),
    0.9,
)


def test_previews_have_no_side_over_1600_px():
    assert fit(np.zeros((100, 4000, 3), np.uint8)).shape == (40, PREVIEW_PX, 3)
    assert fit(np.ones((7, 5, 3), np.float32)).min() == 255


def test_a_preview_arrives_soon_and_no_eye_tells_it_from_the_picture(tmp_path):
    picture = read_photo(OPENING).pixels
    file = write_preview(tmp_path / "a.jpg", picture)
    assert file.stat().st_size < picture.size / 4
    assert psnr(read_photo(file).pixels, picture) > 38


def test_transparency_shows_a_checkerboard_and_opaque_pixels_stay():
    pixels = np.full((48, 48, 3), 10, np.uint8)
    alpha = np.zeros((48, 48), np.uint8)
    alpha[:24] = 255
    laid = over_checker(pixels, alpha)
    assert (laid[:20] == 10).all()
    assert set(np.unique(laid[28:])) == {232, 255}


def test_a_skipped_stage_says_why_without_the_machines_paths(pipeline, photo):
    painting = pipeline(read_photo(photo), Settings(), models=None)
    assert caption_of(painting, "restore") == "Faces restored: skipped. GFPGAN is not here."
    assert preview_of(painting, "restore") is None


@pytest.mark.parametrize(
    ("stage", "badge"),
    [
        ("paint", "style_monet (unpinned)"),
        ("parse", "parser, parser_close, retinaface_mobilenet"),
        ("restore", "gfpgan_v1.4"),
        ("segment", "parser, parser_close, sam_light"),
        ("blend", ""),
    ],
)
def test_each_stage_has_the_weights_that_made_it(pipeline, photo, stage, badge):
    uses = (
        WeightUse("style_monet", "1" * 64, unpinned=True),
        *(WeightUse(name, "2" * 64) for name in MADE),
    )
    painting = replace(
        pipeline(read_photo(photo), Settings(), models=None),
        weights=uses,
        skipped={},
        faces=(FACE,),
    )
    assert badge_of(painting, stage) == badge
    assert badge in describe_makers(painting)
    assert badge not in caption_of(painting, stage) or not badge


@pytest.mark.parametrize(
    ("segmenter", "faces", "parse", "kept"),
    [("unet_whole", (FACE,), "parser", "parser"), ("unet", (), "parser", "")],
    ids=["where nobody looked closer", "where only a person drew"],
)
def test_a_parser_that_drew_nothing_is_not_named(pipeline, photo, segmenter, faces, parse, kept):
    settings = Settings.from_flat(segmenter=segmenter)
    uses = tuple(WeightUse(name, "2" * 64) for name in ("parser", "parser_close"))
    painting = replace(
        pipeline(read_photo(photo), settings, models=None), weights=uses, faces=faces
    )
    assert (badge_of(painting, "parse"), badge_of(painting, "segment")) == (parse, kept)


def test_every_role_makes_a_picture_and_every_picture_has_its_roles():
    # A descriptor only looks at the result, and from a start only a training goes on.
    others = {*LIGHT, "portrait_start"}
    assert set(itertools.chain(*MADE_BY.values())) == set(get_args(Role)) - others
    assert MADE_BY.keys() == TITLES.keys()


def test_before_is_the_persons_own_face_whatever_its_proportions_are(pipeline, photo):
    painting = pipeline(read_photo(photo), Settings(), models=None)
    own = np.zeros_like(painting.original)
    assert preview_of(replace(painting, own=own), "photo").max() == 0
    assert preview_of(painting, "photo").max() > 0
