"""The page of the company's audit."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import sqlalchemy as sa
from flask import Blueprint, Response
from markupsafe import Markup

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.audit import AUDIT, VIEW, Entry, entries, kind_titles
from salesman_core.records.audit_fields import all_actions
from salesman_core.records.list_narrowing import Options, narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.records.lists import Page
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

ASKS: Final = ("actor_id", "kind", "action", "record_id", "at")
VIEWS: Final[tuple[tuple[Text, dict[str, str]], ...]] = (
    (_("All"), {}),
    (_("Sign-ins"), {"action__in": "signed_in,sign_in_refused,signed_out"}),
    (_("Looks as somebody else"), {"action__in": "looked_as,looked_away"}),
    (_("Exports"), {"action": "exported"}),
)

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")


class AuditPage(ListPage):
    """The page of the audit: a list whose access goes by the records that it tells of."""

    def __init__(self) -> None:
        super().__init__(AUDIT, "audit.index", (), views=VIEWS, asks=ASKS, options=_options)

    @cached_property
    def found(self) -> tuple[list[Entry], str | None]:
        """The entries, and where the next page begins."""
        return entries(self.query) if self.refused is None else ([], None)

    @cached_property
    def page(self) -> Page:
        """Where the page ends; what stands on it is ``found``."""
        return Page((), self.found[1])


def _options() -> dict[str, Options]:
    people = sa.select(User.id, User.name).where(visible("user")).order_by(User.search_name)
    return {
        "actor_id": [(row.id, row.name) for row in reading().execute(people)],
        "kind": sorted(kind_titles().items(), key=lambda one: str(one[1])),
        "action": sorted(all_actions().items(), key=lambda one: str(one[1])),
    }


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show who did what."""
    listed = AuditPage()
    return render("core/records/audit.html", listed=listed, entries=listed.found[0])


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the audit as it asks for it."""
    return narrowed(AUDIT, "audit.index")
