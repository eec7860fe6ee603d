"""The service by which other plugins ask and command discussions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from salesman_core.toolkit import reading
from salesman_discussions import decisions, service
from salesman_discussions.toolkit import Discussions


class Moderator(Discussions):
    """See :class:`salesman_discussions.toolkit.Discussions`."""

    def open(self, values: Mapping[str, Any], *, key: str = "", by: int | None = None) -> int:
        """Open a thread, or give the one that was opened under the key."""
        return decisions.open_thread(values, key, by)

    def find(self, key: str) -> int | None:
        """Give the thread that was opened under a key, if whoever acts sees it."""
        return decisions.find(reading(), key)

    def link(self, thread_id: int, message_id: int | None = None) -> str | None:
        """Give the path of the page of a thread, to whoever sees it."""
        return decisions.link(thread_id, message_id)

    def say(self, thread_id: int, text: str, *, key: str = "", by: int | None = None) -> int:
        """Say something as people do; give the id of the message."""
        return decisions.say(thread_id, text, key, by)

    def note(self, thread_id: int, text: str, *, key: str = "", by: int | None = None) -> int:
        """Write down what happened; give the id of the message."""
        return decisions.note(thread_id, text, key, by)

    def ask(
        self,
        thread_id: int,
        user_ids: Collection[int],
        text: str,
        *,
        key: str,
        page: str = "",
        by: int | None = None,
    ) -> int:
        """Ask people for a decision; give the id of the message that does."""
        return decisions.ask(thread_id, user_ids, text, key=key, page=page, by=by)

    def answer(self, key: str, text: str, *, by: int | None = None) -> int | None:
        """Note what somebody has decided; give the id of the message that says so."""
        return decisions.answer(key, text, by)

    def withdraw(
        self,
        key: str,
        text: str = "",
        *,
        user_ids: Collection[int] | None = None,
        by: int | None = None,
    ) -> int:
        """Let nobody decide any more what was asked; give how many were to."""
        return decisions.withdraw(key, text, user_ids, by)

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the discussions about a record be about what it has become; give how many are."""
        return service.follow_record((kind, record_id), values)
