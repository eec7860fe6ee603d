"""Changes of a series: from one of its activities on, or of all that are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_calendar.invitations import go_along, stay_behind, tell_guests
from salesman_calendar.models import KIND, Activity, Series
from salesman_calendar.permissions import DELETE, EDIT
from salesman_calendar.references import ABOUT, RECORD, About
from salesman_calendar.series import making
from salesman_calendar.series.rules import Rule
from salesman_calendar.service import (
    TIMES,
    about_changes,
    about_of,
    apply,
    keep,
    open_activity,
    wanted_of,
)
from salesman_calendar.texts import texts
from salesman_calendar.times import when_meant
from salesman_core.toolkit import (
    Bin,
    Changes,
    ConflictError,
    When,
    audit_many,
    demand_permission,
    differences,
    for_change,
    from_bin,
    locked,
    now,
    touch,
    visible,
    writing,
)

_ = texts.lazy

FOLLOWING, WHOLE = SCOPES = ("following", "all")
"""What a change is meant for: an activity and those behind it, or all that are open."""
_A_DAY: Final = timedelta(days=1)

Told = tuple[int, str, Changes]


def change_series(
    activity_id: int, values: Mapping[str, Any], scope: str, version: int | None = None
) -> int:
    """Change an activity of a series together with others of it; give how many changed.

    What is done stays as it was, and so does what somebody changed alone.

    :param values: as for :func:`~salesman_calendar.service.change_activity`. Another day moves all
        by as many days. An empty ``recurrence`` lets nothing come behind this one any more.
    :param scope: :data:`FOLLOWING` or :data:`WHOLE`.
    :raises InvalidError: by field.
    :raises ConflictError: where the activity is done, or of no series.
    """
    with writing() as session:
        activity = open_activity(session, activity_id, version)
        series = _series_of(session, activity)
        if "recurrence" in values and not values["recurrence"]:
            return _let_end(session, series, activity)
        first = _first(session, series, activity, scope)
        change = _Change(session, series, activity, values)
        told = change.carry_out(first)
        if told or change.rule_changes:
            audit_many(session, KIND, "changed", (one for one in told if one[0] != activity.id))
            mine: Changes = next((one[2] for one in told if one[0] == activity.id), {})
            mine |= change.rule_changes
            others = [one[0] for one in told if one[0] != activity.id]
            keep(session, activity, "changed", mine, {"fields": sorted(mine)}, also=others)
        return len(told)


def end_series(activity_id: int, scope: str, version: int | None = None) -> int:
    """Put an activity and those behind it, or all that are open, into the bin; give how many.

    :param scope: :data:`FOLLOWING` or :data:`WHOLE`.
    :raises ConflictError: where the activity is of no series.
    """
    with writing() as session:
        activity: Activity = for_change(session, KIND, activity_id, DELETE, version)
        series = _series_of(session, activity)
        first = _first(session, series, activity, scope)
        day = first.occurs_on or first.day
        gone = _put_away(session, series, day)
        if series.stopped_on is not None:  # who takes this back does not take that back
            making.end_on(series, series.stopped_on - _A_DAY)
        series.stopped_on = day
        keep(session, first, "deleted", {}, also=gone)
        return len(gone)


def restore_series(activity_id: int) -> int:
    """Take back :func:`end_series`, by an activity that it put into the bin; give how many come."""
    demand_permission(DELETE)
    with writing() as session:
        binned_at = session.scalar(sa.select(Activity.deleted_at).where(Activity.id == activity_id))
        activity = from_bin(session, KIND, activity_id, DELETE)
        series = _series_of(session, activity)
        together = sa.and_(
            Activity.series_id == series.id,
            Activity.deleted_at == binned_at,
            visible(KIND, DELETE, bin=Bin.ALONE),
        )
        others = session.scalars(sa.select(Activity).where(together)).all()
        for one in others:
            one.deleted_at = None
            touch(one)
        series.stopped_on = None
        audit_many(session, KIND, "restored", [(one.id, one.subject, {}) for one in others])
        keep(session, activity, "restored", {}, also=[one.id for one in others])
        return len(others) + 1


def _series_of(session: Session, activity: Activity) -> Series:
    if activity.series_id is None:
        raise ConflictError(_("This comes only once."))
    return session.scalars(
        sa.select(Series).where(Series.id == activity.series_id).with_for_update()
    ).one()


def _first(session: Session, series: Series, activity: Activity, scope: str) -> Activity:
    if scope != WHOLE:
        return activity
    found = sa.select(Activity.id).where(
        Activity.series_id == series.id, Activity.done_at.is_(None), visible(KIND, EDIT)
    )
    id_ = session.scalar(found.order_by(Activity.occurs_on, Activity.id).limit(1))
    return activity if id_ is None else locked(session, Activity, id_)


def _let_end(session: Session, series: Series, activity: Activity) -> int:
    """Let an activity be the last one of its series."""
    last, before = activity.occurs_on or activity.day, making.rule_of(series).whole
    gone = _put_away(session, series, last + _A_DAY)
    making.end_on(series, last)
    after = making.rule_of(series).whole
    tell_guests(session, gone, cancelled=True, series_too=False)
    keep(session, activity, "changed", {"recurrence": (before, after)})
    return len(gone)


def _put_away(session: Session, series: Series, since: date) -> list[int]:
    """Put what is open of a series from a day on into the bin."""
    ones = session.scalars(
        sa.select(Activity).where(
            Activity.series_id == series.id,
            Activity.occurs_on >= since,
            Activity.done_at.is_(None),
            visible(KIND, DELETE),
        )
    ).all()
    return _into_bin(session, ones)


def _into_bin(session: Session, ones: Sequence[Activity]) -> list[int]:
    """Put activities into the bin, all with the same moment."""
    moment = now()
    for one in ones:
        one.deleted_at = moment
        touch(one)
    audit_many(session, KIND, "deleted", [(one.id, one.subject, {}) for one in ones])
    return [one.id for one in ones]


class _Change:
    """A change of several activities of a series."""

    def __init__(
        self, session: Session, series: Series, activity: Activity, values: Mapping[str, Any]
    ) -> None:
        self._session, self._series, self._values = session, series, values
        self._activity = activity
        before = When(activity.day, activity.starts_at)
        self._when = when_meant(values, before)
        self._shift = (self._when.day - before.day).days
        self._wanted = {
            name: value
            for name, value in wanted_of(session, activity, values).items()
            if name not in TIMES
        }
        self._about = self._new_about(about_of(activity))
        self._rule = Rule.read(values["recurrence"]) if values.get("recurrence") else None
        if self._rule == making.rule_of(series):
            self._rule = None
        self.rule_changes: Changes = {}
        if self._rule is not None:
            self.rule_changes = {"recurrence": (making.rule_of(series).whole, self._rule.whole)}
        self._moves = self._rule is not None or self._shift != 0 or self._when.hour != before.hour

    def _new_about(self, before: About) -> About | None:
        if self._values.keys().isdisjoint((*ABOUT, *RECORD)):
            return None
        after = before.changed_by(self._session, self._values)
        return after if about_changes(before, after) else None

    def carry_out(self, first: Activity) -> list[Told]:
        """Change the activities from one on; give what changed of which."""
        day = first.occurs_on or first.day
        ones = self._from(day)
        if not self._moves:
            return self._told([(one, {}) for one in ones if self._is_meant(one)])
        old_days = [
            one for one in making.days_of(self._series, self._series.made_until) if one >= day
        ]
        if not old_days or old_days[0] != day:
            raise ConflictError(_("Change this one alone: its series does not come on its day."))
        target = self._target(old_days[0])
        self._session.flush()
        told = self._told(self._retimed(target, ones, old_days))
        making.prolong(self._session, target, first)
        if target is not self._series:
            go_along(self._session, self._series.id, first)
        return told

    def _from(self, day: date) -> Sequence[Activity]:
        """Give all activities of the series from a day on, those in the bin included."""
        return self._session.scalars(
            sa.select(Activity)
            .where(
                Activity.series_id == self._series.id,
                Activity.occurs_on >= day,
                visible(KIND, EDIT, bin=Bin.INCLUDED),
            )
            .order_by(Activity.occurs_on, Activity.id)
            .options(selectinload(Activity.contacts))
        ).all()

    def _is_meant(self, one: Activity) -> bool:
        alone = one.apart and one is not self._activity
        return one.done_at is None and one.deleted_at is None and not alone

    def _told(self, ones: Sequence[tuple[Activity, Mapping[str, Any]]]) -> list[Told]:
        """Let activities be as they are wanted; give what changed of which."""
        told: list[Told] = []
        for one, times in ones:
            wanted, before = {**self._wanted, **times}, about_of(one)
            about = before if self._about is None else self._about
            changes = differences(one, wanted) | about_changes(before, about)
            if changes:
                apply(one, wanted, about)
                touch(one)
                told.append((one.id, one.subject, changes))
        return told

    def _retimed(
        self, target: Series, ones: Sequence[Activity], old_days: Sequence[date]
    ) -> list[tuple[Activity, Mapping[str, Any]]]:
        """Let activities be of the series that goes on; give those that have another time by it."""
        if self._rule is None:
            kept, new_days = list(ones), self._moved_days(target, old_days)
            place = dict(zip(old_days, new_days, strict=False))
        else:
            kept = [one for one in ones if self._is_meant(one)]
            new_days = [*making.days_of(target, making.horizon(target))]
            own = (one.occurs_on for one in kept if one.occurs_on is not None)
            place = dict(zip(own, new_days, strict=False))
        timed: list[tuple[Activity, Mapping[str, Any]]] = []
        without_day = [one for one in kept if one.occurs_on not in place and self._is_meant(one)]
        if without_day:  # there are fewer of them by the new rule
            gone = _into_bin(self._session, without_day)
            tell_guests(self._session, gone, cancelled=True, series_too=False)
        for one in ones:
            day = place.get(one.occurs_on) if one in kept and one.occurs_on else None
            if day is None:
                one.series_id = one.occurs_on = None
                one.apart = False
                continue
            one.series_id, one.occurs_on = target.id, day
            if self._is_meant(one):
                one.apart = False
                when = making.time_of(target, day)
                timed.append((one, {"day": when.day, "starts_at": when.starts_at}))
        target.made_until = max(place.values(), default=target.starts_on)
        return timed

    def _moved_days(self, target: Series, old_days: Sequence[date]) -> list[date]:
        last = making.horizon(target) + timedelta(days=abs(self._shift) + 1)
        return [*making.days_of(target, max(last, old_days[-1] + _A_DAY * max(0, self._shift)))]

    def _target(self, day: date) -> Series:
        """Give the series that goes on from a day: the same one, where nothing stands before it."""
        rule = self._new_rule(day)
        starts_on = rule.first_day(day + timedelta(days=self._shift))
        begun = sa.exists().where(Activity.series_id == self._series.id, Activity.occurs_on < day)
        if not self._session.scalar(sa.select(begun)):
            series = self._series
            series.rule, series.until, series.count = rule.text, rule.until, rule.count
            series.starts_on, series.hour = starts_on, self._when.hour
            return series
        making.end_on(self._series, day - _A_DAY)
        stay_behind(self._session, self._series.id, day)
        target = making.series_of(rule, replace(self._when, day=starts_on))
        self._session.add(target)
        return target

    def _new_rule(self, day: date) -> Rule:
        """Give the rule as it is said, or the old one from a day on, moved."""
        if self._rule is not None:
            return self._rule
        old = making.rule_of(self._series)
        first = day + timedelta(days=self._shift)
        rule = old.moved(self._shift, first) if self._shift else old
        if old.count is not None:
            before = sum(1 for one in making.days_of(self._series, day) if one < day)
            return replace(rule, count=old.count - before)
        if old.until is not None:
            return replace(rule, until=old.until + timedelta(days=self._shift))
        return rule
