"""Versions: nobody overwrites what they have not seen (RFC 9110, section 13)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, ParamSpec, TypeVar

from flask import request

from salesman_core.errors import StaleError, UnseenError
from salesman_core.i18n import texts
from salesman_core.rest.operations import document

_ = texts.lazy

P = ParamSpec("P")
R = TypeVar("R")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PARTS: Final = 4
_VERSION: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?")
_SAYS_SOMETHING: Final = re.compile(r"[!-~]")
_IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the record as it was read: the change is refused with 412 where"
    " somebody else changed it since. `*` stands for whatever version there is; without the header"
    " the answer is 428.",
    "schema": {"type": "string", "pattern": _SAYS_SOMETHING.pattern},
}


class SeenVersion(int):
    """The version that a caller has seen, with the moment of the change that made it.

    An import that is taken back gives a record its former version back. The next change makes a
    version of a number that there was before, but never at the same moment.
    """

    at: int | None = None
    """Microseconds since 1970; None where the tag does not say."""

    def is_of(self, changed_at: datetime) -> bool:
        """Tell whether it is the version of a record that was last changed at a moment, UTC."""
        return self.at is None or self.at == _number(changed_at)


def etag_of(
    kind: str, record_id: int, version: int | datetime, changed_at: datetime | None = None
) -> str:
    """Give the tag of a record's version, for ``json_response(…, etag=…)``.

    :param version: a number that grows with each change, or when the last one was, UTC.
    :param changed_at: when the last change was, UTC, of a record whose number may go back.
    """
    moment = "" if changed_at is None else f".{_number(changed_at)}"
    return f"{kind}-{record_id}-{_number(version)}{moment}"


def _number(version: int | datetime) -> int:
    return (version - _EPOCH) // _MICROSECOND if isinstance(version, datetime) else version


def expected_version(kind: str, record_id: int) -> SeenVersion | None:
    """Give the version that the caller has seen, by the request's ``If-Match``.

    None where any will do (``*``). Of several, the newest. Moments, as :func:`etag_of` takes them,
    come back as microseconds since 1970.

    :raises UnseenError: where they do not say (RFC 6585, section 3).
    :raises StaleError: where what they say is of another record, or was never ours.
    """
    if not _SAYS_SOMETHING.search(request.headers.get("If-Match", "")):
        raise UnseenError(
            _(
                "Send the ETag of the record as you read it in the header If-Match,"
                " or * where any version will do."
            )
        )
    if request.if_match.star_tag:
        return None
    own = (kind, str(record_id))
    versions = [
        _seen(found)
        for tag in request.if_match.as_set()
        if tag  # werkzeug gives None for an empty one
        and len(parts := tag.rsplit("-", _PARTS - 1)) == _PARTS
        and (parts[0], parts[1]) == own
        and (found := _VERSION.fullmatch(parts[2]))
    ]
    if not versions:
        raise StaleError(_("The version that you named is none of this record. Read it again."))
    return max(versions)


def _seen(tag: re.Match[str]) -> SeenVersion:
    seen = SeenVersion(tag[1])
    seen.at = int(tag[2]) if tag[2] else None
    return seen


def versioned(
    kind: str, *, argument: str = "record_id"
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let an operation ask for ``If-Match``: it gets ``version``, for its service to compare.

    The service compares it where it has locked the record; here it would be too early.

    :param kind: the kind of record.
    :param argument: the part of the address that holds the record's id.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            known: Any = kwargs
            known["version"] = expected_version(kind, known[argument])
            return view(*args, **kwargs)

        document(asked, {"parameters": [_IF_MATCH]}, problems=(412, 428))
        return asked

    return decorate
