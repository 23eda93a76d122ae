import threading
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.steps.cache import ENTRY_BYTES, StageCache, measure_bytes

KB = 1024


def picture(kilobytes):
    return np.zeros(kilobytes * KB, np.uint8)


@dataclass(frozen=True)
class Stage:
    picture: np.ndarray
    parts: tuple


def fill(cache, owner, *keys, kilobytes=10):
    for key in keys:
        cache.of(owner).get(key, lambda: picture(kilobytes))


def holds(cache, owner, key):
    made = []
    cache.of(owner).get(key, lambda: made.append(1))
    return not made


def test_a_value_is_made_once():
    cache, made = StageCache(), []
    values = [
        cache.of("ann").get(("paint", 2.0), lambda: made.append(1) or picture(1)) for _ in range(3)
    ]
    assert made == [1]
    assert values[0] is values[2]


def test_none_is_a_value_like_any_other():
    cache = StageCache()
    cache.of("ann").get("k", lambda: None)
    assert cache.of("ann").get("k", lambda: pytest.fail("made again")) is None


def test_owners_do_not_see_each_other():
    cache = StageCache()
    fill(cache, "ann", "k")
    assert not holds(cache, "bob", "k")


def test_dropping_an_owner_forgets_all_of_theirs_alone():
    cache = StageCache()
    fill(cache, "ann", 1, 2)
    fill(cache, "bob", 1)
    cache.drop("ann")
    cache.drop("nobody")
    assert cache.size("ann") == 0
    assert holds(cache, "bob", 1)


def test_what_is_still_made_for_an_owner_who_left_is_not_kept():
    cache = StageCache()
    view = cache.of("ann")

    def leave_meanwhile():
        cache.drop("ann")
        return picture(1)

    assert len(view.get("k", leave_meanwhile)) == KB
    view.get("later", lambda: picture(1))
    assert cache.size() == 0
    fill(cache, "ann", "k")
    assert holds(cache, "ann", "k"), "a new visit under the same name keeps again"


def test_what_lies_on_a_disk_takes_no_memory(tmp_path):
    file = tmp_path / "pixels.npy"
    np.save(file, picture(8))
    on_disk = np.load(file, mmap_mode="r")
    assert measure_bytes((on_disk, np.asarray(on_disk)[:100], picture(1))) == KB
    assert measure_bytes(np.empty_like(on_disk)) == 8 * KB


def test_the_least_recently_used_goes_first():
    cache = StageCache(owner_bytes=34 * KB)
    fill(cache, "ann", 1, 2, 3)
    fill(cache, "ann", 1)  # used again
    fill(cache, "ann", 4)
    assert [holds(cache, "ann", key) for key in (1, 3, 4)] == [True, True, True]
    assert not holds(cache, "ann", 2)


def test_one_owner_cannot_push_out_another_before_the_total_is_full():
    cache = StageCache(owner_bytes=34 * KB, total_bytes=100 * KB)
    fill(cache, "ann", 1)
    fill(cache, "bob", *range(20))
    assert holds(cache, "ann", 1)


def test_the_total_is_capped_over_owners():
    cache = StageCache(owner_bytes=34 * KB, total_bytes=50 * KB)
    for owner in "abcdefgh":
        fill(cache, owner, 1, 2)
    assert cache.size() <= 50 * KB
    assert not holds(cache, "a", 1)
    assert holds(cache, "h", 2)


def test_a_value_over_the_cap_is_returned_but_not_kept_and_pushes_nothing_out():
    cache = StageCache(owner_bytes=34 * KB)
    fill(cache, "ann", 1)
    fill(cache, "ann", "huge", kilobytes=40)
    assert holds(cache, "ann", 1)
    assert not holds(cache, "ann", "huge")


def test_what_make_raises_passes_through_and_nothing_is_kept():
    cache = StageCache()
    with pytest.raises(KeyError):
        cache.of("ann").get("k", lambda: {}["absent"])
    assert cache.size() == 0


def test_arrays_are_counted_wherever_they_are_once():
    shared = picture(3)
    value = Stage(shared, (picture(2), {"a": [picture(1), shared], "b": "text"}))
    assert measure_bytes(value) == 6 * KB
    assert measure_bytes(None) == measure_bytes(Stage) == 0


def test_a_view_counts_as_what_it_keeps_alive():
    assert measure_bytes(picture(8)[:10]) == 8 * KB


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 8), st.integers(0, 30)), max_size=60)
)
def test_no_order_of_calls_exceeds_the_caps(calls):
    cache = StageCache(owner_bytes=40 * KB, total_bytes=70 * KB)
    for owner, key, kilobytes in calls:
        fill(cache, owner, key, kilobytes=kilobytes)
        assert cache.size(owner) <= 40 * KB
        assert cache.size() <= 70 * KB
    assert cache.size() == sum(cache.size(owner) for owner in "abc")


def test_small_values_cannot_pile_up_without_end():
    cache = StageCache(owner_bytes=10 * ENTRY_BYTES)
    for key in range(100):
        cache.of("ann").get(key, lambda: 1)
    assert cache.size("ann") <= 10 * ENTRY_BYTES


def test_many_threads_at_once_get_what_they_asked_for():
    cache, wrong = StageCache(owner_bytes=40 * KB, total_bytes=70 * KB), []

    def work(owner):
        for turn in range(200):
            key = turn % 7
            value = cache.of(owner).get(key, lambda: (owner, key, picture(key)))  # noqa: B023 - called at once
            if value[:2] != (owner, key):
                wrong.append(value)
            if turn % 50 == 0:
                cache.drop(owner)

    threads = [threading.Thread(target=work, args=(owner,)) for owner in "aabbcc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert cache.size() <= 70 * KB
