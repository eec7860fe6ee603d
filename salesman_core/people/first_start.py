"""The first start: the company, its mail and its first administrator, set up on one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, User, UserRole
from salesman_core.access.passwords import demand_good, hashed
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import reading, writing
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.i18n import texts
from salesman_core.people.service import add_user
from salesman_core.services.company import change_company
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the page asks for.

    :param company: fields of :class:`~salesman_core.services.company.Company`.
    :param server: the mail server, or None to do without for now.
    :param sender: the address that letters come from; empty to leave what the settings say.
    """

    company: Mapping[str, Any]
    admin_name: str
    admin_email: str
    admin_password: str
    server: MailServer | None = None
    sender: str = ""


def nobody_yet(session: Session | None = None) -> bool:
    """Tell whether there is no administrator who could sign in."""
    holders = (
        sa.select(UserRole.user_id).join(Role, Role.id == UserRole.role_id).where(Role.everything)
    )
    someone = sa.exists().where(User.id.in_(holders), User.active, User.password_hash.is_not(None))
    return not (session or reading()).scalar(sa.select(someone))


def begin(start: FirstStart) -> int:
    """Set everything up and give the administrator's id.

    :raises ConflictError: where somebody else was faster.
    :raises InvalidError: by field, all complaints at once; nothing is kept then.
    """
    with acting_as(SYSTEM), writing() as session:
        _lock(session)
        if not nobody_yet(session):
            raise ConflictError(_("This SalesMan has been set up already: sign in."))
        wrong: dict[str, Text] = {}
        for step in (_set_company, _set_mail, _add_administrator):
            try:
                step(start)
            except InvalidError as error:
                wrong |= error.fields
        if wrong:
            raise InvalidError(_("Something is not right yet."), wrong)
        return session.scalars(sa.select(User.id).where(User.login == start.admin_email)).one()


def _lock(session: Session) -> None:
    session.execute(sa.select(Role.id).where(Role.everything).with_for_update()).all()


def _set_company(start: FirstStart) -> None:
    if not str(start.company.get("name", "")).strip():
        message = _("A name is needed.")
        raise InvalidError(message, {"name": message})
    change_company(start.company)


def _set_mail(start: FirstStart) -> None:
    if start.server is not None:
        change_mail(start.server, start.sender)


def _add_administrator(start: FirstStart) -> None:
    wrong: dict[str, Text] = {}
    for step in (_demand_good_password, _add_user):
        try:
            step(start)
        except InvalidError as error:
            wrong |= {f"admin_{name}": text for name, text in error.fields.items()}
    if wrong:
        raise InvalidError(_("Something is not right yet."), wrong)


def _demand_good_password(start: FirstStart) -> None:
    demand_good(start.admin_password, name=start.admin_name, email=start.admin_email)


def _add_user(start: FirstStart) -> None:
    user_id = add_user(
        start.admin_email,
        start.admin_name,
        ["administrator"],
        locale=str(start.company.get("language", "")),
    )
    with writing() as session:
        session.get_one(User, user_id).password_hash = hashed(start.admin_password)
