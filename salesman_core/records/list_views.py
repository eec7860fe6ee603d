"""Lists as people keep them: named views, for oneself, one's team or the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import AnyRow, reading, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.list_groups import grouped
from salesman_core.records.list_query import parse_list_query
from salesman_core.records.models import ListView
from salesman_core.records.record_list import record_list
from salesman_core.records.sharing import call, own, share, within_reach
from salesman_core.web.preferences import remember
from salesman_hookspecs import Text

_ = texts.lazy

MOST_VIEWS: Final = 50
_NOT_KEPT: Final = frozenset({"view", "columns", "cursor", "limit"})
_MOST_ARGS: Final = 50
_MOST_TEXT: Final = 4000


def views_of(kind: str) -> Sequence[AnyRow]:
    """Give the views of a kind of record that whoever acts may use, by name."""
    columns = (ListView.id, ListView.name, ListView.sharing, ListView.owner_id)
    query = sa.select(*columns, ListView.args, ListView.columns)
    query = query.where(ListView.kind == kind, within_reach(ListView))
    return reading().execute(query.order_by(ListView.name, ListView.id).limit(MOST_VIEWS * 4)).all()


def keep_view(kind: str, values: Mapping[str, Any]) -> int:
    """Keep a list as it stands under a name; give the new view's id.

    :param values: ``name``, ``sharing``, ``address`` (the parameters of the list's address) and
        ``columns`` (their names in their order; None for the usual ones).
    :raises InvalidError: for a name that is none, for what cannot be shared, and for an address
        that the list does not understand.
    :raises ForbiddenError: for a filter by what whoever acts may not see.
    """
    record_list(kind)
    with writing() as session:
        view = ListView(kind=kind, owner_id=current_person().id, created_at=now())
        _fill(session, view, values)
        _refuse_too_many(session, kind)
        session.add(view)
        session.flush()
        return view.id


def change_view(view_id: int, values: Mapping[str, Any]) -> None:
    """Change a view of one's own: its name, with whom it is shared, or what it shows."""
    with writing() as session:
        _fill(session, _own(session, view_id), values)


def delete_view(view_id: int) -> None:
    """Take a view of one's own away, for everybody with whom it was shared."""
    with writing() as session:
        _own(session, view_id).deleted_at = now()


def restore_view(view_id: int) -> None:
    """Bring a view of one's own back."""
    with writing() as session:
        _own(session, view_id, gone=True).deleted_at = None


def choose_default(kind: str, view_id: int | None) -> None:
    """Let a list open as one of the views, or as usual again.

    :raises MissingError: for a view that whoever acts may not use.
    """
    if view_id is not None and view_id not in {one.id for one in views_of(kind)}:
        raise MissingError(_("There is no such view (any more)."))
    remember(default_key(kind), view_id)


def default_key(kind: str) -> str:
    """Give the name of the preference that holds the view with which a list opens."""
    return f"{kind}.view"


def view_of(view_id: int) -> ListView:
    """Give a view of one's own.

    :raises MissingError: where there is none, or it is another's.
    """
    return _own(reading(), view_id)


def _own(session: Session, view_id: int, *, gone: bool = False) -> ListView:
    return own(session, ListView, view_id, _("There is no such view (any more)."), gone=gone)


def _fill(session: Session, view: ListView, values: Mapping[str, Any]) -> None:
    if "name" in values:
        call(view, values["name"])
    if "sharing" in values:
        share(session, view, values["sharing"])
    if "address" in values:
        view.args = _args(values["address"])
        parse_list_query(view.args, record_list(view.kind).spec)
    if "columns" in values:
        view.columns = _known_columns(view.kind, values["columns"])
    view.updated_at = now()


def _args(address: str) -> dict[str, str]:
    """Give the parameters of an address that a view keeps; several of one name mean any of them.

    :raises InvalidError: for more than a view holds: what is cut off would show another list.
    """
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(address[: _MOST_TEXT + 1]):
        if name not in _NOT_KEPT:
            found.setdefault(name, []).append(value)
    if len(address) > _MOST_TEXT or len(found) > _MOST_ARGS:
        raise InvalidError(_("This list asks for too much to be kept as a view: drop a filter."))
    return {
        name if len(values) == 1 or name.endswith("__in") else f"{name}__in": ",".join(values)
        for name, values in found.items()
    }


def _known_columns(kind: str, names: Sequence[str] | None) -> list[str] | None:
    known = {column.name for column in record_list(kind).seen_columns()}
    chosen = [name for name in names or () if name in known]
    return chosen or None


def _refuse_too_many(session: Session, kind: str) -> None:
    own = sa.select(sa.func.count()).where(
        ListView.kind == kind,
        ListView.owner_id == current_person().id,
        ListView.deleted_at.is_(None),
    )
    if (session.scalar(own) or 0) >= MOST_VIEWS:
        raise InvalidError(_("You have %(most)s views here: delete one first.", most=MOST_VIEWS))


def _fields_named(args: Mapping[str, str]) -> list[str]:
    """Give the names of the fields that a view filters and sorts by."""
    filtered = [grouped(parameter)[1].partition("__")[0] for parameter in args]
    return filtered + [one.removeprefix("-") for one in args.get("sort", "").split(",")]


def refusal(kind: str, args: Mapping[str, str]) -> Text:
    """Say what a view asks for that its reader may not see."""
    spec, person = record_list(kind).spec, current_person()
    named_fields = [spec.find(name) for name in _fields_named(args)]
    hidden = {
        str(field.title): None
        for field in named_fields
        if field is not None and field.permission and not person.may(field.permission)
    }
    names = ", ".join(hidden)
    return _("This view asks for what your roles do not let you see: %(names)s.", names=names)
