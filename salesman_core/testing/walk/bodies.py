"""Bodies for operations, made from what the OpenAPI document says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from salesman_core.clock import now

_BY_FORMAT: Final = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:00:00Z",
    "email": "walk@example.com",
    "uri": "https://example.com",
}
_BY_NAME: Final = {
    "email": "walk@example.com",
    "currency": "RUB",
    "reason": "Walk",
    "color": "red",
    "frozen_until": f"{now().date() + timedelta(days=30)}",
}
_AMOUNT: Final = "10.00"
_NUMBERS: Final = ("^[0-9]", "^-?[0-9]", "^([0-9]", "^(?!0")
"""How the patterns of numbers begin, those without nought included."""
_DEEPEST: Final = 6


class Bodies:
    """Makes bodies.

    :param document: the merged document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas: Mapping[str, Any] = document["components"]["schemas"]
        self._paths: Mapping[str, Any] = document["paths"]

    def body(
        self, method: str, path: str, ids: Mapping[str, Any], *, needed: bool = False
    ) -> dict[str, Any] | None:
        """Give a plausible body of an operation, or None where it takes none.

        :param path: as the document has it, with ``{record_id}``.
        :param ids: what fields that refer to something are filled with, by their names.
        :param needed: whether only what is required is filled.
        """
        operation = self._paths.get(path, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return None
        made = self._value("", schema, ids, needed=needed, depth=0)
        return made if isinstance(made, dict) else None

    def _value(
        self, name: str, schema: Mapping[str, Any], ids: Mapping[str, Any], **how: Any
    ) -> Any:
        schema = self._resolved(schema)
        kinds = schema.get("type", "string")
        kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
        if schema.get("enum"):
            return schema["enum"][0]
        if schema.get("examples"):
            return schema["examples"][0]
        if kind == "object":
            return self._object(schema, ids, **how)
        if kind == "array":
            items = [self._value(name, schema.get("items", {}), ids, **how)]
            return items if schema.get("minItems") or _refers(name, ids) else []
        return _plain(name, kind, schema, ids)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema or "anyOf" in schema or "allOf" in schema:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
            else:
                schema = (schema.get("anyOf") or schema["allOf"])[0]
        return schema

    def _object(
        self,
        schema: Mapping[str, Any],
        ids: Mapping[str, Any],
        *,
        needed: bool,
        depth: int,
    ) -> dict[str, Any]:
        required = schema.get("required", ())
        if depth > _DEEPEST:
            return {}
        return {
            name: self._value(name, self._resolved(one), ids, needed=needed, depth=depth + 1)
            for name, one in schema.get("properties", {}).items()
            if not one.get("readOnly")
            and not self._resolved(one).get("readOnly")
            and (name in required or (not needed and _fits(name, ids)))
        }


def _fits(name: str, ids: Mapping[str, Any]) -> bool:
    """Tell whether a field that is not required can be filled: its reference is known."""
    return not name.endswith(("_id", "_ids", "_kind")) or _refers(name, ids)


def _refers(name: str, ids: Mapping[str, Any]) -> bool:
    return name in ids or name.removesuffix("s") in ids


def _plain(name: str, kind: str, schema: Mapping[str, Any], ids: Mapping[str, Any]) -> Any:
    if _refers(name, ids):
        return ids.get(name, ids.get(name.removesuffix("s")))
    if kind in {"integer", "number"}:
        return max(int(schema.get("minimum", 1)), 1)
    if kind == "boolean":
        return False
    if schema.get("pattern", "").startswith(_NUMBERS):
        return _AMOUNT
    return _BY_NAME.get(name) or _BY_FORMAT.get(schema.get("format", "")) or "Walk"
