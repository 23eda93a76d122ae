"""The fast painter's mix: of styles that its network knows, and of those of files."""

import numpy as np
import pytest

from pipeline.runtime.models import Loaded, assemble
from pipeline.runtime.style_files import StyleFileError
from pipeline.settings import Settings
from pipeline.steps.fast_style import by_fast_style, mix_of
from pipeline.steps.run import Keyed, Run
from pipeline.types import Photo
from pipeline.variants import FAST_STYLES
from pipeline.weights.resolve import obtain
from tests.own_styles import ENTRY, alone, empty, put  # noqa: F401 - `empty` is a fixture

pytestmark = pytest.mark.usefixtures("empty")
NAMES = tuple(FAST_STYLES)
PHOTO = Photo(np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8))


def how(**values):
    return Settings.from_flat(painter="fast", canvas=0.0, **values)


class Painters:
    """Models of one painter, whose paint is the mean of what it is given."""

    def load(self, role, policy) -> Loaded:
        del role, policy
        return assemble(obtain(ENTRY), lambda weights: self.run)

    def run(self, batch, *given):
        self.given = given
        return np.full_like(batch, np.tanh(given[1].mean()))


def test_known_styles_alone_take_no_file():
    mix = mix_of(how(fast_style=NAMES[1], fast_second=NAMES[4], fast_mix=0.25).paint, NAMES)
    wanted = [0.75 * a + 0.25 * b for a, b in zip(alone(1), alone(4), strict=True)]
    assert mix.own == ()
    assert mix.known == pytest.approx(wanted)
    twice = mix_of(how(fast_style=NAMES[2], fast_second=NAMES[2], fast_mix=0.3).paint, NAMES)
    assert twice.known == pytest.approx(alone(2))


def test_styles_of_files_count_as_much_as_is_said():
    put("quilt")
    put("tiles")
    both = mix_of(how(fast_style="quilt", fast_second="tiles", fast_mix=0.25).paint, NAMES)
    assert [(style.name, share) for style, share in both.own] == [("quilt", 0.75), ("tiles", 0.25)]
    assert not any(both.known)
    half = mix_of(how(fast_style="winter", fast_second="quilt", fast_mix=0.5).paint, NAMES)
    assert (sum(half.known), half.own[0][1]) == (0.5, 0.5)


def test_one_that_is_missing_matters_only_where_it_counts():
    assert mix_of(how(fast_style="winter", fast_second="quilt").paint, NAMES).own == ()
    with pytest.raises(StyleFileError, match="There is no style 'quilt'"):
        mix_of(how(fast_style="winter", fast_second="quilt", fast_mix=0.1).paint, NAMES)


def test_a_painting_names_the_file_and_is_made_anew_where_it_changed():
    models, nobody = Painters(), Keyed(None, "nobody")
    put("quilt", number=3)
    run = Run(PHOTO, how(fast_style="quilt"), models)
    first = by_fast_style(run, nobody)
    assert [use.name for use in run.used] == ["fast_style", "styles/quilt"]
    assert by_fast_style(run, nobody).key == first.key
    put("quilt", number=8)
    other = by_fast_style(run, nobody)
    assert other.key != first.key
    assert np.abs(other.value.scene.styled - first.value.scene.styled).mean() > 0.001
