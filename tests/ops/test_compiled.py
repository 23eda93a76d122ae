"""Compiled code is kept where it can be, and runs where it cannot."""

import numba
import pytest

from pipeline.ops import compiled as module
from pipeline.ops.compiled import compiled


def twice(x):
    return 2 * x


def test_a_compiled_function_does_what_it_says():
    assert compiled(twice)(21) == 42


def test_without_a_folder_to_keep_it_the_code_is_compiled_all_the_same(monkeypatch):
    asked = []

    def no_folder(function, **how):
        asked.append(how)
        if how.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(function, **how)

    monkeypatch.setattr(module, "njit", no_folder)
    assert compiled(twice)(4) == 8
    assert [how.get("cache") for how in asked] == [True, None]


def test_other_faults_of_numba_are_not_hidden(monkeypatch):
    def broken(function, **how):
        raise TypeError("broken")

    monkeypatch.setattr(module, "njit", broken)
    with pytest.raises(TypeError):
        compiled(twice)
