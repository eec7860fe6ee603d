"""Fields of a client, edited where they stand: one at a time, two people at once included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesman_core.access.colleagues import colleagues
from salesman_core.clients import card as cards
from salesman_core.clients import forms
from salesman_core.clients.addresses import USUAL_LABELS, address_in_words
from salesman_core.clients.bans import WAYS, bans_in_words
from salesman_core.clients.lists import KINDS
from salesman_core.clients.service import change_client
from salesman_core.errors import MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.custom.forms import Control, as_typed, control_of, field_named
from salesman_core.records.custom.further import Held, held_by
from salesman_core.records.custom.kinds import is_further
from salesman_core.web.forms import LastChange, Remembered
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field that can be edited where it stands.

    :param control: how it is typed: ``text``, ``phones``, ``emails``, ``addresses``, ``bans``,
        ``choice``, ``person``, or ``custom`` as a custom field.
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
    "addresses": FieldOf(_("Addresses"), "addresses"),
    "bans": FieldOf(_("Does not want"), "bans"),
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
        if is_further(self.name):
            return FieldOf(field_named("client", self.name).label, "custom")
        return FIELDS[self.name]

    @property
    def remembered(self) -> Remembered:
        """What its form remembers of the client."""
        return self.sent or Remembered(self.client.row.version, self.seen_text, self.seen_named)

    @property
    def custom(self) -> Control:
        """How a custom field is typed."""
        return control_of("client", self.name, self.typed, _further(self.client))

    @property
    def seen_text(self) -> str:
        """What the client holds now, on one line: the form sends it back, to find conflicts."""
        return one_line(self.seen)

    @property
    def seen_named(self) -> str:
        """What the client holds now, as people read it."""
        if self.name == "owner_id":
            return str(self.client.row.owner_name or "")
        shown = next((one for one in self.client.further if one.name == self.name), None)
        if shown is not None:
            return shown.text
        return str(KINDS[self.seen]) if self.name == "kind" else self.seen_text

    @property
    def options(self) -> list[tuple[Any, Text]]:
        """What there is to choose from."""
        if self.about.control == "person":
            return [*colleagues("core.client.assign", also=[self.client.row.owner_id])]
        return list(KINDS.items())

    @property
    def ways(self) -> Mapping[str, Text]:
        """What somebody may not want."""
        return WAYS

    @property
    def labels(self) -> list[Text]:
        """What is offered for the label of an address."""
        return list(USUAL_LABELS.values())


def one_line(value: Any) -> str:
    """Give a value of a field on one line."""
    if isinstance(value, list):
        return "; ".join(one if isinstance(one, str) else address_in_words(one) for one in value)
    return bans_in_words(value) if isinstance(value, Mapping) else str(value or "")


def typed_again(name: str, typed: forms.Typed, *, several: bool) -> Any:
    """Give what was typed into a field whose form is given back."""
    if name == "addresses":
        return forms.addresses_typed(typed)
    if name == "bans":
        return forms.bans_typed(typed)
    sent = typed.getlist(name)
    return [one for one in sent if one] if several else "".join(sent[:1])


def field_of(client_id: int, name: str) -> Field:
    """Give a field as it is.

    :raises MissingError: where there is no such client or field.
    """
    if name not in FIELDS and not is_further(name):
        raise MissingError(_("There is no such field."))
    client = cards.shown(client_id)
    value = _held(client, name)
    return Field(name, client, value, value)


def _held(client: cards.Shown, name: str) -> Any:
    """Give what the client holds, as it would be typed."""
    if name in {"phones", "emails"}:
        return [one["typed"] for one in getattr(client, name)]
    if name == "addresses":
        return list(client.addresses)
    if name == "bans":
        return client.bans
    if name == "tags":
        return ", ".join(client.tags)
    if is_further(name):
        return as_typed(field_named("client", name), _further(client))
    return getattr(client.row, name)


def _further(client: cards.Shown) -> Held:
    """Give what the client holds in its further fields."""
    return held_by("client", [client.row])[client.id]


def save_field(client_id: int, name: str, typed: forms.Typed, version: int | None) -> bool:
    """Change one field; give whether it differs now.

    Somebody may have changed the client meanwhile: that is a conflict only where they changed this
    very field, which the form's ``seen`` tells.

    :raises StaleError: where the field itself has another value by now.
    :raises InvalidError: for what cannot be.
    """
    field_of(client_id, name)
    member = name.partition(".")[0] if is_further(name) else name
    values = {member: forms.client_values(typed)[member]}
    try:
        return change_client(client_id, values, version)
    except StaleError:
        now = field_of(client_id, name)
        if now.seen_text != typed.get("seen", ""):
            raise
        return change_client(client_id, values, now.client.row.version)
