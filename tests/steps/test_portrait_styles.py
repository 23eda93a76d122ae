"""Painting by portrait styles: whose network, at which size, with what noise."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline import variants
from pipeline.ops.resample import pixels_resized
from pipeline.ops.tensor import to_uint8
from pipeline.paint import paint
from pipeline.runtime.convert import shapes_of
from pipeline.runtime.models import Loaded, Models
from pipeline.runtime.own_files import StyleFileError
from pipeline.runtime.portrait_style_files import read, verified
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.steps.own_styles import own_of
from pipeline.steps.portrait_styles import by_portrait_style
from pipeline.steps.run import Keyed, Run
from pipeline.steps.ways import in_strokes, is_printed
from pipeline.types import Photo, WeightUse
from pipeline.variants import PORTRAIT_STYLES
from pipeline.weights.catalog import CATALOG
from tests.own_styles import empty  # noqa: F401 - a fixture
from tests.portrait_styles import portraits, put
from tests.test_paint import PlainModels, photo_of

pytestmark = pytest.mark.usefixtures("empty", "small_strokes")
DRAWN = [key for key, style in PORTRAIT_STYLES.items() if style.brush is None]
BRUSHED = [key for key, style in PORTRAIT_STYLES.items() if style.brush]
PHOTO = Photo(np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8))
FACE = SimpleNamespace(height=96.0)


def how(portrait_style="auntie", **values):
    return Settings.from_flat(painter="tps", canvas=0.0, portrait_style=portrait_style, **values)


class Painters:
    """Models of one painter of negatives, which notes what it is asked for and given."""

    def __init__(self):
        self.asked = []

    def named(self, name, policy):
        return self._network(name, "0" * 64)

    def own(self, style):
        return self._network("portrait_style_own", style.sha256)

    def _network(self, name, sha256):
        self.asked.append(name)
        use, entry = WeightUse(name, sha256), CATALOG["tps_vangogh"]
        return Loaded(self.run, use, entry, lambda which: self.run)

    def run(self, batch, noise):
        self.batch, self.noise = batch, noise
        return -batch


def painted(settings, models, faces=(FACE,)):
    run = Run(PHOTO, settings, models)
    return run, by_portrait_style(run, Keyed(SimpleNamespace(faces=faces), "seen"))


def test_the_chosen_network_paints_the_photo_with_noise_at_a_quarter():
    put("auntie")
    models = Painters()
    run, made = painted(how(), models)
    assert models.asked == ["portrait_style_own"]
    assert [use.name for use in run.used] == ["styles/auntie"]
    # Without the 8 px that are painted around the photo, and their noise.
    batch, noise = models.batch[..., 8:-8, 8:-8], models.noise[..., 2:-2, 2:-2]
    h, w = batch.shape[2:]
    assert noise.shape == (1, 4, h // 4, w // 4)
    assert (noise[0].transpose(1, 2, 0) == stroke_noise(batch[0], (h // 4, w // 4, 4))).all()
    scene = made.value.scene.styled
    assert scene.shape == PHOTO.pixels.shape
    negative = 1 - PHOTO.pixels / np.float32(255)
    assert np.corrcoef(scene.ravel(), negative.ravel())[0, 1] > 0.6


class BrushedModels(PlainModels):
    """Models whose painter of portrait styles paints in a photo's colors, or in blue."""

    def __init__(self, blue=0.0):
        super().__init__()
        self.blue = blue

    def named(self, name, policy):
        use = WeightUse(name, "0" * 64)
        return Loaded(self.run, use, CATALOG[name], lambda which: self.run)

    def own(self, style):
        use = WeightUse("portrait_style_own", style.sha256)
        return Loaded(self.run, use, CATALOG["tps_vangogh"], lambda which: self.run)

    def run(self, batch, noise):
        assert noise.ndim == 4
        blue = np.array([-1, -1, 1], np.float32)[:, None, None]
        return (1 - self.blue) * batch + self.blue * blue


@pytest.mark.parametrize("style", BRUSHED)
def test_strokes_are_laid_in_colors_that_the_network_has_a_share_in(style):
    plain, blue = (
        paint(photo_of(120, 160), how(portrait_style=style), models=BrushedModels(share))
        for share in (0.0, 0.7)
    )
    assert plain.strokes is not None
    assert len(plain.strokes) > 100
    assert in_strokes(how(portrait_style=style).paint)
    bluer = (blue.styled - plain.styled).mean((0, 1))
    assert bluer[2] > bluer[0] + 0.01
    assert np.abs(blue.styled - plain.styled).mean() > 0.03
    assert max(full_size(plain).shape) == 640  # what `small_strokes` are shown at


@pytest.mark.parametrize("style", DRAWN)
def test_a_print_is_more_than_its_network_paints_and_has_no_strokes(style, monkeypatch):
    small = how(portrait_style=style, size="photo")
    done = paint(photo_of(120, 160), small, models=BrushedModels())
    assert done.strokes is None
    assert f"tps_{style}" in [use.name for use in done.weights]
    assert not in_strokes(how(portrait_style=style).paint)
    assert max(full_size(done).shape) == 160
    plain = replace(PORTRAIT_STYLES[style], printed=False)
    monkeypatch.setitem(variants.PORTRAIT_STYLES, style, plain)
    network = paint(photo_of(120, 160), small, models=BrushedModels())
    assert np.abs(done.styled - network.styled).mean() > 0.01


def test_a_print_has_edges_of_its_own_where_it_is_larger_than_its_photo(monkeypatch):
    monkeypatch.setattr("pipeline.steps.run.PRINTED_PX", 240)
    photo, printed = photo_of(120, 160), how(portrait_style="ukiyoe")
    done = paint(photo, printed, models=BrushedModels())
    assert done.original.shape == (180, 240, 3)
    file = full_size(done)
    assert max(file.shape) == 640
    again = pixels_resized(file, (180, 240)).astype(int)
    assert np.abs(again - to_uint8(done.result)).mean() < 1.5, "the file is what is shown"
    assert (
        max(full_size(paint(photo, printed.changed(size="photo"), models=BrushedModels())).shape)
        == 160
    )


def test_a_style_of_a_file_is_painted_in_strokes_in_the_light_of_its_portraits():
    results = []
    for wall in (20.0, 80.0):
        put(portraits=portraits(wall=wall))
        done = paint(photo_of(120, 160), how(), models=BrushedModels())
        assert len(done.strokes) > 100
        assert in_strokes(done.settings.paint)
        assert max(full_size(done).shape) == 640
        results.append(done.styled.mean())
    assert results[1] > results[0] + 0.05


def test_a_style_of_a_file_is_printed_where_it_is_of_prints_and_plain_where_it_says_nothing():
    made = []
    for known in ({"portraits": portraits(), "printed": True}, {}):
        put(**known)
        done = paint(photo_of(120, 160), how(size="photo"), models=BrushedModels())
        assert done.strokes is None
        assert not in_strokes(how().paint)
        assert is_printed(how().paint) == bool(known)
        made.append(done.styled)
    assert np.abs(made[0] - made[1]).mean() > 0.01


def test_of_a_style_whose_file_is_gone_nothing_is_known():
    assert not in_strokes(how().paint)
    assert not is_printed(how().paint)


def test_a_kept_face_is_printed_as_far_as_it_is_painterly():
    photo, models = photo_of(120, 160), BrushedModels()
    plain, printed = (
        paint(photo, how(portrait_style="ukiyoe", painterly=far, size="photo"), models=models)
        for far in (0.0, 1.0)
    )
    assert (plain.styled == printed.styled).all()
    assert np.abs(plain.result - printed.result)[plain.alpha > 0.5].mean() > 0.002


def test_each_brush_is_another():
    models = BrushedModels()
    one, other = (
        paint(photo_of(120, 160), how(portrait_style=style), models=models)
        for style in ("vangogh", "rembrandt")
    )
    assert np.median(other.strokes.width) < np.median(one.strokes.width)


def test_a_larger_face_and_a_wider_brush_are_painted_smaller():
    put("auntie")
    sizes = []
    for face, brush in ((30.0, 1.0), (96.0, 1.0), (30.0, 3.0)):
        models = Painters()
        painted(how(brush=brush), models, (SimpleNamespace(height=face),))
        sizes.append(models.batch.shape[2])
    assert sizes[0] >= sizes[1]
    assert sizes[0] >= sizes[2]


def test_a_style_of_a_file_is_named_and_painted_anew_where_it_changed():
    put("auntie")
    models = Painters()
    run, first = painted(how(portrait_style="auntie"), models)
    assert models.asked == ["portrait_style_own"]
    assert run.used[0].name == "styles/auntie"
    assert own_of(how(portrait_style="auntie").paint)[0].name == "auntie"
    assert painted(how(portrait_style="auntie"), models)[1].key == first.key
    put("auntie", seed=1)
    assert painted(how(portrait_style="auntie"), models)[1].key != first.key


def test_one_that_is_missing_is_told_of_and_matters_only_to_this_painter():
    with pytest.raises(StyleFileError, match="There is no portrait style 'auntie'"):
        painted(how(portrait_style="auntie"), Painters())
    assert own_of(how(portrait_style="auntie").changed(painter="strokes").paint) == ()


@pytest.mark.usefixtures("at_once")
def test_a_file_becomes_a_network_once():
    style = read(put("auntie"))
    with verified(style) as weights:
        assert shapes_of(weights) == [[-1, 3, -1, -1], [-1, 4, -1, -1]]
    models = Models("cpu", here=frozenset())
    loaded = models.own(style)
    batch = np.random.default_rng(0).uniform(-1, 1, (1, 3, 48, 64)).astype(np.float32)
    out = loaded.run(batch, stroke_noise(batch[0], (12, 16, 4)).transpose(2, 0, 1)[None])
    assert out.shape == batch.shape
    assert np.isfinite(out).all()
    style.file.unlink()
    assert models.own(style) is loaded
