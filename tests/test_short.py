import pytest

from pipeline.settings import Settings
from pipeline.settings.short import LONGEST, short


def test_what_is_short_is_shown_as_it_is():
    assert [short(each) for each in ("a", 3, None)] == ["'a'", "3", "None"]


@pytest.mark.parametrize(
    "sent", [{"x" * 60_000: 1}, {"painter": "x" * 60_000}, {"border": 10**400}]
)
def test_what_is_long_does_not_make_a_long_sentence(sent):
    assert len(short(sent)) == LONGEST + 1
    with pytest.raises(ValueError, match=r"setting|painter|border") as error:
        Settings.from_flat(**sent)
    assert len(str(error.value)) < 1000
