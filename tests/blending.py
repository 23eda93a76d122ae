"""The stages of the blend in one, as tests of its laws take them."""

import numpy as np

from pipeline.stages.blend import set_in, soften


def blend(styled, person, mask, faces, *, strength, feather, harmony):
    """Set the kept region, feathered, into the painting; return the result and its alpha."""
    region = soften(mask, faces, feather=feather)
    if region is None:
        return styled, np.zeros_like(mask)
    return set_in(styled, person[region.window], region, strength=strength, harmony=harmony)
