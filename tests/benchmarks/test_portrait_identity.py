"""The benchmark of who is left in portrait styles, from its command to its table."""

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from benchmarks import portrait_identity
from pipeline.types import WeightUse
from pipeline.variants import PORTRAIT_STYLES
from tests.test_paint import PlainModels, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

MEASURES = "class FaceNet:\n    def identity(self, photo, picture):\n        return 0.25\n"


class Models(PlainModels):
    """Plain networks, and one that paints a photo upside down."""

    def named(self, name, policy):
        def upside_down(batch):
            return batch[:, :, ::-1].copy()

        return SimpleNamespace(use=WeightUse(name, "0" * 64), seeded=lambda: upside_down)


def test_each_style_has_a_row_of_every_figure(tmp_path, monkeypatch, capsys):
    (tmp_path / "measure.py").write_text(MEASURES)
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "one.png"), photo_of().pixels)
    monkeypatch.setattr(portrait_identity, "Models", Models)
    arguments = [tmp_path / "photos", "--measures", tmp_path / "measure.py"]
    monkeypatch.setattr(sys, "argv", ["portrait_identity", *map(str, arguments)])
    portrait_identity.main()
    said = capsys.readouterr().out
    for style in PORTRAIT_STYLES:
        (row,) = [line for line in said.splitlines() if line.startswith(f"| {style} |")]
        cells = [cell.strip() for cell in row.split("|")[2:-1]]
        assert cells[:3] == ["1", "0.250; 0.250", "0.250; 0.250"]
        kept, alone = (float(cell.split(";")[0]) for cell in cells[3:])
        assert alone <= kept <= 1


def test_medians_and_the_lowest_are_said_and_what_is_unknown_is_left_out():
    found = [{"identity": value, "likeness": np.nan} for value in (0.5, 0.9, 0.8)]
    row = portrait_identity.row_of("vangogh", [*found, {"identity": np.nan, "likeness": 0.5}])
    assert row["face kept"] == "0.800; 0.500"
    assert row["face kept, likeness"] == "0.500; 0.500"
    assert "generator alone" not in row


def test_a_folder_without_a_face_is_named(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "gray.png"), np.full((64, 64, 3), 128, np.uint8))
    monkeypatch.setattr(portrait_identity, "measured", lambda *_: {})
    monkeypatch.setattr(portrait_identity, "Models", Models)
    monkeypatch.setattr(sys, "argv", ["portrait_identity", str(tmp_path)])
    with pytest.raises(SystemExit, match="one face were wanted"):
        portrait_identity.main()
