"""What a form shows: what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_hookspecs import Text

_ = texts.lazy

_MOST: Final = 2**63


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field to which two people gave different values, each as a form would send it.

    :param before: what stood in it when the person began to type.
    :param theirs: what somebody else made of it meanwhile.
    """

    name: str
    before: Sequence[str]
    mine: Sequence[str]
    theirs: Sequence[str]


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who last changed a record, and when.

    :param name: of the person; empty where the system did it.
    :param at: the moment, UTC.
    :param own: whether whoever asks did it themselves, as in another window.
    """

    name: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the form of a field that is edited where it stands remembers, to find conflicts.

    :param version: of the record.
    :param seen: what stood in the field, as it is typed.
    :param before: the same, as people read it.
    """

    version: int | str
    seen: str
    before: str

    @classmethod
    def sent(cls, typed: Mapping[str, str]) -> Remembered:
        """Give what a form has sent back."""
        return cls(*(typed.get(name, "") for name in ("version", "seen", "before")))


@dataclass(frozen=True, slots=True)
class FormState:
    """The state of a form, for the macros of ``core/macros/forms.html``.

    :param values: what stands in the fields, by name. After an error that is what was typed, to
        the letter; repeated fields hold a list.
    :param errors: what is wrong, by field.
    :param message: what is wrong with the whole, or None.
    :param conflicts: fields that somebody else changed as well, for the person to choose.
    :param changed: who changed them, and when, where that is known.
    :param status: of the answer that shows it.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    message: Text | None = None
    conflicts: Sequence[Conflict] = ()
    changed: LastChange | None = None
    status: int = 200

    @classmethod
    def refused(cls, typed: MultiDict[str, str], error: SalesmanError) -> FormState:
        """Give the form back as it was typed, with what the *error* says of its fields."""
        errors = {name: [message] for name, message in error.fields.items()}
        message = None if errors else error.message
        return cls(typed_values(typed), errors, message, status=error.status)

    def value(self, name: str) -> Any:
        """Give what stands in a field; an empty string where nothing does."""
        found = self.values.get(name)
        return "" if found is None else found

    def all(self, name: str) -> list[Any]:
        """Give what stands in a repeated field."""
        found = self.value(name)
        if isinstance(found, list | tuple):
            return list(found)
        return [found] if found != "" else []

    def wrong(self, name: str) -> list[str]:
        """Give what is wrong with a field, its numbered parts (``phones.0``) included."""
        return [
            str(message)
            for key, messages in self.errors.items()
            if key == name or key.startswith(f"{name}.")
            for message in messages
        ]


def typed_values(typed: MultiDict[str, str]) -> dict[str, Any]:
    """Give the fields of a request: a list where a name came more than once."""
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in typed.lists()
        if name != "csrf_token"
    }


def whole_number(text: str) -> int:
    """Read a number from a form or an address, as ``request.args.get(…, type=whole_number)`` does.

    :raises ValueError: for what is none, and for one that no column can hold.
    """
    number = int(text)
    if not -_MOST <= number < _MOST:
        message = "no column can hold this number"
        raise ValueError(message)
    return number


def number_or_none(text: str) -> int | None:
    """Read the id that a choice sends; None where nothing was chosen, and for what is no id."""
    try:
        return whole_number(text) if text.isdecimal() else None
    except ValueError:
        return None


def version_in(typed: Mapping[str, str]) -> int | None:
    """Give the version of the record that a form or an address remembers; None where it has none.

    :raises InvalidError: where it cannot be read, so that no change is made without the check.
    """
    text = typed.get("version", "").strip()
    version = number_or_none(text)
    if text and version is None:
        raise InvalidError(_("The page no longer says which state it shows: open it anew."))
    return version
