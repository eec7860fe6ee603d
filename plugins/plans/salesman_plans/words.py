"""How the history of plans is told: fields and values as people call them."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldWords, describe_fields, describe_kind
from salesman_plans.models import BASIS_KIND, KIND, PERSON_KIND
from salesman_plans.texts import texts

_ = texts.lazy

FIELDS: Final = {"value": FieldWords(_("Plan"), figure=True)}


def describe() -> None:
    """Tell the audit what stands in it of plans."""
    describe_fields(KIND, FIELDS)
    describe_kind(BASIS_KIND, _("Accounting basis"))
    describe_fields(
        BASIS_KIND,
        {
            "basis": FieldWords(_("Accounting basis")),
            "good": FieldWords(_("On plan from, percent of the pace"), figure=True),
            "behind": FieldWords(_("Behind from, percent of the pace"), figure=True),
        },
    )
    describe_kind(PERSON_KIND, _("Whose plan"))
    describe_fields(
        PERSON_KIND,
        {
            "has_plan": FieldWords(_("Has a plan")),
            "with_team": FieldWords(_("With the team's results")),
        },
    )
