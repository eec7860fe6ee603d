"""What a page offers: the addresses that it leads to and the forms that it would send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from salesman_core.testing.walk.visiting import Visit

_LINKS: Final = ("href", "src", "hx-get", "data-address")
_SENDS: Final = {"hx-post": "POST", "hx-put": "PUT", "hx-patch": "PATCH", "hx-delete": "DELETE"}
_WORDS: Final = {
    "email": "walk@example.com",
    "tel": "+79120000000",
    "number": "1",
    "numeric": "15",
    "decimal": "15",
    "date": "2026-03-02",
    "password": "a password of the walk",
    "url": "https://example.com",
}
_FILE: Final = b"Name,Phone\nWalk,\n"
_OFFERING: Final = re.compile(
    r"<(?=/?(?:form|input|button|select|option|textarea)\b|/script\b"
    r"|[^>]*\s(?:href|src|data-address|hx-(?:get|post|put|patch|delete))=)"
    r"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
)
"""The tags of a page that count, a few of many: the parser takes longer than drawing the page."""
_MARKS: Final = ("checkbox", "radio")

Attributes = dict[str, str | None]


@dataclass
class _Form:
    """A form that is being read."""

    method: str
    action: str
    fields: dict[str, Any] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Offer(HTMLParser):
    """Reads a page.

    A parser for HTML that need not be whole: parts of pages are read too.

    :param address: where it was found, for addresses that begin there.
    """

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.visits: list[Visit] = []
        self._address = address
        self._form: _Form | None = None
        self._loose: dict[str, list[tuple[str, Any]]] = {}
        self._named: dict[str, _Form] = {}
        self._select: tuple[str, bool] | None = None
        self._area: str | None = None
        self.feed("".join(_OFFERING.findall(html)))
        self._end_form()

    def _whole(self, address: str) -> str:
        return urljoin(self._address, address)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag offers."""
        given: Attributes = dict(attrs)
        self.links += [self._whole(given[name] or "") for name in _LINKS if given.get(name)]
        if tag == "form":
            self._begin_form(given)
        elif tag in {"input", "button"}:
            self._control(tag, given)
        elif tag == "select":
            self._select = (given.get("name") or "", False)
        elif tag == "option":
            self._option(given)
        elif tag == "textarea" and given.get("name"):
            self._area = given["name"]
            self._set(given["name"] or "", "Walk")
        self._sends(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        if tag == "form":
            self._end_form()
        elif tag == "select":
            self._select = None

    def _begin_form(self, given: Attributes) -> None:
        self._end_form()
        sent = next(((_SENDS[name], given[name]) for name in _SENDS if given.get(name)), None)
        method = sent[0] if sent else (given.get("method") or "get").upper()
        self._form = _Form(method, self._whole((sent and sent[1]) or given.get("action") or ""))

    def _end_form(self) -> None:
        form, self._form = self._form, None
        if form is None:
            return
        if form.method == "GET":
            self.links.append(form.action)
            return
        self._offer(form.method, form.action, form.fields)
        for action, name, value in form.buttons:
            extra = {name: value} if name else {}
            self._offer(form.method, action or form.action, form.fields | extra)

    def _offer(self, method: str, address: str, fields: dict[str, Any]) -> None:
        self.visits.append(Visit(method, address, fields, page=self._address))

    def _sends(self, tag: str, given: Attributes) -> None:
        """Note what an element sends by itself, with the values that it names."""
        if tag == "form":
            return
        for name, method in _SENDS.items():
            if given.get(name):
                fields = self._form.fields if self._form else {}
                values = {**fields, **_values(given.get("hx-vals"))}
                self._offer(method, self._whole(given[name] or ""), values)

    def _control(self, tag: str, given: Attributes) -> None:
        name, kind = given.get("name") or "", (given.get("type") or "text").lower()
        if tag == "button" or kind == "submit":
            if self._form and (given.get("formaction") or name):
                action = self._whole(given["formaction"] or "") if given.get("formaction") else ""
                self._form.buttons.append((action, name, given.get("value") or ""))
        elif kind in _MARKS:
            if "checked" in given or kind == "radio":
                self._set(name, given.get("value", "on") or "", keep="checked" not in given)
        elif kind == "file":
            if "required" in given or "multiple" in given:
                self._set(name, ("walk.csv", _FILE))
        else:
            self._set(name, given.get("value") or _typed(given, kind))

    def _option(self, given: Attributes) -> None:
        if self._select is None or not given.get("value"):
            return
        name, chosen = self._select
        if "selected" in given or not chosen:
            self._set(name, given["value"])
            self._select = (name, True)

    def _set(self, name: str, value: Any, *, keep: bool = False) -> None:
        if self._form is None or not name or name == "csrf_token":
            return
        if not (keep and name in self._form.fields):
            self._form.fields[name] = value


def _typed(given: Attributes, kind: str) -> str:
    """Give what somebody would type: what need not be filled stays empty."""
    if "required" not in given and given.get("name") != "name":
        return ""
    return _WORDS.get(given.get("inputmode") or kind, _WORDS.get(kind, "Walk"))


def _values(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {name: str(one) for name, one in found.items()} if isinstance(found, dict) else {}


def path_of(address: str) -> str:
    """Give the path of an address, without what is asked of it."""
    return urlsplit(address).path


def asked_of(address: str) -> frozenset[str]:
    """Give the names of what is asked of an address."""
    return frozenset(name for name, _value in parse_qsl(urlsplit(address).query))


def own_addresses(addresses: Iterable[str]) -> list[str]:
    """Give those addresses that lead to the application itself."""
    split = ((one, urlsplit(one)) for one in addresses)
    return [
        f"{parts.path}?{parts.query}" if parts.query else parts.path
        for _one, parts in split
        if parts.path.startswith("/") and not parts.netloc and not parts.scheme
    ]
