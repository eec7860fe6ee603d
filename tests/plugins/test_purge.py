"""Removing what a plugin has left in the database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.service import create_lead

from salesman_core.db import db, writing
from salesman_core.errors import ConflictError
from salesman_core.plugins import migrations, switches
from salesman_core.plugins.purge import export, preview, purge
from salesman_core.testing.people import Make


def off() -> None:
    switches.suspend("leads")
    switches.follow_now()


def test_preview_counts_and_removes_nothing(app: Flask) -> None:
    create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})

    found = preview("leads")

    assert found.rows == {"leads_lead": 1, "leads_phone": 1, "leads_email": 0}
    assert found.referring == []
    assert preview("leads") == found


def test_active_plugin_is_not_purged(app: Flask) -> None:
    with pytest.raises(ConflictError, match="Suspend leads"):
        purge("leads")


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
