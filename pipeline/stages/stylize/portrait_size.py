"""At which size a photo is painted by a network that has learned from faces of one size."""

from pipeline.ops.resample import size_of_short, size_within

FACE_PX = 150.0  # height of the largest face, at the usual brush
PLAIN_PX = 448.0  # the short side, where there is no face
LEAST_PX = 256.0  # of the short side: below, nothing but the face is left
LARGER = 2.0  # times that a small photo is enlarged at most


def portrait_size(
    size: tuple[int, int], face_px: float, *, brush: float, pixels: int, stride: int
) -> tuple[int, int]:
    """Compute the (height, width) at which a photo of a `size` is painted, multiples of `stride`.

    `face_px`: the height of its largest face; 0: there is none. `brush`: how many times as wide as
    usual strokes are; faces are so many times smaller. `pixels`: the most that it may have.
    """
    short = min(size)
    usual = short * FACE_PX / face_px if face_px else PLAIN_PX
    wanted = min(max(usual / brush, LEAST_PX), LARGER * short)
    asked = size_of_short(size, wanted, stride)
    if asked[0] * asked[1] <= pixels:
        return asked
    return size_of_short(size, min(size_within(asked, pixels)), stride)
