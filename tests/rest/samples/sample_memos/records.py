"""Queries and services of memos, as short as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.db import reading, writing
from salesman_core.errors import ConflictError, InvalidError, MissingError, StaleError
from salesman_core.records.lists import FieldKind, ListField, ListQuery, ListSpec, Page, select_page
from sample_memos.models import Memo

MEMOS: Final = ListSpec(
    kind="memos.memo",
    id=Memo.id,
    fields=(
        ListField("title", "Title", Memo.title, FieldKind.TEXT, norm=Memo.search_title),
        ListField("amount", "Amount", Memo.amount, FieldKind.MONEY),
        ListField("cost", "Cost", Memo.cost, FieldKind.MONEY, permission="memos.cost.view"),
        ListField("due_on", "Due", Memo.due_on, FieldKind.DATE, empty_high=True),
        ListField("remind_at", "Reminder", Memo.remind_at, FieldKind.MOMENT),
        ListField(
            "state", "State", Memo.state, FieldKind.CHOICE, choices={"open": "Open", "done": "Done"}
        ),
        ListField("pinned", "Pinned", Memo.pinned, FieldKind.FLAG),
        ListField("pages", "Pages", Memo.pages, FieldKind.NUMBER),
        ListField("owner_id", "Owner", Memo.owner_id, FieldKind.USER),
    ),
    search=Memo.search_title,
)
COLUMNS: Final = (
    "id", "title", "amount", "due_on", "remind_at", "state", "pinned", "pages", "owner_id",
    "external_ids", "custom",
)  # fmt: skip


def page_of_memos(query: ListQuery) -> Page:
    columns = [getattr(Memo, name) for name in COLUMNS]
    return select_page(reading(), columns, MEMOS, query, visible("memos.memo"))


def memo(memo_id: int) -> Memo:
    found = reading().scalar(sa.select(Memo).where(Memo.id == memo_id, visible("memos.memo")))
    if found is None:
        raise MissingError("There is no such memo, or you may not see it.")
    return found


def create_memo(values: Mapping[str, Any]) -> int:
    if values["title"] == "crash":
        raise RuntimeError("SELECT secret FROM core_token")
    if values["title"] == "taken":
        raise InvalidError("This title is taken.", {"title": "This title is taken."})
    with writing() as session:
        made = Memo(**{"owner_id": current_person().id, **values}, search_title=values["title"])
        session.add(made)
        session.flush()
        return made.id


def change_memo(memo_id: int, values: Mapping[str, Any], version: int | None) -> None:
    memo(memo_id)
    with writing() as session:
        found = session.get_one(Memo, memo_id, with_for_update=True)
        if version is not None and found.version != version:
            raise StaleError("Somebody else has changed this memo since you read it.")
        for name, value in values.items():
            setattr(found, name, value)
        found.search_title = found.title


def finish_memo(memo_id: int, version: int | None) -> None:
    if memo(memo_id).state == "done":
        raise ConflictError("This memo is done already.")
    change_memo(memo_id, {"state": "done"}, version)


def delete_memo(memo_id: int) -> None:
    memo(memo_id)
    with writing() as session:
        session.delete(session.get_one(Memo, memo_id))
