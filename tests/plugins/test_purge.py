"""Removing what a plugin has left in the database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.intake import create_lead

from salesman_core.clients.evidence import INTEREST
from salesman_core.clients.ladder import add_evidence
from salesman_core.clients.models import Client, ClientEvidence, Rung
from salesman_core.db import Base, db, reading, writing
from salesman_core.db.base import owner_of_table
from salesman_core.errors import ConflictError, MissingError
from salesman_core.jobs import State, jobs_in
from salesman_core.jobs.models import JOBS
from salesman_core.plugins import migrations, switches
from salesman_core.plugins.purge import archive, export, left_behind, preview, purge
from salesman_core.testing.people import Make
from salesman_hookspecs import Evidence


def off() -> None:
    switches.suspend("leads")
    switches.follow_now()


def rung_of(client_id: int) -> str:
    rung = sa.select(Rung.name).join(Client, Client.rung_id == Rung.id)
    return reading().scalars(rung.where(Client.id == client_id)).one()


def a_job(name: str, state: str) -> dict[str, object]:
    moment = datetime.now(UTC)
    row = {"name": name, "queue": "default", "state": state, "arguments": {}}
    return row | {"attempts_allowed": 1, "run_at": moment, "created_at": moment}


def test_preview_counts_and_removes_nothing(app: Flask) -> None:
    create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})

    found = preview("leads")

    tables = [one for one in Base.metadata.sorted_tables if owner_of_table(one.name) == "leads"]
    count = sa.select(sa.func.count())
    rows = {one.name: reading().scalar(count.select_from(one)) for one in tables}
    assert found.rows == rows
    assert (rows["leads_lead"], rows["leads_phone"], rows["leads_email"]) == (1, 1, 0)
    assert found.referring == []
    assert preview("leads") == found


def test_active_plugin_is_not_purged(app: Flask) -> None:
    with pytest.raises(ConflictError, match="Suspend leads"):
        purge("leads")


@pytest.mark.parametrize("id_", ["nosuch", "core", "x; DROP TABLE core_user", "x' y", ""])
@pytest.mark.parametrize("act", [preview, purge, archive])
def test_plugin_that_was_never_here_is_not_touched(
    app: Flask, act: Callable[[str], object], id_: str
) -> None:
    with pytest.raises(MissingError, match=re.escape(f"There is no plugin {id_}.")):
        act(id_)


def test_plugin_of_which_only_tables_are_left_is_purged(app: Flask) -> None:
    with writing() as session:
        for table in ("gone_thing", "gone_alembic_version"):
            session.execute(sa.text(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)"))

    assert left_behind() == ["gone"]
    assert purge("gone").rows == {"gone_thing": 0}
    assert left_behind() == []


def test_purge_takes_the_evidence_with_it_and_clients_go_down_again(app: Flask, make: Make) -> None:
    client_id = make.client()
    evidence = Evidence(client_id, INTEREST, "leads.lead:1", datetime.now(UTC), "an interest")
    add_evidence("leads", [evidence])
    assert rung_of(client_id) == "Potential"
    off()

    purge("leads")

    assert rung_of(client_id) == "Cold"
    assert reading().scalar(sa.select(sa.func.count()).select_from(ClientEvidence)) == 0


def test_purge_takes_the_work_with_it_that_waits_and_no_others(app: Flask, make: Make) -> None:
    states = {"leads.remind": "ready", "on.leads.told": "dead", "leads.count": "running"}
    others = {"leadsmore.remind": "ready", "on.leadsmore.told": "ready"}
    with writing() as session:
        for name, state in {**states, **others}.items():
            session.execute(JOBS.insert().values(a_job(name, state)))
    off()

    purge("leads")

    left = {job.name: job.cancel_requested for job in jobs_in(*State)}
    asked_to_stop = {"leads.count": True}
    assert left == asked_to_stop | dict.fromkeys(others, False)


def test_export_has_every_row(app: Flask, tmp_path: Path) -> None:
    create_lead({"name": "Анна"})
    create_lead({"name": "Boris"})

    files = export("leads", tmp_path / "kept")

    kept = {file.name: file.read_text("utf-8").splitlines() for file in files}
    assert [json.loads(line)["name"] for line in kept["leads_lead.jsonl"]] == ["Анна", "Boris"]


def test_purged_plugin_leaves_nothing_and_the_core_whole(app: Flask, make: Make) -> None:
    client_id = make.client()
    off()

    purge("leads")

    left = [name for name in sa.inspect(db.engine).get_table_names() if name.startswith("leads_")]
    assert left == []
    assert make.deal(client_id=client_id) > 0
    owners = app.extensions["salesman_owners"]
    assert migrations.upgrade_all(db.engine, owners) == ["leads"]


def test_plugin_that_others_refer_to_is_not_purged(app: Flask) -> None:
    off()
    with writing() as session:
        session.execute(
            sa.text(
                "CREATE TABLE offers_offer (id INTEGER PRIMARY KEY,"
                " lead_id BIGINT REFERENCES leads_lead (id) ON DELETE CASCADE)"
            )
        )

    with pytest.raises(ConflictError, match=r"offers_offer\.lead_id"):
        purge("leads")

    assert "leads_lead" in preview("leads").rows
