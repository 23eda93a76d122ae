"""How long a run still takes, as its visitor is told."""

import math
from dataclasses import dataclass, field

from pipeline.types import Progress, StageName
from ui.words import say

LARGE_SIZES = "4096", "8192"  # what results are set to that take long to make
HALF = 0.5
KNOWN_S = 2.0  # the pace of a stage is known after so many seconds
KNOWN = 0.08  # and so large a fraction of its work


def in_words(seconds: int | None) -> str:
    """Say how many seconds are left, after what is done now; nothing where that is not known."""
    return f", {say('about {n} s left', n=seconds)}" if seconds else ""


@dataclass
class Forecast:
    """The seconds that a run still takes; what is shown of them only falls.

    `began`: when it began. `entered`: when its stage began, and the fraction of the work that was
    done then. `seen`: when how much of it was done since. `until`: the earliest end that was told.
    """

    began: float
    stage: StageName | None = None
    entered: tuple[float, float] = (0.0, 0.0)
    seen: list[tuple[float, float]] = field(default_factory=list)
    until: float = math.inf

    def left(self, progress: Progress, now: float) -> int | None:
        """Forecast the seconds to show at `now`.

        Return None where too little is known, or what was told has passed and the run goes on.
        """
        if progress.stage != self.stage:
            self.stage, self.entered, self.seen = progress.stage, (now, progress.done), []
        self.seen.append((now, progress.done))
        guess = self._guess(progress, now)
        if guess is None or (self.until - now < min(guess, 1)):
            return None
        self.until = min(self.until, now + guess)
        return max(1, round(self.until - now))

    def share(self, progress: Progress) -> float:
        """Return the share of its stage that is done, of the progress seen last."""
        _, before = self.entered
        ends = max(progress.done, progress.ends)
        return (progress.done - before) / (ends - before) if ends > before else 0.0

    def _guess(self, progress: Progress, now: float) -> float | None:
        """Extrapolate the seconds left from the pace of this stage, or of those before it.

        Its pace is that of the later half: a stage is slow to begin.
        """
        since, before = self.entered
        done, ends = progress.done, max(progress.done, progress.ends)
        last = progress.stage == "segment" and ends == 1  # of a comparison
        fraction = self.share(progress)
        if now - since >= KNOWN_S and fraction >= KNOWN:
            at, half = next(each for each in self.seen if each[1] >= (before + done) / 2)
            pace = (now - at) / (done - half) if done > half else (now - since) / (done - before)
            usual = (since - self.began) / before if before else 0.0
            return pace * (ends - done) + min(pace, usual) * (1 - ends)
        if last or done < HALF:  # the stage that decides how long it takes is yet to come
            return None
        return (now - self.began) / done * (1 - done)
