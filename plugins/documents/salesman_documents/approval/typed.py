"""What is typed where a route is said, in the API's notation, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import FormState, colleagues, known_roles, whole_number
from salesman_documents.approval.routes import MOST_STEPS, Step
from salesman_documents.references import wrong
from salesman_documents.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]
AFTER: Final = "after"
TOGETHER: Final = "together"
NAMES: Final = ("step_who", "step_when", "step_days")
_MORE: Final = 3


def steps_typed(form: Typed) -> list[dict[str, Any]]:
    """Give the steps of a form; rows in which nobody is chosen are left out.

    :raises InvalidError: for the field ``steps``, where something cannot be read.
    """
    stage, found = 0, []
    for who, when, days in zip_longest(*(form.getlist(name) for name in NAMES), fillvalue=""):
        if who:
            stage += when != TOGETHER or not stage
            found.append({"stage": stage, **_whom(who), "days": _days(days)})
    return found


def _whom(who: str) -> dict[str, int | None]:
    kind, _colon, id_ = who.partition(":")
    try:
        return {f"{kind}_id": whole_number(id_)} if kind in {"role", "user"} else {}
    except ValueError as error:
        raise wrong("steps", _("Choose one of them.")) from error


def _days(days: str) -> int | None:
    try:
        return whole_number(days) if days.strip() else None
    except ValueError as error:
        raise wrong("steps", _("Give the days as a whole number.")) from error


def rows_of(steps: Iterable[Step]) -> dict[str, list[str]]:
    """Give the fields of the rows of some steps."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    before = 0
    for step in steps:
        found["step_who"].append(_who(step))
        found["step_when"].append(TOGETHER if step.stage == before else AFTER)
        found["step_days"].append(str(step.days or ""))
        before = step.stage
    return found


def _who(step: Step) -> str:
    if step.role_id is not None:
        return f"role:{step.role_id}"
    return f"user:{step.user_id}" if step.user_id is not None else ""


def route_form(form: FormState, steps: Sequence[Step] = ()) -> dict[str, Any]:
    """Give what the rows of a route need: what stands in them, and whom they offer.

    :param steps: that stand there already, whose people are offered whoever they are.
    """
    rows = list(zip_longest(*(form.all(name) for name in NAMES), fillvalue=""))
    blank = min(_MORE, max(MOST_STEPS - len(rows), 0))
    people = [
        (f"user:{id_}", name) for id_, name in colleagues(also=[one.user_id for one in steps])
    ]
    return {
        "rows": [*rows, *([("", AFTER, "")] * blank)],
        "whom": (
            (_("Roles: anybody of them"), [(f"role:{id_}", name) for id_, name in known_roles()]),
            (_("People"), people),
        ),
        "whens": ((AFTER, _("then")), (TOGETHER, _("at the same time"))),
    }
