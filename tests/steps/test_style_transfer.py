"""The painter that paints like any picture, within a run, in the command and on the page."""

import argparse
from pathlib import Path
from types import SimpleNamespace

import cv2
import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

import pipeline.stages.style_transfer.transfer
from pipeline.cli.style_flags import add_styles, styles_of
from pipeline.io.image_files import read_photo
from pipeline.io.style_images import NO_STYLE, style_of
from pipeline.nets.vgg import Perceptual
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.runtime.perceptual import LEVELS, normalize, reference
from pipeline.settings import Settings
from pipeline.settings.stages import StyleSettings
from pipeline.steps import style_transfer
from pipeline.steps.cache import StageCache
from pipeline.steps.run import Keyed, RunCache
from pipeline.steps.style_transfer import NOBODY, loss_weights_of
from pipeline.steps.stylize import fine_of
from pipeline.types import Cancelled, Photo, PhotoError, Progress, Prompt, PromptError, StopEarly
from tests.page import DEFAULTS, components, handlers_of, visitor
from ui import style_box
from ui.progress import reporter
from ui.sessions import Sessions

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = {"painter": "portrait-aware", "style_px": 128, "iterations": 3, "restore": False}


@pytest.fixture(scope="module")
def models():
    return Models(here=frozenset())


@pytest.fixture(scope="module")
def cache():
    """Return what keeps stages, for several paintings of one photo: it is seen once."""
    return RunCache()


def photo_of(name, long_px=256):
    pixels = read_photo(EXAMPLES / name).pixels
    k = long_px / max(pixels.shape[:2])
    return Photo(cv2.resize(pixels, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="module")
def night():
    return Prompt(styles=(style_of(read_photo(EXAMPLES / "styles/night.jpg")),))


def test_a_photo_is_painted_like_a_picture_and_what_made_it_is_said(models, night):
    told = []
    photo = photo_of("portrait.jpg")
    painting = paint(
        photo, Settings.from_flat(**QUICK), models=models, prompt=night, report=told.append
    )
    assert painting.styled.shape == photo.pixels.shape
    assert {"perceptual_light", "monet_light"} <= {
        use.name for use in painting.weights
    }  # the second has touched the face
    seen = [progress for progress in told if progress.picture is not None]
    assert all(progress.stage == "paint" and np.isfinite(progress.loss) for progress in seen)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    blue = painting.styled[..., 2].mean() - painting.styled[..., 0].mean()
    assert blue > photo.pixels[..., 2].mean() / 255 - photo.pixels[..., 0].mean() / 255
    assert NOBODY not in painting.hints


@pytest.mark.parametrize("guidance", ["input", "layers"])
def test_a_close_up_without_a_scene_is_painted(models, night, monkeypatch, guidance):
    photo = photo_of("portrait.jpg", 128)
    person = Keyed(np.ones(photo.size, np.float32), "all of it")
    monkeypatch.setattr(style_transfer, "segment_persons", lambda run, seen: person)
    how = Settings.from_flat(**QUICK, guidance=guidance, keep_face=False)
    painting = paint(photo, how, models=models, prompt=night)
    assert np.abs(painting.styled - painting.original).mean() > 0.02
    assert not painting.hints


def test_a_sliver_of_a_scene_counts_for_less():
    how = StyleSettings()
    shares = [loss_weights_of(how, np.full((8, 8), n)).background for n in (0, 0.05, 0.1, 1)]
    assert shares == pytest.approx([0, how.background / 2, how.background, how.background])
    assert loss_weights_of(how, None).background == 0


def test_colors_can_stay_the_photos(models, night, cache):
    photo = photo_of("portrait.jpg", 160)

    def off(colors):
        how = Settings.from_flat(**QUICK, style_colors=colors)
        styled = paint(photo, how, models=models, prompt=night, cache=cache).styled
        lab = [
            cv2.cvtColor(np.asarray(p, np.float32), cv2.COLOR_RGB2LAB)[..., 1:]
            for p in (styled, photo.pixels / np.float32(255))
        ]
        return np.abs(lab[0] - lab[1]).mean()

    taken, matched, kept = map(off, ("picture", "matched", "photo"))
    assert kept < 4 < taken
    assert matched < taken


@pytest.mark.parametrize(
    "px",
    [
        320,
        160,
    ],
)
def test_without_a_person_it_is_gatys_and_that_is_said(models, night, cache, px):
    photo, how = photo_of("scene.jpg", px), Settings.from_flat(**QUICK)
    assert NOBODY in paint(photo, how, models=models, prompt=night, cache=cache).hints


def test_without_a_style_it_says_what_is_wanted(models):
    with pytest.raises(PromptError, match="add a style picture"):
        paint(photo_of("scene.jpg", 160), Settings.from_flat(**QUICK), models=models)


def test_a_tiny_style_is_refused_a_gray_and_a_huge_one_work(models, cache):
    photo, settings = photo_of("scene.jpg", 160), Settings.from_flat(**QUICK)
    rng = np.random.default_rng(0)
    tiny, gray = (
        Photo(rng.integers(0, 255, (20, 40, 3), np.uint8)),
        Photo(np.full((64, 64, 3), 128, np.uint8)),
    )
    huge = Photo(
        np.kron(rng.integers(0, 255, (30, 40, 3), np.uint8), np.ones((100, 100, 1), np.uint8))
    )
    with pytest.raises(PromptError, match="short side of 20 px; 32 px at least"):
        paint(photo, settings, models=models, prompt=Prompt(styles=(style_of(tiny),)))
    for style in (gray, huge):
        prompt = Prompt(styles=(style_of(style),))
        painting = paint(photo, settings, models=models, prompt=prompt, cache=cache)
        assert np.isfinite(painting.result).all()


def test_it_can_be_kept_as_it_is(models, night):
    def enough(progress):
        if progress.picture is not None:
            raise StopEarly

    painting = paint(
        photo_of("scene.jpg", 160),
        Settings.from_flat(**QUICK),
        models=models,
        prompt=night,
        report=enough,
    )
    (said,) = [hint for hint in painting.hints if "Stopped early" in hint]
    assert "less like its style than a finished one" in said
    assert not any(letter.isdigit() for letter in said)
    assert painting.styled is not None


def test_where_memory_does_not_suffice_it_is_painted_smaller_and_that_is_said(
    models, night, monkeypatch
):
    whole, sizes = pipeline.stages.style_transfer.transfer.transfer_style, []

    def scarce(photo, *args, **how):
        sizes.append(max(photo.shape))
        if len(sizes) == 1:
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: "
                "you tried to allocate 99 bytes."
            )
        return whole(photo, *args, **how)

    monkeypatch.setattr(pipeline.stages.style_transfer.transfer, "transfer_style", scarce)
    painting = paint(
        photo_of("scene.jpg", 240),
        Settings.from_flat(**{**QUICK, "style_px": 240}),
        models=models,
        prompt=night,
    )
    assert sizes == [240, 168]
    assert any("painted at 168 px" in hint for hint in painting.hints)
    assert painting.styled.shape[:2] == painting.original.shape[:2]


def test_a_large_photo_is_painted_at_more_than_the_working_size(models, night, monkeypatch):
    monkeypatch.setattr("pipeline.steps.run.WORKING_PIXELS", 20_000)
    photo = photo_of("scene.jpg", 400)
    painting = paint(
        photo,
        Settings.from_flat(**{**QUICK, "style_px": 300, "iterations": 2}),
        models=models,
        prompt=night,
    )
    assert max(painting.original.shape) < 200
    assert fine_of(painting).shape == photo.pixels.shape
    assert painting.styled.shape == painting.original.shape
    small = (
        cv2.resize(fine_of(painting), painting.styled.shape[1::-1], interpolation=cv2.INTER_AREA)
        / 255
    )
    assert abs(small - painting.styled).mean() < 0.02


def test_equal_styles_are_one_cache_key():
    photo = Photo(np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8))
    assert style_of(photo) == style_of(photo)
    assert (
        len({style_of(photo), style_of(photo), style_of(photo, 0.5), style_of(photo, mask=photo)})
        == 3
    )


def test_vgg_is_brought_to_the_compact_networks_levels():
    torch.manual_seed(0)
    network = Perceptual((4, 5, 6, 7, 7)).requires_grad_(False)
    before = network(reference(), LEVELS)
    normalize(network)
    after = network(reference(), LEVELS)
    for layer, level in LEVELS.items():
        assert after[layer].mean().item() == pytest.approx(level, rel=1e-3)
        factor = level / before[layer].mean()
        torch.testing.assert_close(after[layer], before[layer] * factor, rtol=1e-3, atol=1e-4)


# The command


def flags(*given):
    parser = argparse.ArgumentParser()
    parser.add_argument("--painter", default="network")
    add_styles(parser)
    return styles_of(parser.parse_args(given))


def test_styles_are_named_with_their_shares():
    night, ink = EXAMPLES / "styles/night.jpg", EXAMPLES / "styles/ink.jpg"
    styles = flags(
        "--painter",
        "portrait-aware",
        "--style",
        str(night),
        "--style",
        f"{ink}=0.25",
        "--style-mask",
        str(ink),
    )
    assert [style.share for style in styles] == [1.0, 0.25]
    assert styles[0].mask is not None
    assert styles[0].mask.shape == styles[0].pixels.shape[:2]
    assert styles[1].mask is None
    assert flags() == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--painter", "portrait-aware"], NO_STYLE),
        (["--style", "night.jpg"], "add one of these, or leave them out"),
        (["--painter", "portrait-aware", "--style", "night.jpg=none"], "a share above 0"),
        (["--painter", "portrait-aware", "--style", "night.jpg=-1"], "a share above 0"),
        (["--painter", "portrait-aware", "--style", "nowhere.jpg"], "nowhere.jpg"),
    ],
)
def test_what_names_no_style_is_refused(given, said):
    with pytest.raises((PromptError, PhotoError), match=said):
        flags(*given)


# The page


def box_of(settings, *fields):
    return tuple(file.read() for file in style_box.files_of(settings, *fields))


def test_the_box_holds_up_to_two_pictures(tmp_path):
    like, files = Settings.from_flat(painter="portrait-aware"), []
    for i in range(2):
        files.append({"path": str(tmp_path / f"{i}.png")})
        Image.fromarray(np.full((40, 50, 3), 99 * i, np.uint8)).save(files[-1]["path"])
    assert [style.share for style in box_of(like, files[0], None, 0.3, None)] == [1.0]
    assert [style.share for style in box_of(like, *files, 0.25, None)] == [0.75, 0.25]
    assert box_of(Settings(), *files, 0.25, None) == ()
    assert box_of(like, None, None, None, None) == ()
    masked, plain = box_of(like, *files, 0.25, files[1])
    assert masked.mask is not None
    assert np.all(masked.mask == 99)
    assert plain.mask is None
    with pytest.raises(PromptError, match="the mask belongs to"):
        box_of(like, None, files[0], 0.5, files[1])
    assert all(style.path.exists() for style in style_box.GALLERY.values())
    assert len(style_box.GALLERY) >= 4


def test_the_page_follows_a_run_from_the_click_to_its_end_however_late_it_begins(service):
    handlers, timer = handlers_of(service), components().timer
    service.line = SimpleNamespace(read=lambda: ("All is well.", True))
    assert not handlers.tick(visitor("anna"))[timer].active
    watch = handlers.watch(components().doing)
    assert watch(visitor("anna")).active
    assert handlers.tick(visitor("anna"))[timer].active
    assert not handlers.tick(visitor("bert"))[timer].active
    gone = {"path": "/nowhere.png"}
    with pytest.raises(gr.Error):
        handlers.paint_photo(visitor("anna"), gone, None, *[None] * style_box.FIELDS, *DEFAULTS)
    assert not handlers.tick(visitor("anna"))[timer].active
    watch(visitor("anna"))
    # Another photo is on its way, and nothing is painted of the one before.
    handlers.paint_photo(visitor("anna"), None, None, *[None] * style_box.FIELDS, *DEFAULTS)
    assert not handlers.tick(visitor("anna"))[timer].active
    watch(visitor("anna"))
    handlers.cancel(visitor("anna"))
    assert not handlers.tick(visitor("anna"))[timer].active


def test_the_picture_so_far_is_shown_and_can_be_kept(service):
    session = service.sessions.of("anna")
    report = reporter(session, lambda done, text: None)
    report(Progress("paint", 0.3, np.zeros((8, 8, 3), np.float32), 1.5))
    assert Path(session.run.preview).exists()
    session.run.awaited = 0.0
    handlers, doing = handlers_of(service), components().doing
    assert session.run.preview in handlers.tick(visitor("anna"))[doing]
    assert not handlers.tick(visitor("bert"))[doing]  # nobody else sees it
    handlers.keep(visitor("anna"))
    report(Progress("restore", 0.6))  # what is short goes on
    with pytest.raises(StopEarly):
        report(Progress("paint", 0.4, np.zeros((8, 8, 3), np.float32), 1.4))
    session.run.stop.set()
    with pytest.raises(Cancelled):
        report(Progress("paint", 0.4, np.zeros((8, 8, 3), np.float32), 1.4))


def test_pictures_so_far_do_not_push_out_those_that_hang_on_the_wall():
    session = Sessions(StageCache()).of("anna")
    hanging = session.show("result", np.zeros((8, 8, 3), np.uint8))
    for value in range(60):
        session.show_so_far(session.run, np.full((8, 8, 3), value, np.uint8))
    assert Path(hanging).exists()
    assert Path(session.run.preview).exists()
    assert len(list(session.folder.iterdir())) == 3


def test_painting_like_nothing_says_what_to_do(service, photo):
    def refuse(*_, **how):
        if not how["prompt"].styles:
            raise PromptError(NO_STYLE)

    service._paint = refuse
    values = [style_box.LIKE if o.flag == "painter" else o.default for o in style_box.OPTIONS]
    with pytest.raises(gr.Error, match="add a style picture"):
        handlers_of(service).paint_photo(
            visitor("anna"),
            {"path": str(photo)},
            None,
            None,
            None,
            0.5,
            None,
            *values,
        )
