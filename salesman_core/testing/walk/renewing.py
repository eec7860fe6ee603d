"""Fetching forms anew: what a form remembers of its record grows old while others change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from salesman_core.testing.walk.pages import Offer, path_of
from salesman_core.testing.walk.routes import Routes
from salesman_core.testing.walk.snapshot import Snapshot
from salesman_core.testing.walk.visiting import Visit, Visitor

_VERSION: Final = "version"
_REMEMBERED: Final = (_VERSION, "seen")
"""The fields in which a form keeps what stood in the record when its page was drawn."""

Forms = Mapping[tuple[str, str], Mapping[str, Any]]
"""What the forms of a page remember, by their method and path."""


class Renewal:
    """Gives a form as its page has it now.

    A form was found long before it is sent, and maybe on the page of another record of its kind.
    Pages are opened once, as long as the database is what every change begins with: a card has many
    forms, and each of them is sent by several people.

    :param guide: whose page counts where the one who sends has no such form.
    """

    def __init__(self, routes: Routes, guide: Visitor, snapshot: Snapshot) -> None:
        self._routes, self._guide, self._snapshot = routes, guide, snapshot
        self._opened: dict[tuple[Visitor, str], Forms] = {}

    def of(self, visitor: Visitor, visit: Visit) -> Visit:
        """Give a visit whose form remembers the record as it is; any other one as it stands."""
        if _VERSION not in visit.form or not visit.page:
            return visit
        page = self._page(visit)
        for reader in (visitor, self._guide):
            forms = self._forms_on(page, reader)
            remembered = forms.get((visit.method, path_of(visit.address)))
            if remembered:
                return replace(visit, form={**visit.form, **remembered})
        return visit

    def _page(self, visit: Visit) -> str:
        """Give the page that has the form, of the record that the visit is about."""
        found = self._routes.matched("GET", visit.page)
        target = self._routes.matched(visit.method, visit.address)
        if found is None or target is None:
            return visit.page
        (route, arguments), (_route, own) = found, target
        named = {name: own.get(name, value) for name, value in arguments.items()}
        _path, mark, asked = visit.page.partition("?")
        return f"{self._routes.built(route.rule, named)}{mark}{asked}"

    def _forms_on(self, page: str, reader: Visitor) -> Forms:
        """Give what the forms of a page remember for somebody; nothing where it is not there."""
        if self._snapshot.written():
            return _read(page, reader)
        if (reader, page) not in self._opened:
            self._opened[reader, page] = _read(page, reader)
        return self._opened[reader, page]


def _read(page: str, reader: Visitor) -> Forms:
    answer = reader.visit(Visit("GET", page))
    if not answer.success:
        return {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in Offer(page, answer.content.decode("utf-8", "replace")).visits:
        remembered = {name: one.form[name] for name in _REMEMBERED if name in one.form}
        found.setdefault((one.method, path_of(one.address)), remembered)
    return found
