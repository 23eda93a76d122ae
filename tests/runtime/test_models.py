import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from skimage import data

import pipeline.runtime.engines as engines
import pipeline.runtime.models as runtime
import pipeline.weights.resolve as weights
from pipeline.nets.cyclegan import Generator
from pipeline.nets.gfpgan import PUBLISHED, GFPGANv1Clean
from pipeline.nets.light_restorer import LightRestorer
from pipeline.runtime.build import load_network
from pipeline.runtime.convert import write
from pipeline.runtime.engines import compile_openvino, count_cores, run_torch
from pipeline.runtime.models import Models
from pipeline.stages.colorize import color_of
from pipeline.stages.detect.from_parsing import detect_faces
from pipeline.stages.parse import Parser
from pipeline.weights.catalog import CATALOG, SEEING, WeightError, read_manifest
from pipeline.weights.resolve import obtain
from tests.nets.test_nets import stirred
from training.export import export, restorer

ROOT = Path(__file__).parents[2]
EMBEDDED = (
    "parser",
    "parser_close",
    "finder_light",
    "verifier_light",
)  # what every photo is seen by


def astronaut(side: int) -> np.ndarray:
    """Return a photo as a batch, (1, 3, side, side) in [0, 1]."""
    photo = cv2.resize(data.astronaut(), (side, side), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(photo.transpose(2, 0, 1)[None], np.float32) / 255


@pytest.fixture(scope="module")
def models():
    return Models("cpu")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Return the verified weights of a small painter, with a cache folder of its own."""
    monkeypatch.setattr(weights, "EMBEDDED", tmp_path / "weights")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    export(Generator(4, 1), "monet_light", {"filters": 4, "blocks": 1}, tmp_path / "weights")
    return obtain(read_manifest(tmp_path / "weights")["monet_light"])


@pytest.fixture
def quickly(monkeypatch):
    """Convert in this process, which has torch already, instead of in one of its own."""

    def convert_here(verified, folder):
        folder.mkdir(parents=True)
        write(verified, folder)

    monkeypatch.setattr(engines, "convert", convert_here)


def psnr(found, wanted, peak):
    return 10 * np.log10(peak**2 / np.mean((found - wanted) ** 2))


@pytest.mark.parametrize("side", [256, 512])
def test_the_painter_agrees_with_pytorch(models, side):
    batch = astronaut(side) * 2 - 1
    wanted = run_torch(obtain(CATALOG["monet_light"]), "cpu")(batch)
    assert wanted.std() > 0.1
    assert psnr(models.load("painter", "embedded").run(batch), wanted, peak=2) >= 40


@pytest.mark.parametrize(("name", "role"), [("parser", "parser"), ("parser_close", "close_parser")])
@pytest.mark.parametrize("side", [256, 320, 512])
def test_the_parsers_agree_with_pytorch(models, side, name, role):
    wanted = run_torch(obtain(CATALOG[name]), "cpu")(astronaut(side))
    found = models.load(role, "embedded").run(astronaut(side))
    assert (
        found.argmax(1) == wanted.argmax(1)
    ).mean() >= 0.99  # where two classes are nearly as likely, bf16 decides otherwise
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-2)  # bf16 keeps three digits


def test_faces_lie_where_pytorch_puts_them(models):
    photo = data.astronaut().astype(np.float32) / 255

    def find(*networks):
        (face,) = detect_faces(photo, Parser(*networks)).faces
        return face

    found = find(*(models.load(role, "embedded").run for role in SEEING))
    wanted = find(*(run_torch(obtain(CATALOG[name]), "cpu") for name in EMBEDDED))
    for part in ("eyes", "mouth"):
        assert np.abs(getattr(found, part) - getattr(wanted, part)).max() <= 0.5


@pytest.mark.usefixtures("quickly", "at_once")
def test_the_restorer_agrees_with_pytorch(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "find_in_hub_cache", lambda source: None)
    monkeypatch.setitem(PUBLISHED, "narrow", 0.25)  # converted alike, in a tenth of the time
    torch.manual_seed(0)
    (tmp_path / "weights").mkdir()
    torch.save(
        {"params_ema": GFPGANv1Clean(**PUBLISHED).state_dict()},
        tmp_path / "weights/gfpgan_v1.4.pth",
    )
    verified = obtain(replace(CATALOG["gfpgan_v1.4"], sha256=None))
    batch = astronaut(512) * 2 - 1
    wanted = run_torch(verified, "cpu")(batch)
    assert psnr(compile_openvino(verified)(batch), wanted, peak=np.ptp(wanted)) >= 40


@pytest.mark.usefixtures("quickly")
def test_the_light_restorer_is_exported_loaded_and_agrees_with_pytorch(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "EMBEDDED", tmp_path / "weights")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    network = stirred(LightRestorer(8, 2))
    network.change.outer.weight.data.mul_(0.03)  # a change as large as a picture's contrasts
    save_file(network.state_dict(), tmp_path / "average.safetensors")
    found, build = restorer([tmp_path / "average.safetensors"])
    export(found, "restorer_light", build, tmp_path / "weights")
    entry = read_manifest(tmp_path / "weights")["restorer_light"]
    assert (entry.role, entry.embedded, entry.build) == ("restorer", True, {"width": 8, "depth": 2})
    loaded = load_network(obtain(entry)).state_dict()
    assert all(
        torch.equal(value.half().float(), loaded[key])
        for key, value in network.state_dict().items()
    )
    batch = astronaut(512) * 2 - 1
    wanted = run_torch(obtain(entry), "cpu")(batch)
    assert np.abs(wanted - batch).mean() > 0.05
    assert psnr(compile_openvino(obtain(entry))(batch), wanted, peak=2) >= 40


def test_a_converted_network_takes_any_size(tiny):
    network, plain = compile_openvino(tiny), run_torch(tiny, "cpu")
    for shape in ((1, 3, 32, 48), (2, 3, 64, 36), (1, 3, 100, 32)):
        batch = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        assert psnr(network(batch), plain(batch), peak=2) >= 40


def test_calls_at_once_do_not_mix(models):
    run = models.load("painter", "embedded").run
    batches = [
        np.roll(astronaut(side) * 2 - 1, shift, 3) for side in (96, 128, 160) for shift in (0, 30)
    ]
    alone = [run(batch) for batch in batches]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(run, batches * 4))
    for index, out in enumerate(together):
        np.testing.assert_array_equal(out, alone[index % len(batches)])


def test_outputs_outlive_the_next_call(models):
    run = models.load("painter", "embedded").run
    first = run(astronaut(96))
    kept = first.copy()
    run(-astronaut(96))
    np.testing.assert_array_equal(first, kept)


def test_a_network_is_loaded_once_however_many_ask(monkeypatch):
    begun, gate = [], threading.Barrier(4)

    def slowly(verified):
        begun.append(verified.entry.name)
        return lambda batch: batch

    monkeypatch.setattr(runtime, "compile_openvino", slowly)
    shared = Models("cpu")

    def ask(_):
        gate.wait()
        return shared.load("parser", "embedded")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert begun == ["parser"]
    assert all(f is found[0] for f in found)


def test_a_later_start_does_not_import_torch(models):
    models.load("parser", "embedded")
    models.load("painter", "embedded")
    program = (
        "import sys; from pipeline.runtime.models import Models; m = Models('cpu');"
        "m.load('parser', 'embedded'), m.load('painter', 'embedded'); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.usefixtures("quickly")
def test_the_second_compile_does_not_convert(tiny, monkeypatch):
    compile_openvino(tiny)
    monkeypatch.setattr(engines, "convert", None)
    compile_openvino(tiny)


@pytest.mark.usefixtures("quickly")
def test_a_network_that_is_used_is_fresh_and_those_before_it_go_in_time(tiny, tmp_path):
    compile_openvino(tiny)
    folder = tmp_path / "cache/converted"
    (now,) = folder.iterdir()
    old, new = folder / f"{now.name[:-16]}{'0' * 16}", folder / f"{now.name[:-16]}{'1' * 16}"
    for other, days in ((old, 40), (new, 20), (now, 40)):
        other.mkdir(exist_ok=True)
        os.utime(other, (time.time() - days * 24 * 3600,) * 2)
    compile_openvino(tiny)
    assert set(folder.iterdir()) == {new, now}
    assert time.time() - now.stat().st_mtime < 600


@pytest.mark.usefixtures("quickly")
def test_other_arguments_are_another_network(tiny):
    other = replace(tiny, entry=replace(tiny.entry, build={**tiny.entry.build, "norm": "none"}))
    batch = astronaut(64) * 2 - 1
    assert np.abs(compile_openvino(tiny)(batch) - compile_openvino(other)(batch)).max() > 0.01


@pytest.mark.usefixtures("quickly")
def test_a_damaged_converted_network_is_made_anew(tiny, tmp_path, caplog):
    batch = astronaut(64) * 2 - 1
    wanted = compile_openvino(tiny)(batch)
    (file,) = (tmp_path / "cache/converted").glob("*/net.bin")
    file.write_bytes(file.read_bytes()[:100])
    np.testing.assert_array_equal(compile_openvino(tiny)(batch), wanted)
    assert "is damaged" in caplog.text


@pytest.mark.usefixtures("quickly")
def test_a_cache_that_cannot_be_written_costs_only_time(tiny, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "file"))
    assert compile_openvino(tiny)(astronaut(64)).shape == (1, 3, 64, 64)
    assert "cannot be kept" in caplog.text


def test_wrong_weights_are_refused_by_name_also_while_converting(tiny):
    wrong = replace(tiny, entry=replace(tiny.entry, build={"filters": 8, "blocks": 1}))
    with pytest.raises(
        WeightError, match=r"monet_light-1-of-1\.safetensors: the painter monet_light was wanted"
    ):
        compile_openvino(wrong)


def test_without_openvino_pytorch_runs_and_says_so(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "openvino", None)
    models = Models("cpu")
    for _ in range(2):
        out = models.load("painter", "embedded").run(astronaut(64) * 2 - 1)
    assert out.shape == (1, 3, 64, 64)
    assert caplog.text.count("PyTorch runs it instead") == 1


def test_what_openvino_refuses_pytorch_runs(monkeypatch, caplog):
    def refuse(verified, folder):
        raise engines.EngineError("an operation is unknown")

    monkeypatch.setenv("PORTRAIT_CACHE", "/nowhere")
    monkeypatch.setattr(engines, "convert", refuse)
    assert Models("cpu").load("painter", "embedded").run(astronaut(64)).shape == (1, 3, 64, 64)
    assert "an operation is unknown" in caplog.text


def test_a_use_names_the_weight_and_its_hash(models):
    use = models.load("parser", "auto").use
    assert (use.name, use.sha256) == ("parser", CATALOG["parser"].sha256)


@pytest.fixture
def counted(monkeypatch):
    """Replace engines by ones that count their runs, with no published weight at hand."""
    runs = []

    def engine(verified, device="cpu"):
        return lambda *batch: runs.append((verified.entry.name, device)) or batch[0]

    monkeypatch.setattr(runtime, "compile_openvino", engine)
    monkeypatch.setattr(runtime, "run_torch", engine)
    monkeypatch.setattr(weights, "find", lambda entry: None)
    return runs


def test_warming_up_runs_what_is_here_and_forgives_what_is_not(counted):
    Models("cpu").warm()
    assert counted[: len(EMBEDDED) + 1] == [(name, "cpu") for name in (*EMBEDDED, "monet_light")]
    others = {"restorer_light", "likeness_light", "sam_light", "colorizer_light"}
    assert set(counted[len(EMBEDDED) + 1 :]) == {(name, "cpu") for name in others}


def test_on_zero_gpu_everything_is_loaded_at_once_and_nothing_runs(counted, monkeypatch):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    models = Models()
    monkeypatch.setattr(runtime, "obtain", None)  # from here on nothing may be loaded
    models.warm()
    assert counted == []
    models.load("painter", "auto").run(astronaut(32))
    assert counted == [("monet_light", "cuda")]
    models.load("descriptor", "auto").run(np.zeros((1, 3, 150, 150), np.float32))
    assert counted[1:] == [("likeness_light", "cpu")]  # it borrows no card


def test_cores_are_at_least_one_and_no_more_than_there_are():
    assert 1 <= count_cores() <= (torch.multiprocessing.cpu_count() or 1)


def test_colors_are_those_that_pytorch_guesses(models):
    seen = np.zeros((14, 128, 96), np.float32)
    seen[0], seen[1] = astronaut(128)[0, :, :, :96].mean(0), 1
    loaded = models.load("colorizer", "embedded")
    wanted = color_of(seen, run_torch(obtain(CATALOG[loaded.entry.name]), "cpu"))
    found = color_of(seen, loaded.run)
    assert found.shape == (128, 96, 2)
    assert np.abs(found - wanted).mean() < 1  # CIELAB
    assert np.ptp(wanted) > 5


def test_a_faces_points_lie_where_pytorch_puts_them(models):
    """In float32: bf16 would move them by a px."""
    face = data.astronaut()[40:290, 120:320].astype(np.float32) / 255
    batch = np.ascontiguousarray(cv2.resize(face, (128, 128)).transpose(2, 0, 1)[None])
    loaded = models.load("landmarks", "embedded")
    wanted = run_torch(obtain(CATALOG[loaded.entry.name]), "cpu")(batch)
    found = loaded.run(batch)
    assert wanted.shape == (1, 68, 3)
    assert np.abs(found - wanted)[..., :2].max() < 0.1
