"""A style of one's own: what is tuned, what it is learned on, what its file is."""

import json
from argparse import Namespace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from pipeline.nets.johnson import Johnson
from pipeline.runtime.build import load_network
from pipeline.runtime.style_files import own_style, own_styles, styles_folder
from pipeline.weights.resolve import obtain
from tests.own_styles import ENTRY, empty, put  # noqa: F401 - `empty` is a fixture
from training import own_style as command
from training import tuning_shown
from training.checks import DatasetError
from training.fast_losses import losses_of
from training.folder_contents import LEAST, SHORT_PX, read_folder
from training.own_style import arguments, begin, check_run, main, named, tuned
from training.styled_contents import Batch

SLIM = {"fold": 4, "cell": 2, "kernel": 3, "resize": True, "noise": 2}
pytestmark = pytest.mark.usefixtures("empty")


class Plain:
    """Aims that want a gray of 0 and know no features."""

    def losses(self, out, batch, chosen):
        assert len(out) == len(batch.photos) == len(chosen)
        return {"style": out.square().mean()}


def photo(side=96, seed=0):
    noise = np.random.default_rng(seed).normal(128, 90, (side, side + 20, 3))
    return cv2.GaussianBlur(noise, (0, 0), 3).clip(0, 255).astype(np.uint8)


def batch(count=2):
    photos = torch.rand(count, 3, 64, 64) * 2 - 1
    return Batch(photos, torch.zeros(0, dtype=torch.long), torch.zeros(0, 2, 3))


@pytest.fixture
def folder(tmp_path):
    """Return a folder of photos in folders, as COCO's is, with a file that is none."""
    for number in range(LEAST + 4):
        file = tmp_path / "coco" / ("train2017", "val2017")[number % 2] / f"{number:012d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), photo(300 if number else 900, number))
    (tmp_path / "coco/annotations").mkdir()
    (tmp_path / "coco/annotations/instances.json").write_text("{}")
    (tmp_path / "coco/val2017/broken.jpg").write_bytes(b"none")
    return tmp_path / "coco"


@pytest.fixture
def picture(tmp_path):
    file = tmp_path / "Grandma's Quilt.png"
    cv2.imwrite(str(file), photo(160, 7))
    return file


def asked(*given):
    return arguments().parse_args([str(each) for each in given])


def test_only_the_numbers_and_the_late_layers_are_tuned():
    torch.manual_seed(0)
    network = Johnson((8, 16), 1, **SLIM)
    names = tuned(network)
    shown = batch()
    chosen = torch.zeros(len(shown.photos), dtype=torch.long)
    losses = losses_of(network, shown, chosen, Plain(), (3, -2))
    torch.stack(list(losses.values())).sum().backward()
    found = {name for name, values in network.named_parameters() if values.grad is not None}
    assert found == set(names)
    assert {"styles", "last.weight"} < found < set(dict(network.named_parameters()))
    assert "steady" in losses


def test_it_begins_with_the_known_style_that_paints_most_like_the_picture():
    known = load_network(obtain(ENTRY))
    network = begin(Plain(), batch())
    assert network.styles.shape == (1, *known.styles.shape[1:])
    assert any(torch.equal(network.styles[0], each) for each in known.styles)
    assert torch.equal(network.last.weight, known.last.weight)


def test_photos_come_from_all_folders_and_none_is_too_large(folder):
    learned, held_out = read_folder(folder)
    assert len(learned) + len(held_out) == LEAST + 4
    assert len(held_out) >= 2
    assert all(min(each.photo.shape[:2]) <= SHORT_PX for each in learned + held_out)
    assert all(each.five is None for each in learned + held_out)
    again, _ = read_folder(folder)
    assert all((a.photo == b.photo).all() for a, b in zip(learned, again, strict=True))


def test_too_few_photos_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=f"at least {LEAST} photos"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("Grandma's Quilt.JPG",), ("grandma-s-quilt", "Grandma s quilt")),
        (("x.jpg", "--name", "mosaic"), ("mosaic", "Mosaic")),
        (("x.jpg", "--label", "Old town"), ("x", "Old town")),
        (("x.jpg", "--out", "a/tiles.safetensors"), ("tiles", "Tiles")),
        (("y" * 90 + ".jpg",), ("y" * 40, "Y" + "y" * 39)),
    ],
)
def test_a_style_is_named_after_its_picture_or_as_is_said(given, wanted):
    assert named(asked(*given)) == wanted


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("winter.jpg",), "'winter' was found. Choose one by --name"),
        (("画.jpg",), "'' was found"),
        (("x.jpg", "--name", "../x"), "'../x' was found"),
        (("x.jpg", "--out", "x.pt"), r"NAME\.safetensors"),
        (("x.jpg", "--label", "a\nb"), "printed characters"),
        (("x.jpg", "--label", "b" * 41), "1 to 40"),
    ],
)
def test_names_that_no_list_could_show_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        named(asked(*given))


def test_a_run_goes_on_only_with_its_own_picture(tmp_path, picture):
    run, out = tmp_path / "run", tmp_path / "quilt.safetensors"
    check_run(run, picture, out)
    check_run(run, picture, out)
    cv2.imwrite(str(picture), photo(160, 8))
    with pytest.raises(ValueError, match="another picture or network is there"):
        check_run(run, picture, out)
    out.touch()
    with pytest.raises(FileExistsError, match="choose another --name"):
        check_run(tmp_path / "other", picture, out)


def test_a_network_that_changed_since_is_told(tmp_path, picture):
    run = tmp_path / "run"
    check_run(run, picture, tmp_path / "x")
    of = json.loads((run / command.OF).read_text())
    (run / command.OF).write_text(json.dumps(of | {"network": "0" * 64}))
    with pytest.raises(ValueError, match="another picture or network"):
        check_run(run, picture, tmp_path / "x")


def test_a_picture_becomes_a_file_that_the_painter_takes(
    tmp_path, monkeypatch, picture, folder, capsys
):
    monkeypatch.setattr(command, "MEASURED", 1)
    monkeypatch.setattr(tuning_shown, "PAINTED_PX", 64)
    run = tmp_path / "run"
    given = [picture, "--contents", folder, "--shared", tmp_path, "--run", run]
    given += ["--minutes", 0.01, "--batch", 1, "--side", 128]
    monkeypatch.setattr("sys.argv", ["own_style", *map(str, given)])
    main()
    style = own_style("grandma-s-quilt")
    assert style.label == "Grandma s quilt"
    assert own_styles() == (style,)
    file = styles_folder() / "grandma-s-quilt.safetensors"
    assert file.stat().st_size < 1_000_000
    known = load_network(obtain(ENTRY))
    nearest = np.abs(known.styles.numpy() - style.numbers).mean((1, 2)).min()
    assert nearest > 0, "it has learned something"
    assert list(run.glob("sheet-*.jpg"))
    assert (run / "loss.png").exists()
    assert "begins with" in capsys.readouterr().out
    main()  # its time is over: nothing more is learned
    assert (own_style("grandma-s-quilt").numbers == style.numbers).all()


def test_what_is_missing_is_said_in_one_line(tmp_path, monkeypatch, picture):
    monkeypatch.setattr("sys.argv", ["own_style", str(tmp_path / "none.jpg")])
    with pytest.raises(SystemExit, match=r"none\.jpg: There is no such file"):
        main()
    given = ["own_style", str(picture), "--shared", str(tmp_path), "--run", str(tmp_path / "run")]
    monkeypatch.setattr("sys.argv", given)
    with pytest.raises(SystemExit, match="photos were wanted there"):
        main()


def test_without_dlibs_weights_no_face_is_compared(monkeypatch, tmp_path):
    from training.styled_contents import Content

    both = ([Content(photo(), np.zeros((5, 2), np.float32))], [Content(photo())])
    monkeypatch.setattr(command, "read_shared", lambda data: both)
    learned, _ = command.read_contents(Namespace(contents=None, shared=Path(tmp_path)))
    assert learned[0].five is None
