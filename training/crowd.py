"""People with wishes: regions of varied views, pointed at as people do, again and again."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from pipeline.types import Labels, Pixels
from training.clicks import ADD, Asked, Logits, center, correction, first
from training.damage import damaged
from training.framing import composed
from training.light_sam import MEAN_COLOR, SIDE, LightSam, features_of
from training.regions import Region, Shared, choices, found, known, numbered

PER_VIEW = 4  # wishes


@dataclass
class Task:
    """A region that is wanted of a view, and how far the conversation about it has come.

    It keeps where the region is known, the view's features, what was pointed at so far and how
    often it was answered.
    """

    features: Tensor
    wanted: Region
    known: Region
    asked: Asked
    answers: int = 0


def correct(task: Task, mask: Logits, rng: np.random.Generator) -> None:
    """Add a click where the mask is most wrong, and that mask to go on from."""
    click = correction(task.wanted, mask, task.known, rng) or (center(task.wanted), ADD)
    task.asked = task.asked.and_at(click[0], (click[1],), mask)
    task.answers += 1


class Crowd:
    """People with wishes, each at another point of a conversation.

    They are drawn, answered, corrected and drawn again. So every step sees many views though few
    are made, and a person's later clicks cost no more than the first.
    """

    def __init__(
        self,
        network: LightSam,
        samples: Shared,
        scenes: list[Path],
        size: int,
        rng: np.random.Generator,
    ) -> None:
        self.network, self.samples, self.scenes, self.size, self.rng = (
            network,
            samples,
            scenes,
            size,
            rng,
        )
        self.waiting: list[Task] = []

    def drawn(self, count: int) -> list[Task]:
        """Take some tasks out of the crowd after filling it up."""
        while len(self.waiting) < self.size:
            photo, labels = view(self.samples, self.scenes, self.rng)
            self.waiting += tasks_of(features_of(self.network, photo), labels, PER_VIEW, self.rng)
        return [self.waiting.pop(self.rng.integers(len(self.waiting))) for _ in range(count)]

    def go_on(self, tasks: list[Task], rounds: int) -> None:
        """Put the tasks back that were answered fewer than so many times."""
        self.waiting += [task for task in tasks if task.answers < rounds]


def view(samples: Shared, scenes: list[Path], rng: np.random.Generator) -> tuple[Pixels, Labels]:
    """Return a varied view and its labels; its people are numbered."""
    count = iter(range(8))
    photo, labels = composed(
        lambda: numbered(samples[rng.choice(len(samples), p=samples.weights)], next(count)),
        scenes,
        SIDE,
        rng,
    )
    photo = damaged(photo)
    if rng.random() < 0.4:  # photos are seldom square
        edge = int(rng.uniform(0.55, 1) * SIDE)
        strip = np.s_[edge:] if rng.random() < 0.5 else np.s_[:, edge:]
        photo[strip], labels[strip] = MEAN_COLOR, 0
    return photo, labels


def tasks_of(features: Tensor, labels: Labels, count: int, rng: np.random.Generator) -> list[Task]:
    """Choose regions of a view and how a person would begin to point at them.

    There are none where there is nobody.
    """
    pairs, weights = choices(labels)
    tasks = []
    for i in rng.choice(len(pairs), count, p=weights) if pairs else ():
        name, person = pairs[i]
        wanted = found(labels, name, person)
        parts = [
            found(labels, other, who)
            for other, who in pairs
            if who == person and other not in (name, "person")
        ]
        tasks.append(Task(features, wanted, known(labels, name, person), first(wanted, parts, rng)))
    return tasks
