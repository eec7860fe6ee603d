"""The document and what is enforced agree: schemathesis tries what a stranger would try."""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings

from salesman_core.access.tokens import new_token

pytestmark = pytest.mark.databases("sqlite")

EXAMPLES = 50


def filter_query(_context: object, query: dict[str, object] | None) -> bool:
    """Leave cursors out: nobody can guess one, and a wrong one is refused."""
    return "cursor" not in (query or {})


def filter_headers(_context: object, headers: dict[str, object] | None) -> bool:
    """Leave out what only an earlier request can tell: keys of repeats."""
    return "Idempotency-Key" not in (headers or {})


def map_headers(_context: object, headers: dict[str, object] | None) -> dict[str, object] | None:
    """Change whatever version there is: only a record can tell which one that is."""
    return headers and {**headers, **({"If-Match": "*"} if "If-Match" in headers else {})}


@pytest.mark.turns(3, among="long")
def test_every_operation_keeps_its_promises(app: Flask, admin_id: int) -> None:
    with app.app_context():
        token = new_token(admin_id, "schemathesis")
    schema = schemathesis.openapi.from_wsgi("/api/v1/memos/openapi.json", app)
    schema.hook(filter_query)
    schema.hook(filter_headers)
    schema.hook(map_headers)
    headers = {"Authorization": f"Bearer {token}"}
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def probe(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers)

        probe()
