"""How commands keep their memory while they work through rows."""

from __future__ import annotations

import gc

import pytest

from salesman_core.cli.memory import settled


def test_settled_looks_for_garbage_less_often_and_then_as_before() -> None:
    gc.unfreeze()  # the suite has frozen what lasts as long as the run
    before = gc.get_threshold()

    with settled():
        during = gc.get_threshold()

    assert during[0] > before[0]
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_settled_ends_with_what_went_wrong() -> None:
    before = gc.get_threshold()

    with pytest.raises(LookupError), settled():
        raise LookupError

    assert gc.get_threshold() == before
