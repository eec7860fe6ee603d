"""Tokens: shown once, kept as a hash, narrowed, expiring, revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from salesman_core.access.models import Token
from salesman_core.access.tokens import new_token, person_of_token, revoke, tokens_of
from salesman_core.db import reading
from salesman_core.errors import InvalidError, MissingError
from salesman_core.people import service
from salesman_core.testing.clock import FrozenClock

pytestmark = pytest.mark.usefixtures("app")


def test_token_stands_for_its_user(sergei: int) -> None:
    person = person_of_token(new_token(sergei, "site"))
    assert person is not None
    assert (person.id, person.name) == (sergei, "Sergei")


def test_token_is_kept_only_as_a_hash(sergei: int) -> None:
    token = new_token(sergei, "site")
    assert token.startswith("sm_")
    row = reading().execute(sa.select(sa.text("*")).select_from(Token)).one()
    assert not any(token[3:] in str(value) for value in row)


@pytest.mark.parametrize("token", ["", "sm_", "sm_unknown", "Bearer", "sm_\0"])
def test_unknown_token_stands_for_nobody(token: str) -> None:
    assert person_of_token(token) is None


def test_token_narrows_its_user(anna: int) -> None:
    person = person_of_token(new_token(anna, "reports", ["core.client.view"]))
    assert person is not None
    assert person.may("core.client.view")
    assert not person.may("core.client.edit")
    assert not person.everything


def test_token_never_widens_its_user(sergei: int) -> None:
    person = person_of_token(new_token(sergei, "site", ["core.user.manage"]))
    assert person is not None
    assert not person.may("core.user.manage")


def test_token_holds_until_it_expires(sergei: int, clock: FrozenClock) -> None:
    token = new_token(sergei, "site", expires_at=clock.now() + timedelta(days=1))
    assert person_of_token(token) is not None
    clock.advance(days=1)
    assert person_of_token(token) is None


def test_token_of_deactivated_user_is_gone_for_good(anna: int, sergei: int) -> None:
    token = new_token(sergei, "site")
    service.deactivate(sergei)
    assert person_of_token(token) is None
    assert tokens_of(sergei) == []


def test_revoked_token_stands_for_nobody(sergei: int) -> None:
    token = new_token(sergei, "site")
    (kept,) = tokens_of(sergei)
    assert revoke(kept.id, sergei) == "site"
    assert person_of_token(token) is None


def test_token_of_somebody_else_cannot_be_revoked(anna: int, sergei: int) -> None:
    new_token(sergei, "site")
    (kept,) = tokens_of(sergei)
    with pytest.raises(MissingError):
        revoke(kept.id, anna)


def test_use_of_a_token_is_noted_once_an_hour(sergei: int, clock: FrozenClock) -> None:
    token, first = new_token(sergei, "site"), clock.now()
    person_of_token(token)
    clock.advance(minutes=59)
    person_of_token(token)
    assert tokens_of(sergei)[0].used_at == first
    clock.advance(minutes=1)
    person_of_token(token)
    assert tokens_of(sergei)[0].used_at == clock.now()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("permissions", {"name": "site", "permissions": ["core.client.fly"]}),
        ("expires_at", {"name": "site", "expires_at": "now"}),
    ],
)
def test_token_that_cannot_be_is_refused(
    field: str, values: dict[str, object], sergei: int, clock: FrozenClock
) -> None:
    if values.get("expires_at") == "now":
        values = values | {"expires_at": clock.now()}
    with pytest.raises(InvalidError) as refusal:
        new_token(sergei, **values)  # type: ignore[arg-type]  # made by the table above
    assert list(refusal.value.fields) == [field]
