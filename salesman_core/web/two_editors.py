"""Two people who edit one record in a form: nothing of either is overwritten unseen.

A form remembers what stood in it. Whoever saves second keeps what only the first has changed, and
chooses where both gave one field different values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.errors import ConflictError, InvalidError, StaleError, VetoedError
from salesman_core.web.forms import Conflict, FormState, LastChange, version_in

Typed = MultiDict[str, str]
Save = Callable[[Typed, int | None], object]
Last = Callable[[Sequence[str]], LastChange | None]

_CHOICE: Final = "choice:"
_THEIRS: Final = "theirs"
_TRIES: Final = 3


def form_to_edit(
    values: Mapping[str, Any], version: int, *, unshown: Collection[str] = ()
) -> FormState:
    """Give the form of a record as it stands, which remembers what stood in it.

    :param values: what stands in the fields, by name.
    :param version: of the record.
    :param unshown: names of *values* that have no field in the form.
    """
    sent = {name: _sent(value) for name, value in values.items() if name not in unshown}
    return FormState({**values, "version": version, "seen": json.dumps(sent)})


def save_form(
    typed: Typed, now: Callable[[], FormState], save: Save, last: Last | None = None
) -> FormState | None:
    """Save a form that began as :func:`form_to_edit`; give what to show where that cannot be.

    :param now: gives the form of the record as it stands now.
    :param save: changes the record to what the form holds, where it still has that version.
    :param last: gives who last changed some fields, for whoever has to choose between two values.
    :returns: None where it is saved. Else the form as it was typed, with what is wrong, or with
        the fields that somebody else changed meanwhile, for the person to choose.
    """
    again = _saved(_chosen(typed), now, save, _TRIES)
    if again is None or last is None or not again.conflicts:
        return again
    return replace(again, changed=last([one.name for one in again.conflicts]))


def _saved(
    typed: Typed, now: Callable[[], FormState], save: Save, tries_left: int
) -> FormState | None:
    try:
        save(typed, version_in(typed))
    except StaleError as error:
        typed, conflicts = _met(typed, now())
        form = FormState.refused(typed, error)
        if conflicts:
            return replace(form, message=None, conflicts=conflicts)
        return _saved(typed, now, save, tries_left - 1) if tries_left else form
    except (InvalidError, ConflictError, VetoedError) as error:
        return FormState.refused(typed, error)
    return None


def _chosen(typed: Typed) -> Typed:
    """Give what was typed, with what the other one wrote where the person chose that."""
    seen = _seen(typed.get("seen", ""))
    chosen: Typed = MultiDict(
        (name, value) for name, value in typed.items(multi=True) if not name.startswith(_CHOICE)
    )
    for name, theirs in seen.items():
        if typed.get(f"{_CHOICE}{name}") == _THEIRS:
            _put(chosen, name, theirs)
    return chosen


def _met(typed: Typed, now: FormState) -> tuple[Typed, list[Conflict]]:
    """Give what was typed together with what only the other one changed, and where both did.

    Of a form that remembers nothing, whatever differs may have been changed by both.
    """
    before, held = _seen(typed.get("seen", "")), _seen(now.value("seen"))
    met, conflicts = typed.copy(), []
    for name in before | held:
        mine, stood = _sent(typed.getlist(name)), before.get(name, [])
        theirs = held.get(name, [])
        if theirs == mine or (before and theirs == stood):
            continue
        if before and mine == stood:
            _put(met, name, theirs)
        else:
            conflicts.append(Conflict(name, stood, mine, theirs))
    met["version"], met["seen"] = str(now.value("version")), now.value("seen")
    return met, conflicts


def _put(typed: Typed, name: str, values: Sequence[str]) -> None:
    """Put into a form what a browser would send: a box that is not ticked is not in it at all."""
    if values:
        typed.setlist(name, values)
    else:
        typed.poplist(name)


def _sent(value: Any) -> list[str]:
    """Give a value as a form sends it: nothing for an empty field, a box that is not ticked."""
    values = value if isinstance(value, list | tuple) else [value]
    there = [one for one in values if one is not None and one is not False]
    sent = ("true" if one is True else str(one) for one in there)
    return [text for one in sent if (text := one.replace("\r\n", "\n").strip())]


def _seen(remembered: str) -> dict[str, list[str]]:
    """Read what a form remembers; what was tampered with is as good as not remembered."""
    try:
        found = json.loads(remembered)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): _sent(value) for name, value in found.items() if isinstance(value, list)}
