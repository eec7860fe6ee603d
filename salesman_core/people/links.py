"""Links in letters that let their reader in: signed, once, and not for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from salesman_core.access.models import User
from salesman_core.clock import now
from salesman_core.db import reading
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.services.mail import link_to

_ = texts.lazy


class Purpose(Enum):
    """What a link is for: where it leads, and how long it holds."""

    INVITATION = ("invitation", timedelta(days=7))
    PASSWORD = ("password", timedelta(hours=2))

    def __init__(self, word: str, holds: timedelta) -> None:
        self.word = word
        self.holds = holds


def link_for(user: User, purpose: Purpose) -> str:
    """Give a link for a user.

    It carries the user's epoch, which a new password raises: so it works once, and any link that
    was sent earlier dies with it.
    """
    until = int((now() + purpose.holds).timestamp())
    proof = _signer(purpose).dumps([user.id, user.epoch, until])
    return link_to(f"/sign/{purpose.word}/{_text(proof)}")


def user_of_link(proof: str, purpose: Purpose) -> int:
    """Give the user whom a link was made for.

    :raises MissingError: where it was not made here, has been used, or has expired.
    """
    try:
        user_id, epoch, until = _signer(purpose).loads(proof)
    except BadData as error:
        raise MissingError(_SPENT) from error
    holds = sa.select(User.id).where(User.id == user_id, User.epoch == epoch, User.active)
    if datetime.fromtimestamp(until, UTC) <= now() or reading().scalar(holds) is None:
        raise MissingError(_SPENT)
    return int(user_id)


_SPENT = _("This link has been used already, or its time is over. Ask for a new one.")


def _signer(purpose: Purpose) -> URLSafeSerializer:
    former: list[Any] = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    keys = [*former, current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=f"salesman-{purpose.word}")


def _text(proof: str | bytes) -> str:
    return proof.decode() if isinstance(proof, bytes) else proof
