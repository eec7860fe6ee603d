"""Every read of promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Deal,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    MissingError,
    RecordList,
    UtcDateTime,
    normalised,
    reading,
    visible,
)
from salesman_hookspecs import AddedFilter, Person, Text
from salesman_sample import permissions
from salesman_sample.models import Promise
from salesman_sample.texts import texts

_ = texts.lazy

KIND: Final = "sample.promise"
COLUMNS: Final = (
    Promise.id,
    Promise.text,
    Promise.client_id,
    Promise.deal_id,
    Promise.owner_id,
    Promise.kept_at,
    Promise.created_at,
    Promise.updated_at,
    Promise.version,
)
PROMISES: Final = ListSpec(
    kind=KIND,
    id=Promise.id,
    source=Promise.__table__,
    search=Promise.search_text,
    default_sort="-created_at",
    fields=(
        ListField("text", _("Promise"), Promise.text, FieldKind.TEXT, norm=Promise.search_text),
        ListField("client_id", _("Client"), Promise.client_id, FieldKind.REF, sortable=False),
        ListField("created_at", _("Made"), Promise.created_at, FieldKind.MOMENT),
    ),
)


def _promised_to(_operator: str, wanted: Any) -> sa.ColumnElement[bool]:
    promised = Client.id.in_(sa.select(Promise.client_id).where(visible(KIND)))
    return promised if wanted else sa.not_(promised)


def _promised_in_words(_operator: str, words: Any) -> sa.ColumnElement[bool]:
    said = sa.select(Promise.client_id).where(visible(KIND), Promise.text.in_([words]))
    return Client.id.in_(said)


def _words() -> Iterable[tuple[object, Text]]:
    said = reading().scalars(promises().with_only_columns(Promise.text).order_by(None).distinct())
    return [(one, one) for one in sorted(said)]


FILTERS: Final = (
    AddedFilter(
        "client",
        ListFilter("promised", _("Promised something"), FieldKind.FLAG, _promised_to, ("eq",)),
    ),
    AddedFilter(
        "client",
        ListFilter(
            "promise",
            _("Promise"),
            FieldKind.TEXT,
            _promised_in_words,
            ("eq",),
            permission=permissions.VIEW,
        ),
        options=_words,
    ),
)
LISTED: Final = RecordList(PROMISES, "sample.index", _("Promises"), COLUMNS)


def promises(*conditions: Any, person: Person | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the promises that a person reaches, the newest first."""
    return (
        sa.select(*COLUMNS)
        .where(visible(KIND, person=person), *conditions)
        .order_by(Promise.created_at.desc(), Promise.id.desc())
    )


def one_promise(session: Session, promise_id: int) -> AnyRow:
    """Give a promise.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(promises(Promise.id == promise_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such promise, or you may not see it."))
    return row


def of_record(session: Session, kind: str, record_id: int) -> Sequence[AnyRow]:
    """Give the promises about a client or deal."""
    column = {"client": Promise.client_id, "deal": Promise.deal_id}[kind]
    return session.execute(promises(column == record_id)).all()


def open_about_deals(session: Session, deal_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give the promises about some deals that were not kept yet."""
    waiting = promises(Promise.deal_id.in_(deal_ids), Promise.kept_at.is_(None))
    return session.execute(waiting).all()


def is_open(session: Session, deal_id: int) -> bool:
    """Tell whether something that was promised about a deal was not kept yet."""
    waiting = sa.exists().where(Promise.deal_id == deal_id, Promise.kept_at.is_(None))
    return bool(session.scalar(sa.select(waiting)))


def promised() -> sa.Select[*tuple[Any, ...]]:
    """Give to which clients what was promised, as keys by which doubles are found."""
    key, shown = Promise.search_text.label("key"), Promise.text.label("shown")
    return sa.select(Promise.client_id.label("record_id"), key, shown).where(visible(KIND))


def is_kept(session: Session, promise_id: int | None) -> bool:
    """Tell whether a promise was kept."""
    kept = sa.exists().where(Promise.id == promise_id, Promise.kept_at.is_not(None))
    return bool(session.scalar(sa.select(kept)))


def promised_when_typed(typed: Mapping[str, Any]) -> Iterable[str]:
    """Give what is promised to a client that somebody types, in a custom field ``promised``."""
    promised = typed.get("custom", {}).get("promised")
    return [normalised(promised)] if promised else []


def kept_about(session: Session, client_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give the kept promises about some clients, whoever asks."""
    return session.execute(
        sa.select(*COLUMNS).where(Promise.client_id.in_(client_ids), Promise.kept_at.is_not(None))
    ).all()


def opened_deals() -> sa.Select[*tuple[Any, ...]]:
    """Give deals as plans count them: on the day on which they were opened."""
    return sa.select(
        Deal.opened_on.label("day"),
        Deal.owner_id,
        Deal.id.label("record_id"),
        Deal.amount.label("turnover"),
        sa.literal_column("1", sa.Integer).label("deals"),
    ).where(visible("deal"))


def days_of_opening() -> sa.Select[*tuple[Any, ...]]:
    """Give deals as the calendar shows them: on the day on which they were opened."""
    return sa.select(
        Deal.opened_on.label("day"),
        sa.cast(None, UtcDateTime).label("at"),
        Deal.owner_id,
        Deal.id.label("record_id"),
        Deal.name.label("title"),
    ).where(visible("deal"))


def promises_for_documents(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what was promised to the client of a document, as far as whoever acts sees it."""
    if about["client_id"] is None:
        return []
    made = sa.select(Promise.text, Promise.kept_at).where(
        Promise.client_id == about["client_id"], visible(KIND)
    )
    rows = about["session"].execute(made.order_by(Promise.id))
    return [{"text": row.text, "kept": row.kept_at is not None} for row in rows]


def promises_by_client(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Count for a report what was promised to each client, as far as whoever acts sees both."""
    made: Any = sa.select(Client.id, Client.name, sa.func.count(Promise.id).label("made"))
    made = made.join(Promise, Promise.client_id == Client.id)
    made = made.where(visible(KIND), visible("client"))
    if asked["owner_id"] is not None:
        made = made.where(Promise.owner_id == asked["owner_id"])
    if asked["source"] is not None:
        made = made.where(Client.source == asked["source"])
    rows = reading().execute(made.group_by(Client.id, Client.name).order_by(Client.name, Client.id))
    return [{"client": row.name, "key": row.id, "made": row.made} for row in rows]
