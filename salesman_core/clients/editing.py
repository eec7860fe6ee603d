"""Fields of a client, edited where they stand: one at a time, two people at once included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesman_core.access.colleagues import colleagues
from salesman_core.clients import card as cards
from salesman_core.clients import forms
from salesman_core.clients.lists import KINDS
from salesman_core.clients.service import change_client
from salesman_core.errors import MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.custom.forms import Control, as_typed, control_of, field_named
from salesman_core.records.custom.kinds import CUSTOM, key_of
from salesman_core.web.forms import LastChange, Remembered
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field that can be edited where it stands.

    :param control: how it is typed: ``text``, ``phones``, ``emails``, ``choice``, ``person``, or
        ``custom`` as a custom field.
    :param longest: so many characters fit in.
    """

    title: Text
    control: str = "text"
    longest: int = 300


FIELDS: Final[Mapping[str, FieldOf]] = {
    "name": FieldOf(_("Name")),
    "kind": FieldOf(_("Kind"), "choice"),
    "owner_id": FieldOf(_("Owner"), "person"),
    "phones": FieldOf(_("Phones"), "phones"),
    "emails": FieldOf(_("Emails"), "emails"),
    "site": FieldOf(_("Site")),
    "address": FieldOf(_("Address"), longest=500),
    "tags": FieldOf(_("Tags")),
    "source": FieldOf(_("Source"), longest=100),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field while it is edited.

    :param typed: what stands in the input; a list for what can stand there several times.
    :param seen: what the client holds now, likewise.
    :param wrong: what is wrong with what was typed.
    :param sent: what the form that is refused remembers; None where it is for what is held now.
    :param conflict: whether somebody else gave it another value meanwhile.
    :param before: what people read in it when the person began to type, where there is a conflict.
    :param changed: who gave it that other value, and when, where that is known.
    """

    name: str
    client: cards.Shown
    typed: Any
    seen: Any
    wrong: Sequence[Text] = field(default=())
    sent: Remembered | None = None
    conflict: bool = False
    before: str = ""
    changed: LastChange | None = None

    @property
    def about(self) -> FieldOf:
        """What kind of field it is."""
        if key_of(self.name):
            return FieldOf(field_named("client", self.name).label, "custom")
        return FIELDS[self.name]

    @property
    def remembered(self) -> Remembered:
        """What its form remembers of the client."""
        return self.sent or Remembered(self.client.row.version, self.seen_text, self.seen_named)

    @property
    def custom(self) -> Control:
        """How a custom field is typed."""
        return control_of("client", self.name, self.typed, self.client.row.custom)

    @property
    def seen_text(self) -> str:
        """What the client holds now, on one line: the form sends it back, to find conflicts."""
        return one_line(self.seen)

    @property
    def seen_named(self) -> str:
        """What the client holds now, as people read it."""
        if self.name == "owner_id":
            return str(self.client.row.owner_name or "")
        shown = next((one for one in self.client.custom if one.name == self.name), None)
        if shown is not None:
            return shown.text
        return str(KINDS[self.seen]) if self.name == "kind" else self.seen_text

    @property
    def options(self) -> list[tuple[Any, Text]]:
        """What there is to choose from."""
        if self.about.control == "person":
            return [*colleagues("core.client.assign")]
        return list(KINDS.items())


def one_line(value: Any) -> str:
    """Give a value of a field on one line."""
    return "; ".join(value) if isinstance(value, list) else str(value or "")


def field_of(client_id: int, name: str) -> Field:
    """Give a field as it is.

    :raises MissingError: where there is no such client or field.
    """
    if name not in FIELDS and not key_of(name):
        raise MissingError(_("There is no such field."))
    client = cards.shown(client_id)
    value = _held(client, name)
    return Field(name, client, value, value)


def _held(client: cards.Shown, name: str) -> Any:
    """Give what the client holds, as it would be typed."""
    if name in {"phones", "emails"}:
        return [one["typed"] for one in getattr(client, name)]
    if name == "tags":
        return ", ".join(client.tags)
    if key_of(name):
        return as_typed(field_named("client", name), client.row.custom)
    return getattr(client.row, name)


def save_field(client_id: int, name: str, typed: forms.Typed, version: int | None) -> bool:
    """Change one field; give whether it differs now.

    Somebody may have changed the client meanwhile: that is a conflict only where they changed this
    very field, which the form's ``seen`` tells.

    :raises StaleError: where the field itself has another value by now.
    :raises InvalidError: for what cannot be.
    """
    field_of(client_id, name)
    member = CUSTOM if key_of(name) else name
    values = {member: forms.client_values(typed)[member]}
    try:
        return change_client(client_id, values, version)
    except StaleError:
        now = field_of(client_id, name)
        if now.seen_text != typed.get("seen", ""):
            raise
        return change_client(client_id, values, now.client.row.version)


def add_participant(client_id: int, user_id: int, part: str) -> None:
    """Give a user a part in a client: from then on they see it."""
    client = cards.shown(client_id)
    others = [one for one in client.participants if one["user_id"] != user_id]
    wanted = [*others, {"user_id": user_id, "part": part.strip()}]
    change_client(client_id, {"participants": wanted}, client.row.version)


def remove_participant(client_id: int, user_id: int) -> None:
    """Take a user's part in a client away."""
    client = cards.shown(client_id)
    left = [one for one in client.participants if one["user_id"] != user_id]
    change_client(client_id, {"participants": left}, client.row.version)
