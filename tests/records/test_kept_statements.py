"""Lists of two applications in one process, each on a database of its own kind."""

from __future__ import annotations

from pathlib import Path

from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases
from salesman_core.testing.people import Make, api_of
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking


def test_list_of_one_kind_of_database_is_not_asked_as_on_the_other(
    databases: Databases, tmp_path: Path
) -> None:
    if reason := absence():
        lacking(reason)
    for kind in ("sqlite", "postgresql"):
        lent, folder = databases.lent(kind, UPGRADED), tmp_path / kind
        with lent as url, running(url, folder, installed=()) as app:
            make = Make(app)
            seller_id = make.user("seller")
            make.client(name="Omega", owner_id=seller_id)
            asked = "/clients?name__contains=omega&owner_id=1"
            found = api_of(app, seller_id).get(asked)

            assert [one["name"] for one in found.json["items"]] == ["Omega"]
