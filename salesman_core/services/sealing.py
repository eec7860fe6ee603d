"""Secrets of others that the application must read again, as the password of a mailbox.

They stand in the database sealed with a key that is made of the application's secret key, so that
neither a dump nor a backup gives them away. Passwords of our own people are never kept like that:
they are hashed.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_LENGTH: Final = 32


class BrokenSealError(ValueError):
    """What is kept was sealed with another secret key, or for another purpose."""


def sealed(secret: str, purpose: str) -> str:
    """Give a secret as it may be kept.

    :param purpose: what it is for, as ``leads.mailbox``: it opens for nothing else.
    """
    return _seals(purpose).encrypt(secret.encode()).decode()


def unsealed(kept: str, purpose: str) -> str:
    """Give a secret back.

    :raises BrokenSealError: where the secret key is another one by now, as after a backup was
        restored without it.
    """
    try:
        return _seals(purpose).decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise BrokenSealError(f"a secret of {purpose} was sealed with another key") from error


def _seals(purpose: str) -> MultiFernet:
    """Give the seals of a purpose: that of the key in use, then those of former ones."""
    former: list[Any] = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    return MultiFernet([_seal(key, purpose) for key in (current_app.config["SECRET_KEY"], *former)])


def _seal(key: str | bytes, purpose: str) -> Fernet:
    secret = key.encode() if isinstance(key, str) else key
    made = HKDF(SHA256(), _LENGTH, salt=None, info=f"salesman sealed {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(made.derive(secret)))
