"""The mark of a letter: by it we know our own when it comes back, and nobody can make one up.

What else leaves with a letter and is to come back untouched has a seal of the same kind.
"""

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
    return f"letter.{recipient_id}.{seal_of(_said(recipient_id))}@{host}"


def recipients_in(marks: Iterable[str]) -> Iterator[int]:
    """Give whom the letters were for whose marks are ours; forged ones are passed over."""
    for mark in marks:
        found = _MARK.fullmatch(mark)
        if found is not None and is_ours(_said(int(found[1])), found[2]):
            yield int(found[1])


def _said(recipient_id: int) -> str:
    return f"letter {recipient_id}"


def seal_of(said: str) -> str:
    """Give what proves that we said something: 24 hexadecimal digits."""
    return _seal(current_app.config["SECRET_KEY"], said)


def is_ours(said: str, seal: str) -> bool:
    """Tell whether a seal is what we gave for something, with this key or a former one."""
    former: list[Any] = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    keys = (current_app.config["SECRET_KEY"], *former)
    return any(hmac.compare_digest(_seal(key, said), seal) for key in keys)


def _seal(key: str | bytes, said: str) -> str:
    secret = key.encode() if isinstance(key, str) else key
    whole = f"salesman mailing {said}".encode()
    return hmac.new(secret, whole, hashlib.sha256).hexdigest()[:_LENGTH]
