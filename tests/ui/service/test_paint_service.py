"""Two paintings would take twice the memory: whoever asks, one is made at a time."""

import threading
import time

from pipeline.settings import Settings
from tests.page import Pipeline, private  # noqa: F401 - `private` is a fixture
from ui.service import PaintService
from ui.service.repainting import WITHOUT_NETWORKS


class Slow(Pipeline):
    """Notes how many paintings are made at once, of those that run networks and of the others."""

    def __init__(self):
        super().__init__()
        self.now = {True: 0, False: 0}
        self.most = {True: 0, False: 0}
        self.lock = threading.Lock()

    def __call__(self, photo, settings, *, cached=frozenset(), **how):
        heavy = not cached
        with self.lock:
            self.now[heavy] += 1
            self.most[heavy] = max(self.most[heavy], self.now[heavy])
        time.sleep(0.1)
        with self.lock:
            self.now[heavy] -= 1


def run_at_once(count, act):
    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_networks_run_for_one_painting_at_a_time_and_blends_need_not_wait():
    slow = Slow()
    service = PaintService(paint=slow, models=object())
    run_at_once(3, lambda: service.paint(None, Settings()))
    assert slow.most[True] == 1
    run_at_once(3, lambda: service.paint(None, Settings(), cached=WITHOUT_NETWORKS))
    assert slow.most[False] > 1
