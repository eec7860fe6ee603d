"""How often somebody may try to sign in.

Three counts, each by itself too weak: an address that tries one account, an address that tries
many, and many addresses that try one account. The last would let a stranger keep a colleague out,
so it does not hold where the colleague is signed in already, and it never lasts long.
Each process counts for itself.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from babel.dates import format_timedelta
from flask import Flask, current_app
from flask_babel import get_locale
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

from salesman_core.access.tokens import hashed
from salesman_core.db import normalised
from salesman_core.errors import SalesmanError
from salesman_core.i18n import texts

_ = texts.lazy

_EXTENSION: Final = "salesman_attempts"

ACCOUNT_HERE: Final = RateLimitItemPerMinute(5, 1, namespace="here")
ACCOUNT_ANYWHERE: Final = RateLimitItemPerMinute(10, 5, namespace="anywhere")
ADDRESS: Final = RateLimitItemPerMinute(100, 10, namespace="address")
"""An office shares one address, and all of it signs in at nine."""
LETTERS: Final = RateLimitItemPerMinute(3, 15, namespace="letters")
"""Letters to one account that anybody may ask for."""

STRANGERS: Final = RateLimitItemPerMinute(30, 10, namespace="strangers")
"""Links that were not made here, tried at one network address."""


class TooManyAttemptsError(SalesmanError):
    """Somebody tried too often.

    :param wait: after how long trying makes sense again.
    """

    status = 429

    def __init__(self, wait: timedelta) -> None:
        when = format_timedelta(wait, threshold=1.5, add_direction=True, locale=get_locale())
        super().__init__(_("Too many attempts. Try again %(when)s.", when=when))
        self.wait = wait


class Attempts:
    """The counts of one application, in the memory of its process."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self.strategy: RateLimiter = MovingWindowRateLimiter(self._storage)

    def reset(self) -> None:
        """Forget all of them."""
        self._storage.reset()


def install(app: Flask) -> None:
    """Give *app* counts of its own."""
    app.extensions[_EXTENSION] = Attempts()


def note(login: str, address: str, *, known_here: bool) -> None:
    """Count an attempt, before the password is looked at: many at once count too.

    :param known_here: whether the account's user is signed in at this address already.
    :raises TooManyAttemptsError: where it is one too many; that one does not count.
    """
    account = _account(login)
    _count(ADDRESS, address)
    _count(ACCOUNT_HERE, account, address)
    if not known_here:
        _count(ACCOUNT_ANYWHERE, account)


def note_letter(login: str, address: str) -> None:
    """Count a letter that somebody asks to be sent to an account.

    :raises TooManyAttemptsError: where it is one too many.
    """
    _count(ADDRESS, address)
    _count(LETTERS, _account(login))


def note_stranger(address: str) -> None:
    """Count that somebody at a network address came with a link that was not made here.

    :raises TooManyAttemptsError: where they tried too many.
    """
    _count(STRANGERS, address)


def forget(login: str, address: str) -> None:
    """Forget the failures of an account at an address, because the right password came."""
    _strategy().clear(ACCOUNT_HERE, _account(login), address)


def _account(login: str) -> str:
    return hashed(normalised(login))


def _count(limit: RateLimitItem, *of: str) -> None:
    if _strategy().hit(limit, *of):
        return
    free_at: float = _strategy().get_window_stats(limit, *of).reset_time
    raise TooManyAttemptsError(timedelta(seconds=max(1.0, free_at - time.time())))


def _strategy() -> RateLimiter:
    attempts: Attempts = current_app.extensions[_EXTENSION]
    return attempts.strategy
