"""What became of a row that an error keeps out, in the words of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesman_core.errors import SalesmanError
from salesman_core.records.custom.kinds import CUSTOM
from salesman_hookspecs import ImportOutcome

FIELD_NAMES: Final[Mapping[str, str]] = {
    "client_id": "client",
    "contact_ids": "contacts",
    "external_ids": "external_id",
    "owner_id": "owner",
    "pipeline_id": "pipeline",
    "reason_id": "reason",
    "rung_id": "rung",
    "stage_id": "stage",
    "text": "note",
}
"""What a field of the JSON API is called in a file, where that differs."""


def refusal(error: SalesmanError) -> ImportOutcome:
    """Give the outcome of a row that an error keeps out."""
    errors: dict[str, str] = {}
    for path, message in error.fields.items():
        head, _dot, below = path.partition(".")  # of phones.1: phones
        name = ".".join((head, below.partition(".")[0])) if head == CUSTOM else head
        errors.setdefault(FIELD_NAMES.get(name, name), str(message))
    return ImportOutcome("refused", errors=errors or {"": str(error)})
