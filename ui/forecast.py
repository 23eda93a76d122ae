"""How long a run still takes, as its visitor is told."""

import math
from dataclasses import dataclass

from pipeline.types import Progress, StageName

HALF = 0.5
KNOWN_S = 2.0  # the pace of a stage is known after so many seconds
KNOWN = 0.05  # and so large a fraction of its work


def in_words(seconds: int | None) -> str:
    """Say how many seconds are left, after what is done now; nothing where that is not known."""
    return f", about {seconds} s left" if seconds else ""


@dataclass
class Forecast:
    """The seconds that a run still takes; what is shown of them only falls.

    `began`: when it began. `entered`: when its stage began, and the fraction of the work that was
    done then. `until`: the earliest end that was told.
    """

    began: float
    stage: StageName | None = None
    entered: tuple[float, float] = (0.0, 0.0)
    until: float = math.inf

    def left(self, progress: Progress, now: float) -> int | None:
        """Forecast the seconds to show at `now`.

        Return None where too little is known, or what was told has passed and the run goes on.
        """
        if progress.stage != self.stage:
            self.stage, self.entered = progress.stage, (now, progress.done)
        guess = self._guess(progress, now)
        if guess is None or (self.until - now < min(guess, 1)):
            return None
        self.until = min(self.until, now + guess)
        return max(1, round(self.until - now))

    def _guess(self, progress: Progress, now: float) -> float | None:
        """Extrapolate the seconds left from the pace of this stage, or of those before it."""
        since, before = self.entered
        done, ends = progress.done, max(progress.done, progress.ends)
        last = progress.stage == "segment" and ends == 1  # of a comparison
        fraction = (done - before) / (ends - before) if ends > before else 0.0
        if now - since >= KNOWN_S and fraction >= KNOWN:
            usual = (since - self.began) / before if before else 0.0
            return (now - since) * (1 - fraction) / fraction + usual * (1 - ends)
        if last or done < HALF:  # the stage that decides how long it takes is yet to come
            return None
        return (now - self.began) / done * (1 - done)
