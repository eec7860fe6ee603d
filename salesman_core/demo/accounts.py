"""The accounts of the demo, one for each preset role, and the password that opens them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.passwords import matches
from salesman_core.access.permissions import PRESETS
from salesman_hookspecs import Text

PASSWORD: Final = "just-looking-around"  # noqa: S105  # everybody may know it: it is printed
"""The password of everybody in the demo."""


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody needs to sign in as one of the preset roles."""

    role: Text
    email: str


def address(login: str) -> str:
    """Give an address at which nobody can be reached (RFC 2606, section 3)."""
    return f"{login}@example.com"


def demo_accounts(session: Session) -> list[Account]:
    """Give the accounts that the demo's password still opens, in the order of the presets."""
    rows = session.execute(
        sa.select(User.login, User.password_hash).where(
            User.login.in_([address(preset) for preset in PRESETS]), User.active
        )
    )
    kept = {row.login: row.password_hash for row in rows}
    return [
        Account(title, address(preset))
        for preset, title in PRESETS.items()
        if address(preset) in kept and matches(kept[address(preset)], PASSWORD)
    ]
