"""Less garbage collection during a run, and no trace of it afterwards."""

from __future__ import annotations

import gc

import pytest

from conflict_extract.batch.garbage import collecting_seldom


def test_what_was_set_is_set_again() -> None:
    """Thresholds and frozen objects are as before, after an error too; cycles are still collected within."""
    before = gc.get_threshold(), gc.get_freeze_count()

    class Node:
        alive = 0

        def __init__(self) -> None:
            Node.alive += 1
            self.itself = self

        def __del__(self) -> None:
            Node.alive -= 1

    def work() -> None:
        with collecting_seldom():
            assert gc.get_threshold()[0] > before[0][0]
            for _ in range(100_000):
                Node()
            assert Node.alive < 50_000
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_a_collector_that_somebody_set_is_left_alone() -> None:
    """Switched off it stays off; one within another changes nothing."""
    gc.disable()
    try:
        before = gc.get_threshold()
        with collecting_seldom():
            assert gc.get_threshold() == before
    finally:
        gc.enable()
    with collecting_seldom():
        within = gc.get_threshold()
        with collecting_seldom():
            assert gc.get_threshold() == within
        assert gc.get_threshold() == within
