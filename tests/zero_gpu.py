"""A stand-in for the package `spaces` on ZeroGPU: what its decorator does to a generator function.

Each call runs in a forked process of its own. Arguments and what is yielded cross, pickled, and
nothing else; of an error only its kind comes back; who stops listening sets a sign that is looked
at after the next value.
"""

import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from functools import wraps
from types import SimpleNamespace
from typing import Any

FORK = multiprocessing.get_context("fork")


class ZeroGpuError(Exception):
    """What the page gets of an error there."""


class Card(SimpleNamespace):
    """The module. `lent`: how long the card was lent for, s, by call."""

    def __init__(self):
        super().__init__(lent=[])

    def GPU(self, *, duration: Callable[..., int]):  # noqa: N802 - the package's name
        def decorate(task: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
            @wraps(task)
            def call(*args):
                self.lent.append(duration(*args))
                there, here = FORK.SimpleQueue(), FORK.SimpleQueue()
                stop = FORK.Event()
                worker = FORK.Process(target=_serve, args=(task, there, here, stop), daemon=True)
                worker.start()
                there.put(pickle.dumps(args))
                try:
                    while (said := pickle.loads(here.get())) is not None:
                        kind, value = said
                        if kind == "error":
                            raise ZeroGpuError(value)
                        yield value
                finally:
                    stop.set()
                    worker.join(20)

            return call

        return decorate


def _serve(task, there, here, stop):
    try:
        for value in (values := task(*pickle.loads(there.get()))):
            if stop.is_set():
                values.close()
                break
            here.put(pickle.dumps(("value", value)))
        here.put(pickle.dumps(None))
    except Exception as error:
        here.put(pickle.dumps(("error", type(error).__name__)))
