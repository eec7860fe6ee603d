"""Answers in JSON, the short way: rows to dictionaries to bytes, without a schema in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson
from flask import Response, request
from werkzeug.http import quote_etag

JSON: Final = "application/json"
_DIGEST_BYTES: Final = 6


def json_bytes(data: Any) -> bytes:
    """Give *data* as JSON: decimals as strings, moments in UTC with ``Z``, texts translated."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> str:
    """Give what orjson does not know: a decimal, or a text that is translated when it is read."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | set | frozenset):
        message = f"{value!r} has no place in JSON"
        raise TypeError(message)
    return str(value)


def json_response(
    data: Any,
    status: int = 200,
    *,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Give the answer with *data* as its body.

    :param etag: what :func:`~salesman_core.rest.concurrency.etag_of` gave; to a GET that knows
        the record in this very form already, the answer is 304 without a body.
    """
    body = json_bytes(data)
    sent = dict(headers or {})
    if etag is None:
        return Response(body, status, sent, content_type=JSON)
    # A digest stands beside the record's version, because readers differ in rights.
    tag = f"{etag}-{hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()}"
    sent["ETag"] = quote_etag(tag)
    if _is_known(tag):
        known = Response(status=304, headers=sent)
        del known.headers["Content-Type"]
        return known
    return Response(body, status, sent, content_type=JSON)


def _is_known(tag: str) -> bool:
    """Tell whether whoever reads has this very form of the record already."""
    if "HTTP_IF_NONE_MATCH" not in request.environ or request.method not in {"GET", "HEAD"}:
        return False
    return request.if_none_match.contains_weak(tag)


def items_of(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Give rows as dictionaries.

    :param names: the keys of the first columns; plain strings.
    """
    return [dict(zip(names, row, strict=False)) for row in rows]


def page_answer(items: Sequence[Any], next_cursor: str | None) -> Response:
    """Give a page of a list: ``{"items": […], "next": cursor or null}``."""
    return json_response({"items": items, "next": next_cursor})
