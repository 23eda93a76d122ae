"""Notes are one line of text: nothing in them is unseen, turns the page around, or is too long."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.sharing.notes import MOST_LINE, MOST_NAME, NoteError, note_of, plain

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
TEXT = st.text(st.characters(), max_size=80) | st.text(
    f"a \n\0{BIDI}\u0301\u200d\ud800", max_size=80
)


@given(TEXT)
def test_what_is_left_is_seen_and_stays_as_it_is(text):
    left = plain(text)
    assert plain(left) == left
    assert not {unicodedata.category(c) for c in left} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not set(left) & set(BIDI)
    left.encode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # text, shown as text
        ("Grüße aus München", "Grüße aus München"),
        ("two\nlines\r\n and\ttabs ", "two lines and tabs"),
        ("a\u202eb\u2066c", "abc"),
        ("\x1b[31mred\x07", "[31mred"),
        ("👩\u200d🎨", "👩\u200d🎨"),  # a joiner that is needed
        ("z" + "\u0335" * 40, "z" + "\u0335" * 3),
        ("\u200d\u200c ", ""),
        ("e\u200b\u0301", "é"),
    ],
)
def test_text_of_people_stays_and_tricks_go(text, left):
    assert plain(text) == left


@given(st.integers(0, 4 * MOST_LINE + 5), st.integers(0, 4 * MOST_NAME + 5))
def test_a_note_has_a_line_and_neither_is_too_long(line, name):
    if 0 < line <= MOST_LINE and name <= MOST_NAME:
        note = note_of("n" * name, "l" * line, 1.0)
        assert (len(note.name), len(note.line), note.at) == (name, line, 1.0)
    else:
        with pytest.raises(NoteError):
            note_of("n" * name, "l" * line, 1.0)


@pytest.mark.parametrize("bad", [None, 1, ["a"], {"a": 1}, b"a"])
def test_what_is_no_text_is_refused(bad):
    with pytest.raises(NoteError, match="as text"):
        note_of("", bad, 1.0)
    with pytest.raises(NoteError, match="as text"):
        note_of(bad, "a", 1.0)
