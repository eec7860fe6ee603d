"""What mailing does for other plugins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from salesman_core.toolkit import InvalidError, demand_permission, reach, reading, writing
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import SOURCES, STATES
from salesman_mailing.consent.purposes import offered_purposes
from salesman_mailing.permissions import RECORD_CONSENT
from salesman_mailing.texts import texts

_ = texts.lazy


class Keeper:
    """Keeps the ledger for others; see :class:`salesman_mailing.toolkit.Mailing`."""

    def note(  # what was said, by whom, of what, and how that is known
        self,
        addresses: Collection[str],
        state: str,
        *,
        purpose_id: int | None = None,
        source: str = "form",
        reason: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Note what the owners of some addresses said."""
        demand_permission(RECORD_CONSENT)
        if state not in STATES or source not in SOURCES:
            raise InvalidError(_("This cannot be noted."))
        normal = {reach.email(one).normalised for one in addresses} - {None}
        known = [one for one in normal if one is not None]
        with writing() as session:
            proof = Proof(source, reason, details or {})
            return record(session, known, About(purpose_id=purpose_id), state, proof)

    def purposes(self) -> Mapping[int, str]:
        """Give what people are written to for, as far as it is offered."""
        return dict(offered_purposes(reading()))
