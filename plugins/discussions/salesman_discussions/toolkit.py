"""What other plugins may use of discussions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol


class Discussions(Protocol):
    """The service of discussions: ``service("discussions")`` of the core's toolkit gives it.

    It judges whether whoever acts may do it, and joins the transaction of its caller. A plugin that
    has judged by itself acts as the system, and says by ``by`` in whose name something is written;
    people write in their own name alone.

    A ``key`` is what the plugin calls a thread or a message, at most 120 characters that begin with
    its id, as ``visits:12``: what is opened, said or asked twice under one is there once.
    """

    def open(self, values: Mapping[str, Any], *, key: str = "", by: int | None = None) -> int:
        """Open a thread; give its id.

        Where there is one under the key, it is given as it is. One that lies in the bin counts as
        none.

        :param values: ``subject``, and each if there is any: ``text``, in Markdown, which stands
            there as by :meth:`note`; ``private``, whether only those who take part see it;
            ``participant_ids``; ``records`` that it is about, pairs of kind and id, as
            ``("deal", 7)`` or ``("visits.visit", 12)``: whoever sees one of them sees the thread.
        :raises InvalidError: by field, for what whoever acts does not see, too.
        :raises MissingError: where there is one under the key that whoever acts does not see.
        """
        ...

    def find(self, key: str) -> int | None:
        """Give the thread that was opened under a key; None where whoever acts sees none."""
        ...

    def link(self, thread_id: int, message_id: int | None = None) -> str | None:
        """Give the path of the page of a thread; None where whoever acts does not see it.

        :param message_id: of the message to which the page is to lead.
        """
        ...

    def say(self, thread_id: int, text: str, *, key: str = "", by: int | None = None) -> int:
        """Say something as people do, with mentions; its author may change it. Give its id.

        :raises MissingError: where whoever acts does not see the thread.
        :raises ConflictError: where it is closed.
        """
        ...

    def note(self, thread_id: int, text: str, *, key: str = "", by: int | None = None) -> int:
        """Write down what happened, in the name of whoever did it. Give the id of the message.

        Nobody changes it or takes it back. It names nobody, and stands in a closed thread, too.

        :param text: in Markdown, in the company's language.
        :raises MissingError: where whoever acts does not see the thread.
        """
        ...

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
        """Ask people for a decision; give the id of the message that does, as by :meth:`note`.

        They are told, and the thread waits for each of them until the plugin says that they have
        answered, or that it is asked no more. Whoever does not see the thread is invited, where
        whoever acts may invite, else asked as soon as somebody does. A closed thread is taken up
        again. Under a key that was asked before, those are asked who were not.

        :param page: the path of the page where it is decided, as ``/visits/12``.
        :raises InvalidError: for the field ``user_ids``, for users who are no longer active.
        :raises MissingError: where whoever acts does not see the thread.
        """
        ...

    def answer(self, key: str, text: str, *, by: int | None = None) -> int | None:
        """Note what somebody who was asked has decided; give the id of the message.

        :returns: None, and nothing is noted, where they were not asked under this key, have
            answered already, or do not see the thread any more.
        """
        ...

    def withdraw(
        self,
        key: str,
        text: str = "",
        *,
        user_ids: Collection[int] | None = None,
        by: int | None = None,
    ) -> int:
        """Let the thread wait no longer for what was asked under a key.

        :param text: why, noted as by :meth:`note`; empty for nothing.
        :param user_ids: whose decision is needed no more; everybody's where nothing else is said.
        :returns: for how many it did wait; where that is nobody, nothing is noted.
        """
        ...

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the discussions about a record be about what it has become, too.

        Whoever sees that sees them from then on, unless they are private.

        :param kind: of the record; ``record_id`` is its number.
        :param values: ``client_id`` and ``deal_id``, each if there is one.
        :returns: how many are about more than before.
        :raises InvalidError: for what whoever acts does not see.
        """
        ...
