"""What an error leaves in the log: what was wrong, and nothing that people wrote."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import Team
from salesman_core.db import writing
from salesman_core.testing.people import Make
from salesman_core.testing.walk.logs import Overheard
from salesman_core.web.errors import of_program

WORD = "Confidential & Sons"


def test_row_that_the_database_refuses_is_not_repeated_in_its_error(app: Flask, make: Make) -> None:
    make.team(WORD)

    with pytest.raises(sa.exc.IntegrityError) as caught, writing() as session:
        session.execute(sa.insert(Team).values(name=WORD))

    assert WORD not in f"{caught.value} {caught.value.orig}"


@pytest.mark.databases("sqlite")
def test_failed_request_is_logged_with_its_route_and_not_with_the_proof_in_it(app: Flask) -> None:
    with Overheard() as log, app.test_request_context("/sign/invitation/a-proof"):
        of_program(RuntimeError("broken"))

    said = log.taken()
    assert '"route": "GET /sign/invitation/<proof>"' in said
    assert "a-proof" not in said
