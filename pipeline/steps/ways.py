"""Say in which way what a painter's network paints is made a picture: by strokes, or as a print."""

from contextlib import suppress

from pipeline.runtime.own_files import StyleFileError
from pipeline.runtime.portrait_style_files import OwnPortraitStyle, own_style
from pipeline.settings import PaintSettings
from pipeline.variants import PAINTERS, PORTRAIT_STYLES, Hand, PortraitStyle

OWN_HAND = Hand(lively=1.3)  # of a style of a person's own that is painted


def in_strokes(how: PaintSettings) -> bool:
    """Tell whether a painting is made of strokes, which can be rendered at any size."""
    return PAINTERS[how.painter].vector or hand_of(how) is not None


def hand_of(how: PaintSettings) -> Hand | None:
    """Return whose way with the brush strokes over what a network paints have; None: no strokes."""
    way = way_of(how)
    return way.brush if way else None


def is_printed(how: PaintSettings) -> bool:
    """Tell whether what a network paints is printed from woodblocks."""
    way = way_of(how)
    return way is not None and way.printed


def has_own_edges(how: PaintSettings) -> bool:
    """Tell whether a painting may be larger than its photo, and crisp: of strokes, or printed."""
    return in_strokes(how) or is_printed(how)


def way_of(how: PaintSettings) -> PortraitStyle | None:
    """Return what is known of the portrait style that is painted in; None for other painters.

    Of a style whose file is gone nothing is known, too.
    """
    if "portrait_style" not in PAINTERS[how.painter].own:
        return None
    with suppress(StyleFileError):
        if own := own_portrait_style(how):
            hand = OWN_HAND if own.portraits and not own.printed else None
            return PortraitStyle(own.name, own.label, brush=hand, printed=own.printed)
    return PORTRAIT_STYLES.get(how.portrait_style)


def own_portrait_style(how: PaintSettings) -> OwnPortraitStyle | None:
    """Return the style of a file that portraits are like; None where it is a known one.

    Raises: StyleFileError: it is not there, or its file cannot be used.
    """
    known = how.portrait_style in PORTRAIT_STYLES
    return None if known else own_style(how.portrait_style)
