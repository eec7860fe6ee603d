"""Repeats: a POST with an ``Idempotency-Key`` has its effect once, however often it is sent."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, ParamSpec

import orjson
import sqlalchemy as sa
from flask import Response, current_app, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.access.routes import PUBLIC, SIGNED_IN, access_of
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.rest.models import KeptAnswer
from salesman_core.rest.operations import document

_ = texts.lazy

P = ParamSpec("P")

KEPT_FOR: Final = timedelta(hours=24)
HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_KEY: Final = re.compile(r"[!-~]{1,200}")
_KEPT_HEADERS: Final = ("ETag", "Location")
_PARAMETER: Final = {
    "in": "header",
    "name": HEADER,
    "description": "Sent again with the same key and body within 24 hours, the request has no"
    " second effect and gets the first answer. Choose a random one for each new request.",
    "schema": {"type": "string", "pattern": f"^{_KEY.pattern}$", "maxLength": 200},
}


class _Taken(Exception):  # noqa: N818  # control flow: a parallel request has the key
    """The key is in the table since a moment ago."""


def idempotent(view: Callable[P, Any]) -> Callable[P, Any]:
    """Let an operation be repeated safely; what fails is not kept and may be tried again."""

    @functools.wraps(view)
    def once(*args: P.args, **kwargs: P.kwargs) -> Any:
        key = request.headers.get(HEADER)
        user_id = current_person().id if key is not None else None
        if key is None or user_id is None:
            return view(*args, **kwargs)
        _demand_access(view)  # else a key would open what a role no longer does
        return _answer(user_id, _checked(key), lambda: view(*args, **kwargs))

    document(once, {"parameters": [_PARAMETER]}, problems=(422,))
    return once


def forget_old_answers() -> None:
    """Drop the answers that are older than a day: a job that runs by the clock."""
    with writing() as session:
        session.execute(sa.delete(KeptAnswer).where(KeptAnswer.created_at < now() - KEPT_FOR))


def _demand_access(view: Callable[..., Any]) -> None:
    permission = access_of(view)
    if permission not in {None, PUBLIC, SIGNED_IN}:
        demand_permission(str(permission))


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        message = _("A key has 1 to 200 visible ASCII characters.")
        raise InvalidError(message, {HEADER: message})
    return key


def _answer(user_id: int, key: str, call: Callable[[], Any]) -> Response:
    kept = _find(reading(), user_id, key)
    if kept is not None:
        return _repeated(kept)
    try:
        with writing() as session:
            kept = _claimed(session, user_id, key)
            if kept is not None:
                return _repeated(kept)
            response = current_app.make_response(call())
            _keep(session, user_id, key, response)
            return response
    except _Taken:
        kept = _find(reading(), user_id, key)
        return _answer(user_id, key, call) if kept is None else _repeated(kept)


def _find(session: Session, user_id: int, key: str) -> KeptAnswer | None:
    return session.scalar(
        sa.select(KeptAnswer).where(
            KeptAnswer.user_id == user_id,
            KeptAnswer.key == key,
            KeptAnswer.created_at >= now() - KEPT_FOR,
        )
    )


def _claimed(session: Session, user_id: int, key: str) -> KeptAnswer | None:
    """Take the key, or give the answer that somebody was faster to keep.

    A parallel request with the same key waits here until this transaction has ended.
    """
    kept = _find(session, user_id, key)
    if kept is not None:
        return kept
    mine = sa.and_(KeptAnswer.user_id == user_id, KeptAnswer.key == key)
    session.execute(sa.delete(KeptAnswer).where(mine, KeptAnswer.created_at < now() - KEPT_FOR))
    try:
        session.execute(sa.insert(KeptAnswer).values(_row(user_id, key)))
    except IntegrityError as error:
        raise _Taken from error
    return None


def _row(user_id: int, key: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "key": key,
        "operation": _operation(),
        "request_hash": _hash_of_request(),
        "status": 0,
        "headers": {},
        "body": "",
        "created_at": now(),
    }


def _keep(session: Session, user_id: int, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    session.execute(
        sa.update(KeptAnswer)
        .where(KeptAnswer.user_id == user_id, KeptAnswer.key == key)
        .values(
            status=response.status_code,
            headers=headers | {"Content-Type": response.content_type or ""},
            body=response.get_data(as_text=True),
        )
    )


def _operation() -> str:
    return f"{request.method} {request.path}"[:500]


def _hash_of_request() -> str:
    parts = (_operation().encode(), request.query_string, _rights(), request.get_data())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _rights() -> bytes:
    """Give what whoever asks may do: an answer is for those alone who may do the very same."""
    person = current_person()
    held = sorted((name, int(scope)) for name, scope in person.scopes.items() if scope)
    return orjson.dumps([person.everything, held, sorted(person.team_ids)])


def _repeated(kept: KeptAnswer) -> Response:
    if kept.request_hash != _hash_of_request():
        message = _(
            "This key was used for another request, or with other rights. Choose a new one."
        )
        raise InvalidError(message, {HEADER: message})
    response = Response(kept.body, kept.status)
    response.headers.update({name: text for name, text in kept.headers.items() if text})
    response.headers[REPLAYED] = "true"
    return response
