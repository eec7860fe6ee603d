"""What the pages of a company's own lists do: add, change, move, and show what was refused."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.errors import InvalidError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.company_lists import CompanyList, Values
from salesman_core.web.forms import FormState, version_in
from salesman_core.web.toasts import toast
from salesman_hookspecs import Text

_ = texts.lazy

NEW_ROW: Final = 0
"""Stands for the row that is about to be added, where forms are told by their row."""

Page = Markup | Response | tuple[Markup, int]
Refused = Mapping[Hashable, FormState]
"""What was refused in the forms of a page, by the key of each."""


@dataclass(frozen=True, slots=True)
class CompanyListPage:
    """A page on which people change lists of the company; its views say who may.

    :param endpoint: of the page.
    :param draw: gives it with what was refused.
    :param added: what is said once a row was added, if something else than that it was.
    """

    endpoint: str
    draw: Callable[[Refused], Markup]
    added: Text | None = None

    def add(self, rows: CompanyList, key: Hashable = NEW_ROW, values: Values | None = None) -> Page:
        """Add the row that was typed.

        :param key: of the form in which it was typed.
        :param values: what it says; as the form has it, where nothing else is given.
        """
        try:
            rows.add(request.form if values is None else values)
        except InvalidError as error:
            return self.draw({key: FormState.refused(request.form, error)}), error.status
        toast(_("Added.") if self.added is None else self.added)
        return self.back()

    def change(
        self,
        rows: CompanyList,
        row_id: int,
        key: Hashable | None = None,
        values: Values | None = None,
    ) -> Page:
        """Change a row to what was typed, likewise; its form is told by its id, or by the key."""
        said = request.form if values is None else values
        try:
            rows.change(row_id, said, version_in(request.form))
        except (InvalidError, StaleError) as error:
            key = row_id if key is None else key
            return self.draw({key: FormState.refused(request.form, error)}), error.status
        toast(_("Saved."))
        return self.back()

    def move(self, rows: CompanyList, row_id: int) -> Response:
        """Let a row change places with its neighbour."""
        up = request.form.get("to") == "up"
        rows.move(row_id, up=up, version=version_in(request.form))
        return self.back()

    def back(self) -> Response:
        """Lead to the page again."""
        return redirect(url_for(self.endpoint))
