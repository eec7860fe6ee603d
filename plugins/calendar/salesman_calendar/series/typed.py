"""How people say that something comes again: what is typed, as a rule, and a rule in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_calendar.series.rules import (
    DAILY,
    MONTHLY,
    WEEKDAYS,
    WEEKLY,
    WORKDAYS,
    YEARLY,
    Rule,
    place_in_month,
    rule_in,
)
from salesman_calendar.texts import texts
from salesman_core.toolkit import AnyRow, InvalidError, date_of, formats, number_of, read_typed
from salesman_hookspecs import Text

_ = texts.lazy

NEVER, OTHERWISE = "", "other"
EVERY_WORKDAY, SAME_WEEKDAY, LAST_DAY = "workdays", "weekday", "last"
FIELDS: Final = ("repeat", "every", "weekdays", "repeat_until", "repeat_count", "repeat_rule")

LABELS: Final[Mapping[str, Text]] = {
    "repeat": _("Comes again"),
    "every": _("Every how many"),
    "weekdays": _("On which days"),
    "repeat_until": _("Until which day"),
    "repeat_count": _("How many times"),
    "scope": _("What the change is meant for"),
}
REPEATS: Final = (
    (DAILY, _("by the day")),
    (EVERY_WORKDAY, _("Monday to Friday")),
    (WEEKLY, _("by the week")),
    (MONTHLY, _("each month, on this day")),
    (SAME_WEEKDAY, _("each month, on this day of the week")),
    (LAST_DAY, _("each month, on its last day")),
    (YEARLY, _("by the year")),
)
WEEKDAY_TITLES: Final = dict(
    zip(
        WEEKDAYS,
        (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")),
        strict=True,
    )
)
SCOPE_TITLES: Final = (
    ("this", _("this one alone")),
    ("following", _("this one and those behind it")),
    ("all", _("all that are open")),
)
COUNTED: Final = (DAILY, WEEKLY, MONTHLY, SAME_WEEKDAY, LAST_DAY, YEARLY)
"""Those of :data:`REPEATS` of which every second may be meant."""
_SINGLE: Final = ("repeat", "every", "repeat_until", "repeat_count")
_EACH: Final[Mapping[str, Text]] = {
    DAILY: _("every day"),
    WEEKLY: _("every week"),
    MONTHLY: _("every month"),
    YEARLY: _("every year"),
}


def recurrence_of(typed: MultiDict[str, str], day: date) -> str | None:
    """Give the rule that a form says, in the notation of the JSON API; None for what comes once.

    :param day: on which it comes first.
    :raises InvalidError: by field of the form.
    """
    repeat = typed.get("repeat", NEVER)
    if repeat == NEVER:
        return None
    if repeat == OTHERWISE or _is_as_it_was(typed):
        return typed.get("repeat_rule", "")
    parts = _parts(repeat, typed, day)
    read = read_typed(
        typed,
        {"every": number_of, "repeat_until": date_of, "repeat_count": number_of},
        *("every", "repeat_until", "repeat_count"),
    )
    if read.get("every") is not None and repeat != EVERY_WORKDAY:
        parts["INTERVAL"] = str(read["every"])
    if read.get("repeat_count") is not None:
        parts["COUNT"] = str(read["repeat_count"])
    if read.get("repeat_until") is not None:
        parts["UNTIL"] = str(read["repeat_until"]).replace("-", "")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _is_as_it_was(typed: MultiDict[str, str]) -> bool:
    """Tell whether a form says the rule that it came with.

    A rule that follows from a day, as “on this day of the week”, does not follow one that is moved
    alone.
    """
    if not typed.get("repeat_rule"):
        return False
    before = held(Rule.read(typed["repeat_rule"]))
    said = (typed.get(name, "").strip() == before[name] for name in _SINGLE)
    return all(said) and typed.getlist("weekdays") == before["weekdays"]


def _parts(repeat: str, typed: MultiDict[str, str], day: date) -> dict[str, str]:
    if repeat == EVERY_WORKDAY:
        return {"FREQ": WEEKLY, "BYDAY": ",".join(WORKDAYS)}
    if repeat == LAST_DAY:
        return {"FREQ": MONTHLY, "BYMONTHDAY": "-1"}
    if repeat == SAME_WEEKDAY:
        return {"FREQ": MONTHLY, "BYDAY": place_in_month(day)}
    chosen = [one for one in WEEKDAYS if one in typed.getlist("weekdays")]
    if repeat == WEEKLY and chosen:
        return {"FREQ": WEEKLY, "BYDAY": ",".join(chosen)}
    return {"FREQ": repeat}


def held(rule: Rule | None) -> dict[str, Any]:
    """Give what a form holds of a rule."""
    if rule is None:
        return {"repeat": NEVER}
    parts = rule.parts
    repeat = _repeat(rule, parts)
    return {
        "repeat": repeat,
        "every": parts.get("INTERVAL", "") if repeat != OTHERWISE else "",
        "weekdays": _weekdays(parts) if repeat == WEEKLY else [],
        "repeat_until": formats.day(rule.until) if rule.until else "",
        "repeat_count": "" if rule.count is None else str(rule.count),
        "repeat_rule": rule.whole,
    }


def _weekdays(parts: Mapping[str, str]) -> list[str]:
    return [one for one in WEEKDAYS if one in parts.get("BYDAY", "").split(",")]


def _repeat(rule: Rule, parts: Mapping[str, str]) -> str:
    """Give which of the choices a rule is."""
    by = {name: value for name, value in parts.items() if name.startswith("BY")}
    if not by:
        return rule.frequency
    if rule.frequency == WEEKLY and by.keys() == {"BYDAY"}:
        plain = by["BYDAY"] == ",".join(WORKDAYS) and "INTERVAL" not in parts
        return EVERY_WORKDAY if plain else WEEKLY
    if rule.frequency == MONTHLY and by == {"BYMONTHDAY": "-1"}:
        return LAST_DAY
    one_day = by.keys() == {"BYDAY"} and "," not in by["BYDAY"] and by["BYDAY"] not in WEEKDAYS
    return SAME_WEEKDAY if rule.frequency == MONTHLY and one_day else OTHERWISE


def told_in(row: AnyRow) -> str:
    """Give by which rule an activity that a query gave comes again; nothing for what does not."""
    rule = rule_in(row)
    return "" if rule is None else told(rule)


def told(rule: Rule) -> str:
    """Give a rule as people say it, in the language of whoever reads."""
    if _repeat(rule, rule.parts) == OTHERWISE:
        return rule.whole
    said = [_how_often(rule), *_on_which(rule), *_how_long(rule)]
    return ", ".join(said)


def _how_often(rule: Rule) -> str:
    every = int(rule.parts.get("INTERVAL", 1))
    if every == 1:
        return str(_EACH[rule.frequency])
    if rule.frequency == DAILY:
        return texts.ngettext("every %(num)s day", "every %(num)s days", every)
    if rule.frequency == WEEKLY:
        return texts.ngettext("every %(num)s week", "every %(num)s weeks", every)
    if rule.frequency == MONTHLY:
        return texts.ngettext("every %(num)s month", "every %(num)s months", every)
    return texts.ngettext("every %(num)s year", "every %(num)s years", every)


def _on_which(rule: Rule) -> list[str]:
    parts = rule.parts
    if parts.get("BYMONTHDAY") == "-1":
        return [texts.gettext("on its last day")]
    if "BYDAY" not in parts:
        return []
    if rule.frequency == WEEKLY:
        return [", ".join(str(WEEKDAY_TITLES[one]) for one in parts["BYDAY"].split(","))]
    place, day = parts["BYDAY"][:-2], str(WEEKDAY_TITLES[parts["BYDAY"][-2:]])
    if place == "-1":
        return [texts.gettext("the last %(day)s of the month", day=day)]
    return [texts.gettext("%(day)s no. %(place)s of the month", day=day, place=place)]


def _how_long(rule: Rule) -> list[str]:
    if rule.count is not None:
        return [texts.ngettext("%(num)s time", "%(num)s times", rule.count)]
    if rule.until is not None:
        return [texts.gettext("until %(day)s", day=formats.day(rule.until))]
    return []


def at_fields(error: InvalidError) -> InvalidError:
    """Let what is wrong with a rule stand at the field of the form that says it."""
    fields = {"repeat" if name == "recurrence" else name: one for name, one in error.fields.items()}
    return InvalidError(error.message, fields)
