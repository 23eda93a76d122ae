"""Compare one photo by several segmenters: what is measured, what is drawn, what is refused.

The networks are plain arithmetic.
"""

import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import pipeline.compare as module
import pipeline.steps.segment as steps
import pipeline.steps.segmenters as segmenters
from pipeline.cli.comparison_sheet import facts, sheet
from pipeline.cli.main import main
from pipeline.compare import agreement, compare
from pipeline.paint import paint
from pipeline.runtime.build import build
from pipeline.settings import Settings
from pipeline.steps.blend import toucher_of
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.types import Cancelled, Restoration, WeightUse
from pipeline.weights.catalog import CATALOG, WeightError
from pipeline.weights.parameters import PUBLISHED, count_parameters
from pipeline.weights.resolve import VerifiedWeights
from tests.test_paint import PlainModels, Remembering, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

PERSONS = "fcn_resnet50"


class Models(PlainModels):
    """Plain networks, and one that takes everything for a person."""

    def named(self, name, policy):
        def run(batch):
            self.runs[name] = self.runs.get(name, 0) + 1
            return np.ones((1, 1, *batch.shape[2:]), np.float32)

        return SimpleNamespace(
            run=run, use=WeightUse(name, "2" * 64), entry=CATALOG[name], prompt=None
        )


@pytest.fixture(autouse=True)
def all_weights_here(monkeypatch):
    for where in (module, segmenters):
        monkeypatch.setattr(where, "named", lambda name, policy: CATALOG[name])


def test_each_version_is_what_painting_with_that_segmenter_gives():
    models = Models()
    comparison = compare(photo_of(), Settings(), ("unet_whole", PERSONS, "unet"), models=models)
    assert [version.segmenter for version in comparison.versions] == ["unet_whole", PERSONS, "unet"]
    for version in comparison.versions:
        painting = paint(photo_of(), Settings.from_flat(segmenter=version.segmenter), models=models)
        np.testing.assert_array_equal(version.picture, painting.result)
        np.testing.assert_array_equal(version.mask, painting.mask)
        assert version.seconds > 0


def test_agreement_is_with_the_u_net_and_whole_persons_agree_less():
    whole, unet = compare(photo_of(), Settings(), (PERSONS, "unet"), models=Models()).versions
    assert unet.iou == 1
    assert 0 < whole.iou < 0.9
    assert whole.parameters == 35_322_218
    assert (
        unet.parameters
        == 2 * count_parameters(CATALOG["parser"])
        == pytest.approx(20.1e6, rel=1e-3)
    )  # two looks, two networks


def test_the_u_net_is_what_agreement_is_measured_with_even_where_it_is_not_shown():
    (alone,) = compare(photo_of(), Settings(), (PERSONS,), models=Models()).versions
    assert alone.segmenter == PERSONS
    assert alone.iou < 0.9


def slowly_embedded(original, network):
    time.sleep(0.2)


def outlined_at_once(*inputs):
    return None


def test_the_seconds_count_what_a_network_is_shown_of_the_photo(monkeypatch):
    monkeypatch.setattr(steps, "embedded", slowly_embedded)
    monkeypatch.setattr(steps, "_outlined", outlined_at_once)
    run = Run(photo_of(), Settings.from_flat(segmenter="sam_vit_b"), Models())
    steps.segment(run, detect(run), run.made(Restoration))
    assert run.seconds["segment"] > 0.2


def test_nothing_of_monets_network_is_asked_for_where_it_touches_no_face():
    models = Models()
    for painter, asked in (("strokes", False), ("portrait-aware", True)):
        run = Run(photo_of(), Settings.from_flat(painter=painter), models)
        assert (toucher_of(run) is not None) == asked


def test_nothing_is_kept_in_the_painting_that_is_restored_directly():
    plain = compare(photo_of(), Settings(), ("unet",), models=Models())
    painting = paint(photo_of(), Settings(), models=Models())
    assert not plain.restored
    assert "not restored" in " ".join(plain.notes) or "Nothing was restored" in plain.notes[0]
    np.testing.assert_array_equal(plain.direct, painting.styled)
    restored = compare(
        photo_of(), Settings.from_flat(fidelity=0.0), ("unet",), models=Models(restorer=True)
    )
    assert restored.restored
    changed = np.abs(restored.direct - painting.styled).max(2) > 0.02
    assert changed.any()
    assert not changed[painting.mask == 0].any()


def test_without_a_face_all_versions_are_the_painting_and_it_is_said():
    comparison = compare(photo_of(), Settings(), ("unet", PERSONS), models=Models(face=False))
    assert comparison.versions[1].iou is None
    assert any("No face" in note for note in comparison.notes)
    np.testing.assert_array_equal(comparison.versions[0].picture, comparison.direct)


def test_a_second_comparison_measures_only_what_is_new():
    models, cache = Models(), Remembering()
    how = Settings.from_flat(painter="network")
    first = compare(photo_of(), how, ("unet",), models=models, cache=cache)
    before = dict(models.runs)
    second = compare(photo_of(), how, ("unet", PERSONS), models=models, cache=cache)
    assert (
        models.runs["painter"] == before["painter"] + 1
    )  # what is new is touched; the scene is not painted again
    assert first.versions[0].seconds == second.versions[0].seconds > 0


def test_a_comparison_can_be_cancelled():
    def report(progress):
        if progress.stage == "segment":
            raise Cancelled

    with pytest.raises(Cancelled):
        compare(photo_of(), models=Models(), segmenters=("unet",), report=report)


@pytest.mark.parametrize("names", [(), ("unet", "sam")])
def test_segmenters_that_are_none_are_refused_with_those_that_there_are(names):
    with pytest.raises(ValueError, match=r"segmenter.*unet, unet_whole, sam_light"):
        compare(photo_of(), Settings(), names, models=Models())


def test_missing_weights_are_refused_by_name_before_any_work(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    monkeypatch.setattr("pipeline.weights.resolve.find_in_hub_cache", lambda source: None)
    models = Models()
    with pytest.raises(WeightError, match=r"sam_vit_h was chosen.*'full'.*2565 MB.*sam_vit_h\.pth"):
        compare(photo_of(), Settings(), ("unet", "sam_vit_h"), models=models)
    assert not models.runs


def test_the_command_says_the_same_and_leaves_nothing_behind(monkeypatch, tmp_path, capsys):
    monkeypatch.undo()
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    monkeypatch.setattr("pipeline.weights.resolve.find_in_hub_cache", lambda source: None)
    out = tmp_path / "sheet.png"
    assert (
        main(["compare", "examples/portrait.jpg", "-o", str(out), "--segmenters", "unet,sam_vit_b"])
        == 2
    )
    assert "sam_vit_b was chosen" in capsys.readouterr().err
    assert not out.exists()


def test_masks_agree_by_their_shared_area():
    a, b = np.zeros((10, 10), np.float32), np.zeros((10, 10), np.float32)
    assert agreement(a, b) is None
    a[:6], b[3:] = 1, 1
    assert agreement(a, b) == pytest.approx(0.3)
    assert agreement(a, a) == 1
    assert agreement(a, None) is None


@pytest.mark.parametrize("size", [(200, 180), (60, 600), (600, 60)])
def test_the_sheet_has_a_column_for_each_and_a_strip_of_text(size):
    comparison = compare(photo_of(*size), Settings(), ("unet_whole", "unet"), models=Models())
    drawn = sheet(comparison)
    assert drawn.dtype == np.uint8
    assert drawn.shape[1] >= 4 * 250
    strip = drawn[-90:]
    columns = np.array_split(strip.min(2), 4, axis=1)
    assert all((column < 120).any() for column in columns), "text under each"


def test_facts_name_parameters_seconds_and_agreement():
    whole, unet = compare(photo_of(), Settings(), (PERSONS, "unet"), models=Models()).versions
    assert facts(whole)[:2] == ("FCN ResNet-50", "35.32 M parameters")
    assert facts(whole)[2].endswith(" s")
    assert facts(whole)[3].startswith("IoU with the U-Net 0.")
    assert "IoU" not in facts(unet)[3]


@pytest.mark.parametrize(
    "name", [name for name in PUBLISHED if not name.startswith("gfpgan")]
)  # its package takes long to import
def test_parameters_are_counted_right(name):
    entry, count = CATALOG[name], 0
    for submodule in ("run", "prompt")[: 2 if entry.role == "promptable" else 1]:
        with torch.device("meta"):
            count += sum(
                p.numel() for p in build(VerifiedWeights(entry, (), "-", submodule)).parameters()
            )
    assert count_parameters(entry) == count
