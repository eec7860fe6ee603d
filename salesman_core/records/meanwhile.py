"""An act on a record that somebody changed meanwhile: it changes nothing, and says what happened.

A form of several fields lets its person choose between two values (``web/two_editors.py``); an act
is one press, done again as soon as its person has seen how the record stands now.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, ParamSpec

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.records import record_type
from salesman_core.db import AnyRow, reading, table_of
from salesman_core.errors import SalesmanError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.answers import tell
from salesman_core.records.audit_words import ENTRY, Line, Step, in_words
from salesman_core.records.models import Audit
from salesman_core.web.errors import Problem, shown
from salesman_core.web.formats import moment
from salesman_core.web.forms import FormState, version_in
from salesman_core.web.toasts import is_htmx
from salesman_hookspecs import Text

_ = texts.lazy

P = ParamSpec("P")

_MOST: Final = 3
"""So many changes are told, the newest first."""


def acts_on(
    kind: str,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let a view that acts on one record say what others did to it since its page was drawn.

    :param kind: of the record, which the address names as ``record_id``.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @functools.wraps(view)
        def acted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                return view(*args, **kwargs)
            except StaleError as error:
                return _refused(kind, int(str(kwargs["record_id"])), error)

        return acted

    return decorate


def _refused(kind: str, record_id: int, error: StaleError) -> ResponseReturnValue:
    """Answer with what happened; what shows the record on the page is drawn anew."""
    lines, type_ = happened_since(kind, record_id), record_type(kind)
    card = url_for(type_.card_endpoint, record_id=record_id)
    name = lines[0].label if lines else str(type_.title)
    problem = Problem(
        error.status,
        str(_("This was changed meanwhile")),
        str(_("So nothing was done. See how it stands now; do it again if it still fits.")),
        tuple(map(_in_words, lines)),
        way=(card, str(_("Open “%(name)s”", name=name))),
    )
    answer = shown(problem)
    if is_htmx():
        tell(answer, kind, record_id, closes_dialog=True)
    return answer


def form_again(kind: str, record_id: int, error: SalesmanError) -> FormState:
    """Give the form of an act back as it was sent, with why nothing was done.

    It still is for the state of the record that its person saw. Only where they are told here what
    others did since, it is for the one that there is now.
    """
    form = FormState.refused(request.values, error)
    if not isinstance(error, StaleError):
        return form
    version = _version_now(kind, record_id)
    message = _meanwhile(kind, record_id, error)
    return replace(form, values={**form.values, "version": version}, message=message)


def form_of_several(
    kind: str, versions: Mapping[int, int | None], error: SalesmanError
) -> FormState:
    """Give the form of an act on several records back as it was sent, with why nothing was done.

    :param versions: by record, the one that the form was for; None where it did not say.
    """
    form = FormState.refused(request.values, error)
    if not isinstance(error, StaleError):
        return form
    changed = [
        line
        for record_id, seen in versions.items()
        if seen is not None and _version_now(kind, record_id) != seen
        for line in _since(kind, record_id, seen)
    ]
    return replace(form, message=_told(changed, error, names=True))


def _meanwhile(kind: str, record_id: int, error: StaleError) -> Text:
    """Give what the form says above what was typed."""
    return _told(happened_since(kind, record_id), error)


def _told(lines: Sequence[Line], error: StaleError, *, names: bool = False) -> Text:
    """Put what happened into words.

    :param names: whether to say to which record.
    """
    changes = "; ".join(
        f"{line.label}: {_in_words(line)}" if names else _in_words(line) for line in lines
    )
    if not changes:  # none that its person may know of
        return _("%(what)s See whether it still fits, then save again.", what=error.message)
    return _("Meanwhile: %(changes)s. See whether it still fits, then save again.", changes=changes)


def happened_since(kind: str, record_id: int) -> list[Line]:
    """Give the last changes of a record since the version that the request names, in words."""
    return _since(kind, record_id, version_in(request.values) or 0)


def _since(kind: str, record_id: int, seen: int) -> list[Line]:
    session, version = reading(), _version_now(kind, record_id)
    rows: list[AnyRow] = list(
        session.execute(
            sa.select(*ENTRY)
            .where(Audit.kind == kind, Audit.record_id == record_id)
            .order_by(Audit.id.desc())
            .limit(min(max(version - seen, 1), _MOST))
        )
    )
    return in_words(session, rows, of=kind)


def _version_now(kind: str, record_id: int) -> int:
    columns = table_of(record_type(kind).model).c
    found = sa.select(columns.version).where(columns.id == record_id)
    return reading().scalar(found) or 0


def _in_words(line: Line) -> str:
    what = "; ".join(map(_step_in_words, line.steps))
    return str(
        _(
            "%(when)s, %(name)s: %(action)s",
            when=moment(line.at),
            name=line.actor or _("by itself"),
            action=f"{line.action} ({what})" if what else line.action,
        )
    )


def _step_in_words(step: Step) -> str:
    if step.one_of_several:
        return f"{step.field}: {step.after or step.before}"
    return f"{step.field}: {step.before or '—'} → {step.after or '—'}"
