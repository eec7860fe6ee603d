"""Acts on many records that do what takes long ahead, and that give a file of what was done."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import current_change, db, reading
from salesman_core.errors import ConflictError, MissingError
from salesman_core.jobs.port import jobs
from salesman_core.plugins.discovery import Installed
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.records.export import file_of_run
from salesman_core.records.models import BulkRow, BulkRun
from salesman_core.testing.application import running
from salesman_core.testing.people import Make
from salesman_hookspecs import BulkAction, Plugin, hookimpl


def _prepare(client_id: int, values: Mapping[str, Any], _version: int | None) -> str:
    assert current_change() is None, "nobody waits for a lock meanwhile"
    name = reading().scalar(sa.select(Client.name).where(Client.id == client_id))
    if name == "Unfit":
        raise ConflictError("It does not fit.")
    if name == "Broken":
        raise KeyError(name)
    return f"{name} {values.get('words', 'prepared')}"


def _apply(client_id: int, _values: Mapping[str, Any], _version: int | None, ahead: str) -> Any:
    assert current_change() is not None
    change_client(client_id, {"source": ahead})
    return {"said": ahead}


def _file(done: Sequence[Any]) -> tuple[str, IO[bytes]] | None:
    said = [one["said"] for one in done]
    if "Faulty prepared" in said:
        raise ZeroDivisionError
    return ("All of them.txt", io.BytesIO("\n".join(said).encode())) if len(said) > 1 else None


def _undo(client_id: int, kept: Mapping[str, Any]) -> None:
    change_client(client_id, {"source": f"no {kept['said']}"})


@pytest.fixture
def make(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """People of an application with a plugin that has such an act, as the head of sales."""

    @hookimpl
    def salesman_bulk_actions() -> Sequence[BulkAction]:
        named = ("write", "client", "Write", "core.client.view")
        return [BulkAction(*named, apply=_apply, prepare=_prepare, undo=_undo, file=_file)]

    package, hooks = ModuleType("plugin_of_acts"), ModuleType("plugin_of_acts.hooks")
    vars(package).update(__path__=[], plugin=Plugin(id="acts", title="Acts", api=">=0.1,<1"))
    vars(hooks).update(salesman_bulk_actions=salesman_bulk_actions)
    for module in (package, hooks):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    plugin = Installed("acts", "1.0", "plugin_of_acts")
    with running(database_url, tmp_path / "data", installed=[plugin]) as app:
        made = Make(app)
        with made.acting(made.user_of("head")):
            yield made
        db.session.remove()


def _begin(ids: Sequence[int], at_once: int = 200) -> int:
    return begin_run("client", "acts.write", {}, chosen_by_ids(list(ids)), at_once=at_once)


def _told(run_id: int) -> list[tuple[str, str]]:
    reading().rollback()
    rows = sa.select(BulkRow.state, BulkRow.reason).where(BulkRow.run_id == run_id)
    return [tuple(row) for row in reading().execute(rows.order_by(BulkRow.record_id))]


def _sources() -> list[str]:
    return list(reading().scalars(sa.select(Client.source).order_by(Client.id)))


def test_what_takes_long_is_done_ahead_of_its_transaction_and_told_row_by_row(make: Make) -> None:
    clients = [make.client(name=name) for name in ("Anna", "Unfit", "Broken", "Bert")]

    run_id = _begin(clients)

    first, unfit, broken, last = _told(run_id)
    assert (first, unfit, last) == (("done", ""), ("refused", "It does not fit."), ("done", ""))
    assert broken[0] == "refused"
    assert "The plugin acts failed here" in broken[1]
    assert _sources() == ["Anna prepared", "", "", "Bert prepared"]


def test_the_file_of_an_act_lies_with_its_run(make: Make) -> None:
    run_id = _begin([make.client(name=name) for name in ("Anna", "Bert")])

    path, run = file_of_run(run_id)

    assert (path.read_text(), run.file_name) == ("Anna prepared\nBert prepared", "All of them.txt")
    with pytest.raises(MissingError):
        file_of_run(_begin([make.client(name="Alone")]))


def test_a_file_that_cannot_be_made_takes_nothing_back(make: Make) -> None:
    run_id = _begin([make.client(name="Faulty"), make.client(name="Anna")])

    assert _told(run_id) == [("done", ""), ("done", "")]
    stopped, ended = (
        reading()
        .execute(sa.select(BulkRun.stopped, BulkRun.ended_at).where(BulkRun.id == run_id))
        .one()
    )
    assert "The plugin acts failed here" in stopped
    assert ended is not None


def test_more_than_one_such_record_is_done_in_the_background_and_undone_as_ever(
    make: Make,
) -> None:
    clients = [make.client(name=name) for name in ("Anna", "Bert")]
    run_id = begin_run("client", "acts.write", {}, chosen_by_ids(clients))
    assert _told(run_id) == [("waiting", ""), ("waiting", "")]

    jobs().drain()

    assert _told(run_id) == [("done", ""), ("done", "")]
    assert _told(undo_run(run_id)) == [("done", ""), ("done", "")]
    assert _sources() == ["no Anna prepared", "no Bert prepared"]
