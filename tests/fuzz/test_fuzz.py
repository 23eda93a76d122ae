"""A short run of `python -m tests.fuzz`, in this process; hypothesis makes settings and links."""

import logging
import time
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.io.strokes_files import read_strokes
from pipeline.settings import Settings
from tests.fuzz.mutations import SIGNATURE, mutated, with_checksums
from tests.fuzz.seeds import FORMATS, files_of, packed, strokes_arrays
from tests.fuzz.targets import WrongError, case_of, outcome
from tests.fuzz.watching import rng_of

COUNT, MOST_S = 25, 1.2  # of each kind, whichever is over first: 20 s in all
FLAGS = [*Settings().flat(), "like", "format", "broad", "nothing"]
quiet = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    logging.disable(logging.CRITICAL)
    yield tmp_path_factory.mktemp("fuzz")
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("kind", FORMATS)
def test_good_files_are_read(kind, folder):
    assert [outcome(kind, data, folder) for data in files_of(kind, folder)] == ["read"] * len(
        files_of(kind, folder)
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_a_broken_file_is_read_or_refused_in_a_sentence(kind, folder):
    began = time.process_time()
    for number in range(COUNT):
        outcome(kind, case_of(kind, rng_of(kind, number, 1), folder), folder)
        if time.process_time() - began > MOST_S:
            break


texts = st.text(max_size=30) | st.sampled_from(["", "nan", "1e999", "-1", "\x00", "<script>"])
numbers = st.integers() | st.floats() | st.just(10**400)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@quiet
@given(
    st.dictionaries(st.sampled_from(FLAGS) | texts, values, max_size=4)
    | st.text(max_size=40)
    | st.sampled_from(["[" * 5000, '{"settings": ' * 500, '{"settings": {"painter": "\\ud800"}}'])
)
def test_settings_are_read_or_refused_in_a_sentence(folder, content):
    import json

    text = content if isinstance(content, str) else json.dumps({"settings": content})
    outcome("settings", text.encode("utf-8", "surrogatepass"), folder)


@quiet
@given(st.dictionaries(st.sampled_from(FLAGS) | texts, texts, max_size=6))
def test_links_are_followed_as_far_as_they_can_be(folder, query):
    outcome("links", urlencode(query, errors="surrogatepass").encode(), folder)


@quiet
@given(st.binary(max_size=400), st.sampled_from(FORMATS))
def test_noise_is_refused(folder, data, kind):
    assert outcome(kind, data, folder) != "read"


def test_an_archive_that_unpacks_to_much_more_than_its_size_is_refused(folder, monkeypatch):
    path = folder / "bomb.npz"
    path.write_bytes(packed(strokes_arrays() | {"width": np.zeros(3_000_000, np.float32)}))
    assert path.stat().st_size < 50_000
    monkeypatch.setattr("pipeline.io.strokes_files.MOST_BYTES", 2**20)
    with pytest.raises(ValueError, match="unpacks to 11 MB"):
        read_strokes(path)


def test_what_nobody_would_tell_in_a_sentence_is_a_failure(folder, monkeypatch):
    def fail(*_: object) -> None:
        raise KeyError("a surprise")

    monkeypatch.setattr("tests.fuzz.targets.read_photo", fail)
    with pytest.raises(KeyError):
        outcome("jpeg", b"", folder)

    def tell(*_: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr("tests.fuzz.targets.read_photo", tell)
    with pytest.raises(WrongError):
        outcome("jpeg", b"", folder)


def test_mutations_are_the_same_each_time_and_differ_from_each_other(folder):
    (data, *_) = files_of("png", folder)
    made = [mutated(data, rng_of("png", number, 0)) for number in range(50)]
    assert made == [mutated(data, rng_of("png", number, 0)) for number in range(50)]
    assert len(set(made)) > 40
    assert with_checksums(data) == data
    assert data.startswith(SIGNATURE)
