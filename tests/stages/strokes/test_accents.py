import numpy as np

from pipeline.stages.strokes.accents import may_leave

SIZE = (40, 60)


def leaving(hair_light: float, light_behind: float) -> np.ndarray:
    """Say where strands of hair, on the left, may leave it before what is on the right."""
    x = np.broadcast_to(np.arange(SIZE[1]), SIZE)
    hair = (x < 30).astype(np.float32)
    light = np.where(hair > 0.5, hair_light, light_behind).astype(np.float32)
    edge = np.abs(x - 29.5).astype(np.float32)
    inward = np.zeros((*SIZE, 2), np.float32)
    inward[..., 0] = -1
    i, j = (places.ravel() for places in np.indices(SIZE))
    return may_leave(i, j, 3.0, light, hair, hair, edge, inward).reshape(SIZE)


def test_strands_leave_near_the_outline_of_hair_alone():
    may = leaving(20, 70)
    assert may[:, 25:30].all()
    assert not may[:, :20].any()
    assert not may[:, 30:].any()


def test_pale_strands_are_no_scratches_on_what_is_darker():
    assert not leaving(85, 35).any()
    assert leaving(60, 55).any()
