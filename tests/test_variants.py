"""Every variant is one line: a key, a label, a function, and a network that is known."""

import pytest
from pydantic import ValidationError

from pipeline.settings import PaintSettings, SegmentSettings, Settings, options
from pipeline.variants import FAST_STYLES, NETWORK_MOODS, PORTRAIT_STYLES, VARIANTS
from pipeline.weights.catalog import CATALOG
from training.export import CARDS

STYLES = ("fast_style", "fast_second")
ALL = [(flag, variant) for flag, table in VARIANTS.items() for variant in table.values()]


@pytest.mark.parametrize(("flag", "variant"), ALL, ids=lambda value: getattr(value, "key", value))
def test_a_variant_has_a_function_a_label_and_a_network_that_is_known(flag, variant):
    assert variant.label
    assert variant.network is None or variant.network in CATALOG or variant.network in CARDS
    assert flag in ("mood", "network_mood", "portrait_style", *STYLES) or callable(variant.load())


@pytest.mark.parametrize("flag", VARIANTS)
def test_settings_flags_and_widgets_offer_what_the_table_holds(flag):
    option = next(option for option in options() if option.flag == flag)
    assert option.choices == tuple(VARIANTS[flag])
    assert option.names == tuple(variant.label for variant in VARIANTS[flag].values())
    assert option.default in VARIANTS[flag]


def test_a_key_that_no_table_holds_is_refused_however_it_comes():
    with pytest.raises(ValueError, match="segmenter is one of unet, unet_whole"):
        Settings.from_flat(segmenter="sam")
    with pytest.raises(ValidationError, match="segmenter is one of unet, unet_whole"):
        SegmentSettings(segmenter="sam")
    with pytest.raises(ValidationError, match="painter is one of"):
        PaintSettings(painter="manet")


def test_the_network_of_fast_styles_knows_all_of_them_in_this_order():
    assert CATALOG["fast_style"].styles == tuple(FAST_STYLES)


def test_the_embedded_portrait_styles_are_offered():
    embedded = {name for name, entry in CATALOG.items() if entry.role == "portrait_style"}
    assert embedded
    assert embedded <= {style.network for style in PORTRAIT_STYLES.values()}


def test_only_a_mood_may_have_no_network_of_its_own():
    assert [mood.key for mood in NETWORK_MOODS.values() if not mood.network] == ["monet"]
