"""Which passwords pass, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_babel import Babel

from salesman_core.access import passwords
from salesman_core.errors import InvalidError


def hasher(rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The texts of refusals need a language; hashes with the least work are enough here."""
    monkeypatch.setattr(passwords, "_hasher", hasher(1))
    passwords._nobody.cache_clear()
    app = Flask("passwords_of_test")
    Babel(app, default_locale="en")
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "qwertyuiop",
        "Password2024!",
        "Пароль1234567",
        "йцукенгшщз1",
        "abababababab",
        "x" * 257,
    ],
)
def test_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        passwords.demand_good(password)
    assert list(refusal.value.fields) == ["password"]


@pytest.mark.parametrize("password", ["Petrova-1984", "olga.petrova!", "OLGA petrova 1"])
def test_password_made_of_own_name_is_refused(password: str) -> None:
    with pytest.raises(InvalidError, match="own name"):
        passwords.demand_good(password, name="Olga Petrova", email="olga@firma.example")


@pytest.mark.parametrize("password", ["kE9#bX2@pL", "тёплый дождь в июле", "olga goes to the sea"])
def test_password_of_several_words_or_of_chance_passes(password: str) -> None:
    passwords.demand_good(password, name="Olga Petrova", email="olga@firma.example")


def test_password_is_kept_as_argon2id() -> None:
    assert passwords.hashed("kE9#bX2@pL").startswith("$argon2id$")


def test_password_matches_only_itself() -> None:
    kept = passwords.hashed("kE9#bX2@pL")
    assert passwords.matches(kept, "kE9#bX2@pL")
    assert not passwords.matches(kept, "kE9#bX2@pl")


def test_password_matches_however_a_keyboard_composes_its_letters() -> None:
    assert passwords.matches(passwords.hashed("йога для всех"), "и\u0306ога для всех")


def test_user_without_password_matches_nothing() -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches("", "")


def test_unknown_user_costs_as_much_work_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            looked_at.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()
    passwords.matches(None, "anything at all")
    assert len(looked_at) == 1
    assert looked_at[0].startswith("$argon2id$")


def test_password_kept_with_weaker_parameters_is_outdated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weak = passwords.hashed("kE9#bX2@pL")
    monkeypatch.setattr(passwords, "_hasher", hasher(2))
    assert passwords.outdated(weak)
    assert not passwords.outdated(passwords.hashed("kE9#bX2@pL"))
