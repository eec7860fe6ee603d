"""Texts that a table keeps and that are put into words for whoever reads them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from salesman_core.i18n import LazyText, texts_of
from salesman_core.web.formats import day
from salesman_hookspecs import Text

Words = dict[str, Any]
"""What a text is made of, as JSON: ``owner``, ``message`` and ``values``."""

LONGEST: Final = 500
"""Characters of a text that is kept as it was written."""


def kept(text: Text) -> tuple[str, Words | None]:
    """Give a text as a table keeps it.

    :returns: the text as it was written and None; or an empty string and the words of a text that
        can be put into any language.
    """
    if not isinstance(text, LazyText):
        return str(text)[:LONGEST], None
    values = {name: _plain(value) for name, value in text.values.items()}
    return "", {"owner": text.owner, "message": text.message, "values": values}


def worded(written: str, words: Words | None) -> str:
    """Give a kept text in the reader's language; days as people write them there."""
    if words is None:
        return written
    values = {name: _readable(value) for name, value in words["values"].items()}
    owner, message = words["owner"], words["message"]
    return texts_of(owner).gettext(message, **values)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return {"day": value.isoformat()[:10]}
    return value if isinstance(value, int) else str(value)


def _readable(value: Any) -> object:
    if isinstance(value, dict):
        return day(date.fromisoformat(value["day"]), style="long")
    return value
