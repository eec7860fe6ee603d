"""The mark of a letter: by it we know our own when it comes back, and nobody can make one up."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import current_app

_MARK: Final = re.compile(r"letter\.([1-9]\d{0,17})\.([0-9a-f]{24})@\S+")
_LENGTH: Final = 24


def mark_of(recipient_id: int, host: str) -> str:
    """Give the Message-ID of a letter, without its brackets: the same however often it is made.

    :param host: the domain of the sender.
    """
    return f"letter.{recipient_id}.{_seal(current_app.config['SECRET_KEY'], recipient_id)}@{host}"


def recipients_in(marks: Iterable[str]) -> Iterator[int]:
    """Give whom the letters were for whose marks are ours; forged ones are passed over."""
    former: list[Any] = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    keys = (current_app.config["SECRET_KEY"], *former)
    for mark in marks:
        found = _MARK.fullmatch(mark)
        if found is not None and any(
            hmac.compare_digest(_seal(key, int(found[1])), found[2]) for key in keys
        ):
            yield int(found[1])


def _seal(key: str | bytes, recipient_id: int) -> str:
    secret = key.encode() if isinstance(key, str) else key
    said = f"salesman mailing letter {recipient_id}".encode()
    return hmac.new(secret, said, hashlib.sha256).hexdigest()[:_LENGTH]
