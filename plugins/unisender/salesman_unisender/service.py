"""Every change of the company's account: its key, and where events are sent."""

from __future__ import annotations

import re
from typing import Any, Final

import sqlalchemy as sa
from salesman_mailing.toolkit import ServiceError
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    BrokenSealError,
    InvalidError,
    MissingError,
    StaleError,
    WritingSession,
    audit,
    demand_permission,
    link_to,
    now,
    plugin_settings,
    reading,
    sealed,
    unsealed,
    writing,
)
from salesman_unisender.client import Client
from salesman_unisender.models import ACCOUNT, Account
from salesman_unisender.permissions import MANAGE
from salesman_unisender.texts import texts

_ = texts.lazy

_KEY: Final = re.compile(r"[0-9A-Za-z_-]{20,100}")
_STATUSES: Final = (
    *("err_user_unknown", "err_user_inactive", "err_mailbox_discarded", "err_domain_inactive"),
    *("err_mailbox_full", "err_giveup", "err_delivery_failed", "err_unreachable", "ok_fbl"),
    "ok_delivered",
)
READERS: Final = ("ok_read", "ok_link_visited")
_NAME: Final = "UniSender"
_WORDS: Final = 300


def account(session: Session) -> AnyRow | None:
    """Give the company's account, without its key; None where there is none."""
    columns = [one for one in Account.__table__.c if one.name != "sealed_key"]
    return session.execute(sa.select(*columns).order_by(Account.id)).first()


def key() -> str | None:
    """Give the key of the API; None where none was entered.

    :raises ServiceError: where the application's secret key is another one by now.
    """
    kept = reading().scalar(sa.select(Account.sealed_key).order_by(Account.id))
    if kept is None:
        return None
    try:
        return unsealed(kept, ACCOUNT)
    except BrokenSealError:
        words = _("The key of UniSender was kept with another secret key: enter it anew.")
        raise ServiceError(words) from None


def save_account(typed_key: str, *, follows_readers: bool, version: int | None = None) -> None:
    """Keep the key of the API, which no page shows again; an empty one leaves that there is.

    :raises InvalidError: where it is none.
    """
    demand_permission(MANAGE)
    typed_key = typed_key.strip()
    if typed_key and not _KEY.fullmatch(typed_key):
        message = _("That is no key of UniSender's API.")
        raise InvalidError(message, {"key": message})
    with writing() as session:
        found = _account(session, version)
        if found is None:
            if not typed_key:
                message = _("Enter the key.")
                raise InvalidError(message, {"key": message})
            found = Account(sealed_key="")
            session.add(found)
        told: dict[str, tuple[Any, Any]] = {}
        if typed_key:
            found.sealed_key, found.problem = sealed(typed_key, ACCOUNT), ""
            told["key"] = (None, "new")
        if bool(found.follows_readers) != follows_readers:
            told["follows_readers"] = (found.follows_readers, follows_readers)
            found.follows_readers = follows_readers
        if told:
            found.hook_url, found.hooked_at = "", None  # events are to be asked for anew
            found.version = (found.version or 0) + 1
            session.flush()
            audit(session, ACCOUNT, found.id, _NAME, "changed", told)


def forget_account(version: int | None = None) -> None:
    """Forget the key; what is linked stays, and waits for another one."""
    demand_permission(MANAGE)
    with writing() as session:
        found = _account(session, version)
        if found is None:
            raise MissingError(_("No key was entered."))
        audit(session, ACCOUNT, found.id, _NAME, "deleted", {})
        session.delete(found)


def _account(session: WritingSession, version: int | None) -> Account | None:
    query = sa.select(Account).order_by(Account.id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if found is not None and version is not None and found.version != version:
        raise StaleError(_("Somebody else has changed this since you read it."))
    return found


def try_account() -> int:
    """Ask UniSender for its lists, and let it tell of events by itself; give how many lists.

    :raises ServiceError: where that does not succeed; the page says why.
    """
    demand_permission(MANAGE)
    try:
        found, hook = _tried()
    except ServiceError as error:
        _note(problem=str(error.words)[:_WORDS])
        raise
    _note(problem="", hook_url=hook, hooked_at=now())
    return found


def _tried() -> tuple[int, str]:
    secret, mine = key(), account(reading())
    if secret is None or mine is None:
        raise ServiceError(_("No key was entered."))
    client = Client(plugin_settings("unisender")["api_url"], secret)
    lists = client.call("getLists")
    hook = hook_url()
    statuses = (*_STATUSES, *READERS) if mine.follows_readers else _STATUSES
    events = {"unsubscribe": "*", "subscribe": "*", "email_status": ",".join(statuses)}
    told = [("hook_url", hook), ("event_format", "json_post"), ("single_event", "0")]
    told += [("status", "active"), ("max_parallel", "5")]
    client.call("setHook", [*told, *((f"events[{name}]", said) for name, said in events.items())])
    return len(lists) if isinstance(lists, list) else 0, hook


def hook_url() -> str:
    """Give the address to which UniSender sends events."""
    return link_to("/unisender/events")


def note_told() -> None:
    """Keep when UniSender told of events the last time."""
    _note(told_at=now())


def _note(**values: Any) -> None:
    """Write how it goes: no change of what an administrator said, so no version."""
    with writing() as session:
        session.execute(
            sa.update(Account)
            .values(checked_at=now(), **values)
            .execution_options(synchronize_session=False)
        )
