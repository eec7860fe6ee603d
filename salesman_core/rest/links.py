"""Links of OpenAPI: what may be asked of a record once there is one (OpenAPI 3.1, 4.8.20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_MADE: Final = "201"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_ID: Final = "$response.body#/id"

Paths = dict[str, dict[str, Any]]


def link_made_records(paths: Paths) -> None:
    """Let the answer that makes a record name every operation on it.

    These are the operations at the collection's address followed by one parameter, which is the
    id: ``POST /deals`` links to ``GET /deals/{record_id}``, ``POST /deals/{record_id}/move``, ….

    :param paths: the paths of a document; their answers get ``links``.
    """
    for address, operations in paths.items():
        made = operations.get("post", {}).get("responses", {}).get(_MADE)
        links = dict(_links_from(address, paths)) if made is not None else {}
        if links:
            made["links"] = links


def _links_from(collection: str, paths: Paths) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, operations in paths.items():
        parameters = _PARAMETER.findall(address)
        if len(parameters) == 1 and address.startswith(f"{collection}/{{{parameters[0]}}}"):
            for operation in operations.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    name = operation["operationId"]
                    yield name, {"operationId": name, "parameters": {parameters[0]: _ID}}
