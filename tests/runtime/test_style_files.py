"""Files of styles: what is read, what is refused and why, what the folder offers."""

import json
import os
import re

import numpy as np
import pytest
from safetensors.numpy import save

from pipeline.runtime import own_files
from pipeline.runtime.style_files import (
    MOST_BYTES,
    StyleFileError,
    found_styles,
    own_style,
    own_styles,
    read_style,
    styles_folder,
)
from tests.own_styles import ENTRY, empty, known, put  # noqa: F401 - `empty` is a fixture

pytestmark = pytest.mark.usefixtures("empty")
SAID = {"format": "1", "label": "Quilt", "network": ENTRY.sha256}


def tensors():
    styles = known()
    wanted = {"numbers": styles.numbers[0], **styles.late}
    return {key: value.astype(np.float16) for key, value in wanted.items()}


def written(name="quilt.safetensors", said=SAID, **changed):
    values = {k: v for k, v in (tensors() | changed).items() if v is not None}
    file = styles_folder() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(save(values, {k: v for k, v in said.items() if v is not None}))
    return file


def test_what_is_written_is_read_again_and_is_small():
    file = put("quilt", "Grandma's quilt", 5)
    style, styles = read_style(file), known()
    assert (style.name, style.label) == ("quilt", "Grandma's quilt")
    assert np.allclose(style.numbers, styles.numbers[5], atol=1e-2)
    assert len(style.late) == len(styles.late)
    assert file.stat().st_size < MOST_BYTES / 4
    assert [each.name for each in own_styles()] == ["quilt"]


def with_one(value):
    numbers = tensors()["numbers"].copy()
    numbers[0, 0] = value
    return numbers


@pytest.mark.parametrize(
    ("said", "changed", "reason"),
    [
        ({"format": "2"}, {}, "format 1 was wanted, '2' was found"),
        ({"format": None}, {}, "format 1 was wanted, None was found"),
        ({"network": "0" * 64}, {}, "tuned for '000000000000' was found"),
        ({"network": None}, {}, "of the network"),
        ({"label": ""}, {}, "a label of 1 to 40"),
        ({"label": "x" * 41}, {}, "a label of 1 to 40"),
        ({"label": "two\nlines"}, {}, "printed characters"),
        ({"label": "\u202eesrever"}, {}, "printed characters"),
        ({}, {"numbers": None}, "a tensor numbers was wanted, none was found"),
        ({}, {"more": np.zeros(3, np.float16)}, "another one, 'more'"),
        ({}, {"numbers": np.zeros((2, 3), np.float16)}, "found. Make it again"),
        ({}, {"numbers": np.zeros((2, 3), np.float32)}, "float32"),
        ({}, {"last.bias": None}, "a tensor last.bias"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_reason(said, changed, reason):
    file = written(said=SAID | said, **changed)
    with pytest.raises(StyleFileError, match=re.escape(reason)) as told:
        read_style(file)
    assert str(told.value).startswith("The style quilt.safetensors is left out: ")
    assert "\n" not in str(told.value)
    assert found_styles() == ((), (str(told.value),))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(StyleFileError, match="finite numbers in numbers"):
        read_style(written(numbers=with_one(value)))


@pytest.mark.parametrize("count", [0, 7, 100, 20_000])
def test_what_is_cut_short_is_refused(count):
    file = put()
    file.write_bytes(file.read_bytes()[:count])
    with pytest.raises(StyleFileError, match="safetensors was wanted"):
        read_style(file)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04K*.",
        b"\xff" * 64,
        (8).to_bytes(8, "little") + json.dumps([1, 2]).encode().ljust(8),
        (2).to_bytes(8, "little") + b"{}",
    ],
)
def test_what_is_no_safetensors_is_refused(data):
    file = styles_folder() / "quilt.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    with pytest.raises(StyleFileError, match="left out"):
        read_style(file)


def test_a_large_file_is_refused_unread():
    file = put()
    with file.open("ab") as stream:
        stream.truncate(10 * MOST_BYTES)
    with pytest.raises(StyleFileError, match="at most 1,000,000 bytes was wanted, more was found"):
        read_style(file)


@pytest.mark.parametrize(
    "name", ["Quilt", "a quilt", "x" * 41, "-quilt", "<b>quilt", "water_lilies", "quilt.v2", "ü"]
)
def test_a_file_is_offered_only_by_a_plain_name_that_no_known_style_has(name):
    written(f"{name}.safetensors")
    good, refused = found_styles()
    assert not good
    assert "a name of a-z, 0-9, _ and -" in refused[0]


def test_links_are_not_followed_and_a_pipe_is_not_waited_for(tmp_path):
    file = put()
    elsewhere = tmp_path / "elsewhere.safetensors"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    (styles_folder() / "folder.safetensors").mkdir()
    os.mkfifo(styles_folder() / "pipe.safetensors")
    good, refused = found_styles()
    assert not good
    assert len(refused) == 3
    assert "a file was wanted, a link was found" in refused[2]
    with pytest.raises(StyleFileError, match="a link was found"):
        own_style("quilt")


def test_no_name_leads_out_of_the_folder(tmp_path):
    put().rename(tmp_path / "cache" / "quilt.safetensors")
    for name in ("../quilt", "..", "/etc/passwd", "quilt", ""):
        with pytest.raises(StyleFileError, match="There is no style"):
            own_style(name)


def test_a_missing_style_is_told_with_what_there_is_and_no_path(tmp_path):
    put("mosaic")
    with pytest.raises(StyleFileError, match=r"one of blue_swirls, .*, mosaic was wanted") as told:
        own_style("quilt")
    assert str(tmp_path) not in str(told.value)


def test_a_bad_file_is_named_once_in_the_log_and_the_others_are_offered(caplog):
    put("good")
    bad = written("bad.safetensors", said=SAID | {"format": "7"})
    for _ in range(3):
        assert [style.name for style in own_styles()] == ["good"]
    assert [record.getMessage().count("bad.safetensors") for record in caplog.records] == [1]
    os.replace(put("other"), bad)  # mended
    assert [style.name for style in own_styles()] == ["bad", "good"]


def test_another_file_of_the_same_name_is_read_anew():
    put(number=3)
    first = own_style("quilt")
    assert own_style("quilt") is first
    put(number=4)
    assert own_style("quilt").key != first.key


def test_not_more_files_than_a_list_holds_are_looked_at(monkeypatch, caplog):
    monkeypatch.setattr(own_files, "MOST_FILES", 2)
    for name in "abc":
        put(name)
    assert [style.name for style in own_styles()] == ["a", "b"]
    assert "the first 2" in caplog.text


def test_without_a_folder_there_are_no_styles():
    assert found_styles() == ((), ())
