"""How tests make discussions: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import kinds_meant, reading, record_type, writing
from salesman_discussions.messages import change_message, post_message, react
from salesman_discussions.models import KIND, MESSAGE, Message, Thread
from salesman_discussions.service import close_thread, open_thread


def make_threads(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a discussion in which something was said, changed and answered, and a closed one.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and what it is about.
    """
    about = _about(ids)
    thread = open_thread({**about, "subject": text("subject"), "text": text("first text")})
    first = _last_message(thread)
    said = post_message(thread, {"text": text("former text"), "quoted_id": first})
    change_message(said, text("text"))
    react(said, "agree")
    closed = open_thread({**about, "subject": text("closed subject"), "text": text("closed text")})
    close_thread(closed, text("decision"))
    _give(ids["owner_id"], thread, closed)
    return [thread, closed]


def make_messages(_text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Give the messages of the discussion that there is."""
    of_thread = sa.select(Message.id).where(Message.thread_id == ids[f"{KIND}_id"])
    return list(reading().scalars(of_thread.order_by(Message.number.desc())))


def _about(ids: Mapping[str, int]) -> dict[str, Any]:
    about: dict[str, Any] = {name: ids[name] for name in ("client_id", "deal_id") if name in ids}
    for kind in kinds_meant(record_type(KIND)):
        if f"{kind}_id" in ids:
            return about | {"about_kind": kind, "about_id": ids[f"{kind}_id"]}
    return about


def _last_message(thread_id: int) -> int:
    last = sa.select(sa.func.max(Message.id)).where(Message.thread_id == thread_id)
    return int(reading().scalar(last) or 0)


def _give(owner_id: int, *thread_ids: int) -> None:
    """Let threads that the system opened be somebody's, with all that they said in them."""
    with writing() as session:
        for model, column in ((Thread, Thread.id), (Message, Message.thread_id)):
            own = "owner_id" if model is Thread else "author_id"
            change = sa.update(model).where(column.in_(thread_ids)).values({own: owner_id})
            session.execute(change.execution_options(synchronize_session=False))


FACTORIES: Final = {KIND: make_threads, MESSAGE: make_messages}
