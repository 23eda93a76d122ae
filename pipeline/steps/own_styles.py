"""Say which styles of files count in a painting."""

from pipeline.runtime.portrait_style_files import OwnPortraitStyle
from pipeline.runtime.styles import OwnStyle
from pipeline.settings import PaintSettings
from pipeline.steps.fast_style import mix_of
from pipeline.steps.ways import own_portrait_style
from pipeline.variants import FAST_STYLES, PAINTERS


def own_of(how: PaintSettings) -> tuple[OwnStyle | OwnPortraitStyle, ...]:
    """Return the styles of files that count in a painting.

    Raises: StyleFileError: one is not there, or its file cannot be used.
    """
    own = PAINTERS[how.painter].own
    if "fast_style" in own:
        return tuple(style for style, _ in mix_of(how, tuple(FAST_STYLES)).own)
    style = own_portrait_style(how) if "portrait_style" in own else None
    return (style,) if style else ()
