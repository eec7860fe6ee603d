"""What a request to a form holds, and whether it wants JSON for an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson
from flask import request

from salesman_core.toolkit import InvalidError
from salesman_leads.forms.models import FIELDS
from salesman_leads.forms.taking import CARRIED, CONSENT, Sent
from salesman_leads.texts import texts

_ = texts.lazy

LARGEST: Final = 256 * 1024
"""Bytes that an answer may have: a form that is full of letters of nine bytes each, as “%E6%BC%A2”,
and some more."""
JSON: Final = "application/json"
_ESCAPED: Final = "application/x-www-form-urlencoded"
_READ: Final = {*FIELDS, CONSENT, *CARRIED}
_FORMER: Final = "windows-1251"
"""The encoding of pages in Russian that are not written in UTF-8."""


def is_json() -> bool:
    """Tell whether the answer to this request is to be JSON: it is sent so, or asked for."""
    if request.mimetype == JSON:
        return True
    return request.accept_mimetypes.best_match(["text/html", JSON]) == JSON


def sent_values() -> Sent:
    """Give what was sent, in whichever of the two notations.

    :raises InvalidError: for JSON that is no object of texts.
    """
    if request.mimetype == JSON:
        return _of_json(request.get_data())
    return _of_form() if request.mimetype == _ESCAPED else dict(request.form.lists())


def _of_form() -> Sent:
    found: dict[str, list[str]] = defaultdict(list)
    for one in request.get_data().split(b"&"):
        name, _equals, text = one.partition(b"=")
        found[_unescaped(name)].append(_unescaped(text))
    return found


def _unescaped(text: bytes) -> str:
    """Read a part of a form: it comes in the encoding of its page, and does not say in which."""
    found = unquote_to_bytes(text.replace(b"+", b" "))
    try:
        return found.decode()
    except UnicodeDecodeError:
        return found.decode(_FORMER, "replace")


def _of_json(body: bytes) -> Sent:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidError(_("This is no JSON.")) from error
    if not isinstance(found, Mapping):
        raise InvalidError(_("Send an object, with a text for each field."))
    return {str(name): list(_texts(str(name), value)) for name, value in found.items()}


def _texts(name: str, value: Any) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return ["true"]
    if isinstance(value, str | int | float):
        return [str(value)]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    if name not in _READ:
        return []
    message = _("Give a text, or a list of texts.")
    raise InvalidError(message, {name: message})
