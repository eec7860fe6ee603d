"""How the JSON API answers with one record of a plugin: whole with its ETag, or its id alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from salesman_core.db import AnyRow, reading
from salesman_core.errors import MissingError
from salesman_core.rest import etag_of, json_response


@dataclass(frozen=True, slots=True)
class RecordAnswers:
    """Answers of the operations on records of a kind.

    :param kind: as the version of the record is named.
    :param one: gives the row of a record; raises MissingError where whoever asks does not see it.
    :param items: gives rows as the API shows them.
    """

    kind: str
    one: Callable[[Session, int], AnyRow]
    items: Callable[[Sequence[AnyRow]], list[dict[str, Any]]]

    def whole(self, record_id: int, status: int = 200) -> Response:
        """Give a record.

        :raises MissingError: where whoever asks does not see it.
        """
        row = self.one(reading(), record_id)
        (item,) = self.items([row])
        etag = etag_of(self.kind, record_id, row.version, row.updated_at)
        return json_response(item, status, etag=etag)

    def changed(self, record_id: int, status: int = 200) -> Response:
        """Give a record that was changed; its id alone to whoever does not see it, or no longer."""
        try:
            return self.whole(record_id, status)
        except MissingError:
            return json_response({"id": record_id}, status)
