"""The service by which other plugins plan, finish and count activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import url_for

from salesman_calendar import choosing, climbing, queries, service
from salesman_calendar.lists import ACTIVITIES
from salesman_calendar.permissions import ASSIGN, CREATE, VIEW
from salesman_calendar.toolkit import Activities
from salesman_core.toolkit import current_person, reading


class Planner(Activities):
    """See :class:`salesman_calendar.toolkit.Activities`."""

    def kind(self, base: str, owner_id: int | None = None) -> int | None:
        """Give the first kind that is offered and is *base* at bottom, to whoever may plan it."""
        person = current_person()
        needed = (CREATE,) if owner_id in {None, person.id} else (CREATE, ASSIGN)
        if not all(map(person.may, needed)):
            return None
        offered = choosing.kinds(reading(), offered=True)
        return next((row.id for row in offered if row.base == base), None)

    def plan(self, values: Mapping[str, Any]) -> int:
        """Plan an activity; give its id."""
        return service.create_activity(values)

    def change(self, activity_id: int, values: Mapping[str, Any]) -> bool:
        """Change an activity; give whether anything changed."""
        return service.change_activity(activity_id, values)

    def finish(self, activity_id: int, values: Mapping[str, Any]) -> int | None:
        """Say that an activity is done; give the id of the next one."""
        return service.finish_activity(activity_id, values)

    def lacks_next(self) -> sa.ColumnElement[bool] | None:
        """Give the condition of deals for which nothing is planned, to who may see activities."""
        return queries.lacks_next() if current_person().may(VIEW) else None

    def deals_without_next(self, owner_id: int | None) -> str:
        """Give the address of the page of the deals in work for which nothing is planned."""
        return url_for("calendar.without_next", whose="all" if owner_id is None else owner_id)

    def is_open(self, activity_id: int) -> bool:
        """Tell whether an activity is to be done yet, and whoever acts may say that it is."""
        return queries.is_open(reading(), activity_id)

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the activities about a record concern what it has become; give how many do."""
        return service.follow_record((kind, record_id), values)

    def reopen(self, activity_id: int) -> None:
        """Take up again what was done."""
        service.reopen_activity(activity_id)

    def drop(self, activity_id: int) -> None:
        """Put an activity into the bin."""
        service.delete_activity(activity_id)

    def restore(self, activity_id: int) -> bool:
        """Take an activity out of the bin; give whether it lay there."""
        if not queries.is_binned(reading(), activity_id):
            return False
        service.restore_activity(activity_id)
        return True

    def done_with_clients(
        self, filters: Mapping[str, str], by: str = ""
    ) -> Mapping[Any, tuple[int, int]] | None:
        """Give how many activities were done with clients, and with how many."""
        if not current_person().may(VIEW):
            return None
        return climbing.done_with_clients(reading(), ACTIVITIES, filters, by)

    def done_address(self, filters: Mapping[str, str]) -> str:
        """Give the address of the list of the activities that were counted so."""
        args: dict[str, Any] = {**filters, "with_client": "true"}
        return url_for("calendar.index", **args)
