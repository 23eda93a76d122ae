"""Files of portrait styles: what is written, read and refused, and beside which others."""

import os
import re

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.runtime import own_styles, style_files
from pipeline.runtime.build import load_network
from pipeline.runtime.own_files import StyleFileError, styles_folder
from pipeline.runtime.portrait_style_files import (
    MOST_BYTES,
    found_styles,
    install,
    own_style,
    read,
    verified,
    write,
)
from pipeline.settings import Settings
from tests.own_styles import empty  # noqa: F401 - a fixture
from tests.own_styles import put as put_fast
from tests.portrait_styles import portraits, put, state

pytestmark = pytest.mark.usefixtures("empty")
SAID = {"format": "1", "kind": "tps", "name": "auntie", "label": "Auntie"}


def written(file, said=SAID, **changed):
    values = {k: v.numpy().astype(np.float16) for k, v in state().items()} | changed
    data = save({k: v for k, v in values.items() if v is not None},
                {k: v for k, v in said.items() if v is not None})  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def test_what_is_written_is_read_again_small_and_paints_the_same():
    file = put()
    style = read(file)
    assert (style.name, style.label) == ("auntie", "Auntie's portraits")
    assert file.stat().st_size < MOST_BYTES
    assert [each.name for each in found_styles()[0]] == ["auntie"]
    with verified(style) as weights:
        network = load_network(weights)
    for key, value in network.state_dict().items():
        assert torch.allclose(value, state()[key], atol=1e-3)


@pytest.mark.parametrize("printed", [False, True])
def test_what_its_portraits_are_like_is_in_it(printed):
    known = portraits()
    style = read(put(portraits=known, printed=printed))
    assert style.printed == printed
    for name, values in vars(known).items():
        assert np.allclose(getattr(style.portraits, name), values, rtol=1e-3, atol=1e-3)
    with verified(style) as weights:  # the network is built without them
        load_network(weights)
    assert read(put()).portraits is None


TABLE = {f"portraits.{name}": each.astype(np.float16) for name, each in vars(portraits()).items()}


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("fall", None, "a tensor portraits.fall was wanted, none was found"),
        ("fall", np.zeros((5, 2), np.float16), "portraits.fall as float16 (5, 3) was wanted"),
        ("weights", np.full((5, 4, 6), -0.1, np.float16), "shares of portraits was wanted"),
        ("quantiles", np.full((5, 4, 17), 4e4, np.float16), "lightness, colors"),
        ("more", np.zeros((5, 1), np.float16), "another one, 'portraits.more'"),
        ("fall", np.float16(0), "portraits.fall as float16 (5, 3) was wanted"),
        ("more", np.zeros((0, 1), np.float16), "a table of 1 to 50 portraits was wanted"),
    ],
)
def test_a_table_that_is_not_right_is_refused(tmp_path, name, values, reason):
    table = TABLE | {f"portraits.{name}": None if values is None else np.asarray(values)}
    file = written(tmp_path / "auntie.safetensors", **table)
    with pytest.raises(StyleFileError, match=re.escape(reason)):
        read(file)


def test_a_table_of_too_many_portraits_is_refused(tmp_path):
    many = {name: np.repeat(each, 11, 0) for name, each in TABLE.items()}
    with pytest.raises(StyleFileError, match="1 to 50 portraits was wanted, 55 was found"):
        read(written(tmp_path / "auntie.safetensors", **many))


@pytest.mark.parametrize(
    ("said", "changed", "reason"),
    [
        ({"format": "2"}, {}, "format 1 was wanted, '2' was found"),
        ({"kind": None}, {}, "a style of kind tps was wanted, None was found"),
        ({"kind": "fast"}, {}, "a style of kind tps was wanted, 'fast' was found"),
        ({"name": None}, {}, "a name of a-z"),
        ({"name": "../auntie"}, {}, "a name of a-z"),
        ({"name": "vangogh"}, {}, "that no known style has was wanted, 'vangogh' was found"),
        ({"label": ""}, {}, "a label of 1 to 40"),
        ({"label": "two\nlines"}, {}, "printed characters"),
        ({}, {"last.bias": None}, "a tensor last.bias was wanted, none was found"),
        ({}, {"more": np.zeros(3, np.float16)}, "another one, 'more'"),
        ({}, {"last.bias": np.zeros(3, np.float16)}, "last.bias as float16 (12,) was wanted"),
        ({}, {"last.bias": np.zeros(12, np.float32)}, "float32"),
        ({}, {"last.bias": np.full(12, np.nan, np.float16)}, "finite numbers in last.bias"),
        ({}, {"more": np.zeros(2_000_000, np.float16)}, "at most 3,000,000 bytes"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_reason(tmp_path, said, changed, reason):
    file = written(tmp_path / "auntie.safetensors", SAID | said, **changed)
    with pytest.raises(StyleFileError, match=re.escape(reason)) as told:
        read(file)
    assert str(told.value).startswith("The style auntie.safetensors is left out: ")
    assert "\n" not in str(told.value)
    with pytest.raises(StyleFileError, match="is left out"):
        install(file)


@pytest.mark.parametrize("data", [b"", b"\x80\x04K*.", b"\xff" * 64, b"\x02" + bytes(7) + b"{}"])
def test_what_is_no_safetensors_is_refused(tmp_path, data):
    file = tmp_path / "auntie.safetensors"
    file.write_bytes(data)
    with pytest.raises(StyleFileError, match="is left out"):
        read(file)


def test_nothing_is_written_that_would_be_refused(tmp_path):
    file = tmp_path / "auntie.safetensors"
    large = {**state(), "last.bias": torch.full((12,), 1e9)}
    for values, name in ((large, "auntie"), (state(), "Auntie"), (TpsGenerator((8, 12, 16), 1)
                         .state_dict(), "auntie")):  # fmt: skip
        with pytest.raises(StyleFileError, match="is left out"):
            write(file, values, name=name, label="Auntie")
    assert not file.exists()


def test_both_kinds_lie_in_one_folder_and_each_is_offered_by_its_own_setting():
    put("auntie")
    put_fast("quilt")
    assert [style.name for style in own_styles.own_styles("portrait_style")] == ["auntie"]
    assert [style.name for style in own_styles.own_styles("fast_second")] == ["quilt"]
    good, bad = own_styles.found_styles()
    assert ([style.name for style in good], bad) == (["quilt", "auntie"], ())
    with pytest.raises(StyleFileError, match="There is no style 'auntie'"):
        style_files.own_style("auntie")
    with pytest.raises(StyleFileError, match="There is no portrait style 'quilt'"):
        own_style("quilt")
    assert Settings.from_flat(portrait_style="auntie").paint.portrait_style == "auntie"


def test_a_bad_file_is_told_of_once_and_a_link_is_not_followed(tmp_path):
    bad = written(styles_folder() / "bad.safetensors", **{"last.bias": None})
    (styles_folder() / "link.safetensors").symlink_to(put("auntie"))
    good, refused = own_styles.found_styles()
    assert [style.name for style in good] == ["auntie"]
    assert len(refused) == 2
    with pytest.raises(StyleFileError, match="a tensor last"):
        own_style("bad")
    os.replace(put("other"), bad)  # mended
    assert own_style("bad").name == "bad"


def test_a_file_from_elsewhere_is_put_under_the_name_that_it_says(tmp_path):
    file = written(tmp_path / "Auntie (1).safetensors")
    assert install(file).name == "auntie"
    assert install(file).file == styles_folder() / "auntie.safetensors"
    put_fast("quilt")
    with pytest.raises(StyleFileError, match="no other style in the folder has"):
        install(written(tmp_path / "quilt.safetensors", SAID | {"name": "quilt"}))


def test_a_full_folder_takes_no_new_style_and_goes_on_replacing_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.runtime.own_files.MOST_FILES", 2)
    put("auntie")
    put_fast("quilt")
    for name in ("aaa", "zoe"):
        with pytest.raises(StyleFileError, match="room for one more was wanted, and there are 2"):
            install(written(tmp_path / "new.safetensors", SAID | {"name": name}))
    assert sorted(file.stem for file in styles_folder().iterdir()) == ["auntie", "quilt"]
    assert install(written(tmp_path / "new.safetensors", SAID)).label == "Auntie"


def test_what_changed_since_it_was_read_is_not_used():
    style = read(put("auntie"))
    put("auntie", seed=1)
    with pytest.raises(StyleFileError, match="the style as it was chosen"), verified(style):
        pass
