"""Smooth what moves: strongly while it rests, hardly while it moves fast."""

import numpy as np
from numpy.typing import NDArray

REST_HZ = 1.0  # frequency above which a value at rest is smoothed away
SPEED = 0.02  # how much that frequency rises with speed, a unit a second
SPEED_HZ = 1.0  # frequency above which the speed itself is smoothed


class OneEuro:
    """Smooth values, an array of one shape, that come `rate` times a second.

    Source: Casiez et al. 2012, "1 € Filter", algorithm 1.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._value: NDArray[np.float32] | None = None
        self._speed: NDArray[np.float32] | float = 0.0

    def __call__(self, value: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the smoothed value; the first is as it is."""
        if self._value is None or self._value.shape != value.shape:
            self._value, self._speed = value, 0.0
            return value
        speed = (value - self._value) * self._rate
        self._speed = self._speed + self._share(SPEED_HZ) * (speed - self._speed)
        share = self._share(np.asarray(REST_HZ + SPEED * np.abs(self._speed), np.float32))
        self._value = np.asarray(self._value + share * (value - self._value), np.float32)
        return self._value

    def _share(self, hertz: float | NDArray[np.float32]) -> float | NDArray[np.float32]:
        """Return how much of a new value counts where what is faster is smoothed away."""
        turn = 2 * np.pi * hertz / self._rate
        return turn / (turn + 1)
