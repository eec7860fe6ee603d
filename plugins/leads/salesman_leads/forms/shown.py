"""A form as strangers see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.toolkit import AnyRow
from salesman_hookspecs import Text
from salesman_leads.texts import texts

_ = texts.lazy

USUAL_LABELS: Final[dict[str, Text]] = {
    "name": _("Your name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "email": _("Email"),
    "text": _("What can we do for you?"),
    "products": _("What are you interested in?"),
    "region": _("Region"),
}
"""What a field is called where the builder of the form says nothing."""

INPUTS: Final = {
    "name": ("text", "name", 300),
    "company": ("text", "organization", 300),
    "phone": ("tel", "tel", 100),
    "email": ("email", "email", 254),
    "text": ("textarea", "off", 10_000),
    "products": ("text", "off", 1000),
    "region": ("text", "address-level1", 100),
}
"""Of each field its control, what a browser may fill in by itself, and its longest text."""


_SHOWN: Final = ("heading", "button", "consent", "fields")


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a form.

    :param options: what may be chosen; none where it is written.
    """

    kind: str
    label: str
    placeholder: str
    required: bool
    options: Sequence[str]

    @property
    def control(self) -> str:
        """The type of its control."""
        if self.options:
            return "choices" if self.kind == "products" else "choice"
        return INPUTS[self.kind][0]

    @property
    def filled_by(self) -> str:
        """What a browser may fill in by itself."""
        return INPUTS[self.kind][1]

    @property
    def longest(self) -> int:
        """How many characters it takes."""
        return INPUTS[self.kind][2]


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form in its own language, as the template shows it."""

    heading: str
    button: str
    consent: str
    fields: Sequence[ShownField]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ShownForm:
        """Give what a form's row, or what is typed in its builder, shows."""
        return cls(
            heading=values["heading"] or str(_("Write to us")),
            button=values["button"] or str(_("Send")),
            consent=values["consent"],
            fields=[_field(one) for one in values["fields"]],
        )

    @classmethod
    def of_row(cls, row: AnyRow) -> ShownForm:
        """Give what a form shows."""
        return cls.of({name: getattr(row, name) for name in _SHOWN})


def _field(one: Mapping[str, Any]) -> ShownField:
    return ShownField(
        kind=one["kind"],
        label=one["label"] or str(USUAL_LABELS[one["kind"]]),
        placeholder=one["placeholder"],
        required=one["required"],
        options=one["options"],
    )
