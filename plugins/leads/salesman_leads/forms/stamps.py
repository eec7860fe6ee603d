"""The stamp that a form carries instead of a session: we showed it, when, and with which consent.

Inside a frame on another site a browser sends no cookies, so none can prove where an answer comes
from. The stamp is signed, of one form, and holds for half a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from salesman_core.toolkit import AnyRow, now

HOLDS: Final = 12 * 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form says of itself.

    :param consent_id: the version of the consent that stood in it, or None.
    :param shown_at: when it was first shown, in seconds.
    """

    form_id: int
    consent_id: int | None
    shown_at: float

    @classmethod
    def of(cls, form: AnyRow) -> Stamp:
        """Give the stamp of a form that is shown now."""
        return cls(form.id, form.consent_id, now().timestamp())

    @classmethod
    def read(cls, signed: str, form_id: int) -> Stamp | None:
        """Give the stamp that came back with a form; None where it is not ours, or of another."""
        try:
            stamp = cls(*_signer().loads(signed))
        except (BadData, ValueError, TypeError):
            return None
        return stamp if stamp.form_id == form_id else None

    @property
    def seconds(self) -> float:
        """How long ago the form was shown."""
        return now().timestamp() - self.shown_at

    @property
    def holds(self) -> bool:
        """Whether it is young enough."""
        return 0 <= self.seconds <= HOLDS

    def renewed(self) -> Stamp:
        """Let it hold for half the time again: nobody fills in anew what is sent once more."""
        return replace(self, shown_at=now().timestamp() - HOLDS / 2)

    def signed(self) -> str:
        """Give it as the form carries it."""
        return _signer().dumps([self.form_id, self.consent_id, self.shown_at])


def _signer() -> URLSafeSerializer:
    former = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    return URLSafeSerializer([*former, current_app.config["SECRET_KEY"]], salt="leads-form")
