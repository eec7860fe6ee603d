"""What a stranger's function leaves behind in our transactions: nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import sqlalchemy as sa
from flask import Flask, g

from salesman_core.clients.models import Client
from salesman_core.db import reading, writing
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.testing.people import Make
from salesman_hookspecs import Phase

BROKEN = sa.text("SELECT nothing FROM nowhere")


@pytest.fixture
def host(app: Flask) -> PluginHost:
    return current_host()


def call(host: PluginHost, function: Callable[[], object], phase: Phase) -> str | None:
    """Call a function as a plugin's; give the fault that was noted."""
    faults: list[str] = []
    host.dispatcher.guarded(
        "stranger", "place", function, phase=phase, failed=lambda fault: faults.append(fault.error)
    )
    return faults[0] if faults else None


def swallow() -> None:
    with suppress(sa.exc.SQLAlchemyError):
        reading().execute(BROKEN)


def test_error_that_a_reader_swallowed_does_not_poison_the_next_read(
    host: PluginHost, make: Make
) -> None:
    reading().execute(sa.select(Client.id))

    call(host, swallow, Phase.REQUEST)

    assert reading().execute(sa.select(Client.id)).all() == []


@pytest.mark.parametrize("phase", [Phase.WRITE, Phase.REQUEST])
def test_error_that_was_swallowed_inside_a_change_leaves_the_change(
    host: PluginHost, make: Make, phase: Phase
) -> None:
    with writing() as session:
        client_id = make.client(name="Kept")
        call(host, swallow, phase)
        session.get_one(Client, client_id).source = "after"

    assert reading().get_one(Client, client_id).source == "after"


def test_failing_function_takes_back_what_it_wrote_and_no_more(
    host: PluginHost, make: Make
) -> None:
    def write_and_fail() -> None:
        make.client(name="Stranger's")
        raise RuntimeError

    with writing():
        make.client(name="Kept")
        call(host, write_and_fail, Phase.WRITE)

    assert list(reading().scalars(sa.select(Client.name))) == ["Kept"]


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_function_cannot_end_the_transaction_of_a_change(
    host: PluginHost, make: Make, end: str
) -> None:
    with writing() as session:
        make.client(name="Kept")
        fault = call(host, getattr(session, end), Phase.WRITE)

    assert "ends where it began" in (fault or "")
    assert list(reading().scalars(sa.select(Client.name))) == ["Kept"]


def test_transaction_that_a_reader_left_open_is_ended_and_undone(
    host: PluginHost, make: Make
) -> None:
    kept = []

    def leave_open() -> None:
        kept.append(writing())
        kept[-1].__enter__()
        make.client(name="Stranger's")

    fault = call(host, leave_open, Phase.REQUEST)

    assert "a transaction was left open" in (fault or "")
    assert "salesman_writing" not in g
    make.client(name="Next")  # nobody holds the turn to write
    assert list(reading().scalars(sa.select(Client.name))) == ["Next"]


@pytest.mark.parametrize("phase", [Phase.WRITE, Phase.REQUEST])
def test_savepoint_that_was_left_open_does_not_hinder_the_end_of_a_change(
    host: PluginHost, make: Make, phase: Phase
) -> None:
    with writing() as session:
        make.client(name="Kept")
        call(host, session.begin_nested, phase)

    assert list(reading().scalars(sa.select(Client.name))) == ["Kept"]

    with suppress(ZeroDivisionError), writing() as session:
        call(host, session.begin_nested, phase)
        raise ZeroDivisionError  # the first rule of the core that refuses the change

    make.client(name="Next")
    assert list(reading().scalars(sa.select(Client.name).order_by(Client.id))) == ["Kept", "Next"]


@pytest.mark.databases("sqlite")
def test_mistake_of_the_core_is_not_called_the_plugins(host: PluginHost, make: Make) -> None:
    def mistake() -> None:
        with writing() as session:
            session.add(Client(name=None))
            call(host, lambda: None, Phase.WRITE)

    with pytest.raises(sa.exc.IntegrityError):
        mistake()

    assert not host.dispatcher.faults.pending()
