"""A company that has used every plugin, and loses one of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from salesman_sample.models import Line, Thanks

from salesman_core.db import writing
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Make, api_of

REACH = {"phones": ["+7 916 123-45-67"], "emails": ["clara@example.com"]}


@pytest.fixture(scope="session")
def used(
    sampled: Template, everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """A database in which every plugin's tables hold rows that refer to the core's records."""

    def fill(url: str) -> None:
        sampled.fill(url)
        folder = tmp_path_factory.mktemp("used")
        with running(url, folder, installed=everything, lasting=True) as app:
            make = Make(app)
            api = api_of(app, make.user("administrator", name="Anna"))
            api.post("/leads", {"name": "Clara", "company": "Boilers Ltd", **REACH})
            made = api.post("/leads/1/qualify", {"deal_name": "Three boilers"}).json
            promise = {"text": "Send the drawing", **made}
            promise.pop("contact_id")
            assert api.post("/sample", promise).status_code == 201
            with writing() as session:
                session.add(Thanks(client_id=made["client_id"], times=1))
                session.add(Line(deal_id=made["deal_id"], amount=Decimal(100), cost=Decimal(60)))

    return Template("used", fill)


@pytest.fixture
def database_template(used: Template) -> Template:
    return used
