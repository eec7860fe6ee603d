"""The company's list of the kinds of activities, each with its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_calendar.lists import BASE_TITLES
from salesman_calendar.models import BASES, ICONS, Kind, Result
from salesman_calendar.permissions import MANAGE
from salesman_calendar.texts import texts
from salesman_core.toolkit import CompanyList, FieldWords, InvalidError, one_of_them

_ = texts.lazy

MOST_RESULTS: Final = 30
LONGEST_RESULT: Final = 100


def _apply(_session: Session, kind: Kind, values: Mapping[str, Any], *, new: bool) -> None:
    """Set what a kind counts as, which stays, its drawing, and its results.

    Results that are not named stay as they are; none is ever deleted, because activities refer to
    it.
    """
    if new:
        kind.base = one_of_them("base", values.get("base"), BASES)
    kind.icon = one_of_them("icon", values.get("icon"), ICONS)
    _set_results(kind, values.get("results", ()))


def _set_results(kind: Kind, results: Sequence[Mapping[str, Any]]) -> None:
    known = {one.id: one for one in kind.results}
    for given in results:
        result = known.get(given["id"]) if given["id"] is not None else None
        name = str(given["name"]).strip()
        if not name or len(name) > LONGEST_RESULT:
            message = _("Name each result, in at most %(most)s characters.", most=LONGEST_RESULT)
            raise InvalidError(message, {"results": message})
        if result is None:
            result = Result(position=len(kind.results))
            kind.results.append(result)
        result.name = name
        result.reached, result.active = bool(given["reached"]), bool(given["active"])
    if len(kind.results) > MOST_RESULTS:
        message = _("At most %(most)s results.", most=MOST_RESULTS)
        raise InvalidError(message, {"results": message})


def _told(kind: Kind) -> dict[str, Any]:
    results = [
        f"{one.name}{'' if one.active else ' (−)'}{' (+)' if one.reached else ''}"
        for one in kind.results
    ]
    held = {name: getattr(kind, name) for name in ("name", "base", "icon", "active")}
    return {**held, "results": results}


KINDS: Final = CompanyList("calendar.kind", Kind, MANAGE, _apply, _told)
"""Its values are ``name``, ``base``, ``icon``, ``active``, and ``results``: each with ``id`` (None
for a new one), ``name``, ``reached`` and ``active``."""

KINDS.describe(
    _("Kind of activity"),
    {
        "name": FieldWords(_("Name")),
        "base": FieldWords(_("Counts as"), choices=BASE_TITLES),
        "icon": FieldWords(_("Drawing")),
        "results": FieldWords(_("Results")),
    },
)
