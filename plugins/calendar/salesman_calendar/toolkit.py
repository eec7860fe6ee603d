"""What other plugins may use of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import sqlalchemy as sa


class Activities(Protocol):
    """The service of the calendar: ``service("calendar")`` of the core's toolkit gives it.

    Each method judges whether whoever acts may do it, and joins the transaction of its caller.
    """

    def kind(self, base: str, owner_id: int | None = None) -> int | None:
        """Give the kind that is a ``call``, ``meeting``, ``task`` or ``letter`` at bottom.

        None where the company has no such kind, or offers it no more, and for whoever may plan
        nothing.

        :param owner_id: for whom it is to be planned, where that is not whoever acts.
        """
        ...

    def plan(self, values: Mapping[str, Any]) -> int:
        """Plan an activity; give its id.

        :param values: as the JSON API names them: ``kind_id``, and ``day`` (a date) or
            ``starts_at`` (UTC); all else may be left out. ``about_kind`` and ``about_id`` name a
            record of a plugin, on whose card it stands then; the kind's card must have a place for
            panels.
        :raises InvalidError: by field.
        """
        ...

    def change(self, activity_id: int, values: Mapping[str, Any]) -> bool:
        """Change an activity; give whether anything changed.

        :param values: as for :meth:`plan`; what is left out stays.
        :raises InvalidError: by field.
        :raises ConflictError: where it is done.
        """
        ...

    def finish(self, activity_id: int, values: Mapping[str, Any]) -> int | None:
        """Say that an activity is done; give the id of the next one, where ``next`` plans one.

        :param values: ``result_id``, ``result_text`` and ``next``, each if there is one.
        :raises ConflictError: where it is done already.
        """
        ...

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the activities about a record concern the client that it has become.

        They stay about the record, too. What whoever acts may not change stays as it is, and so
        does what concerns another client; for all of them, act as the system.

        :param kind: of the record; ``record_id`` is its number.
        :param values: ``client_id``; ``deal_id`` and ``contact_ids``, each if there are any.
        :returns: how many follow.
        :raises InvalidError: for what whoever acts does not see.
        """
        ...

    def lacks_next(self) -> sa.ColumnElement[bool] | None:
        """Give the condition of deals for which nothing is planned that whoever acts sees.

        Say beside it which deals count: closed and frozen ones are among them. None for whoever
        may see no activities.
        """
        ...

    def deals_without_next(self, owner_id: int | None) -> str:
        """Give the address of the page of the deals in work for which nothing is planned.

        :param owner_id: whose; None for all that whoever acts sees.
        """
        ...

    def is_open(self, activity_id: int) -> bool:
        """Tell whether an activity is to be done yet, and whoever acts may say that it is."""
        ...

    def reopen(self, activity_id: int) -> None:
        """Take up again what was done.

        :raises ConflictError: where it is open.
        """
        ...

    def drop(self, activity_id: int) -> None:
        """Put an activity into the bin."""
        ...

    def restore(self, activity_id: int) -> bool:
        """Take an activity out of the bin; give whether it lay there."""
        ...

    def done_with_clients(
        self, filters: Mapping[str, str], by: str = ""
    ) -> Mapping[Any, tuple[int, int]] | None:
        """Give how many activities were done with clients, and with how many; one statement.

        Only what whoever acts sees, with clients whom they see; None where they see no activities.

        :param filters: those of the list of activities, by their names in the JSON API, as
            ``day__gte`` or ``owner_id``.
        :param by: ``rung`` (the id of that on which the client stood then), ``month`` (the year and
            the number of the month), ``owner`` (the id of whoever is responsible, or None); where
            it is left out, all of it stands under None.
        :raises InvalidError: by filter.
        """
        ...

    def done_address(self, filters: Mapping[str, str]) -> str:
        """Give the address of the list of the activities that were counted so."""
        ...
