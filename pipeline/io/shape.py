"""Refuse shapes in which there is nothing to paint, whether of photos, films or cameras."""

from pipeline.types import MIN_SIDE, PhotoError

MAX_ASPECT = 20


def check_shape(width: int, height: int, refusal: type[PhotoError] = PhotoError) -> None:
    """Refuse a picture that is too small or too thin, before a pixel is decoded.

    Raises: `refusal`: it is.
    """
    if min(width, height) < MIN_SIDE:
        raise refusal(
            f"Wanted at least {MIN_SIDE} px on each side, found {width} x {height}; "
            "choose a larger one."
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise refusal(
            f"Wanted at most {MAX_ASPECT} times as long as wide, found {width} x {height}; "
            "crop it first."
        )
