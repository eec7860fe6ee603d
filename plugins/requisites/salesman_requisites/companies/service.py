"""Every change of own companies themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    ConflictError,
    InvalidError,
    demand_permission,
    differences,
    for_change,
    from_bin,
    now,
    reach,
    shows_something,
    writing,
)
from salesman_hookspecs import Text
from salesman_requisites.companies.keeping import keep
from salesman_requisites.companies.models import KIND, OwnCompany
from salesman_requisites.companies.queries import SAID
from salesman_requisites.identity import NUMBERS, RUSSIA, judged_identity
from salesman_requisites.numbering import issuing
from salesman_requisites.permissions import MANAGE
from salesman_requisites.texts import texts

_ = texts.lazy

MOST: Final = 100
"""So many own companies may there be: they are chosen from by people."""


def create_company(values: Mapping[str, Any]) -> int:
    """Enter an own company; give its id. The first one is the main one.

    :param values: as :class:`OwnCompanySchema` has judged them.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE)
    with writing() as session:
        _hold_all(session)
        company = OwnCompany(created_at=now(), updated_at=now(), **_judged(values))
        others = session.scalars(sa.select(OwnCompany).where(OwnCompany.deleted_at.is_(None))).all()
        if len(others) >= MOST:
            raise InvalidError(_("At most %(most)s of them fit.", most=MOST))
        _demand_single(session, company)
        company.main = not any(one.active for one in others)
        session.add(company)
        session.flush()
        told: Changes = {
            name: (None, getattr(company, name)) for name in SAID if getattr(company, name)
        }
        keep(session, company, "created", told)
        return company.id


def change_company(company_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change an own company; give whether anything changed. What is left out stays.

    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    with writing() as session:
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        held = {name: getattr(company, name) for name in SAID}
        changes = differences(company, _judged(held | dict(values)))
        for name, (_old, new) in changes.items():
            setattr(company, name, new)
        if changes:
            _demand_single(session, company)
            keep(session, company, "changed", changes)
        return bool(changes)


def _judged(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is said of a company as it is kept.

    :raises InvalidError: by field, for all of it at once.
    """
    said = {name: str(values.get(name) or "").strip() for name in SAID}
    said["country"] = said["country"] or RUSSIA
    said["short_name"] = said["short_name"] or said["name"][:150]
    if said["country"] == RUSSIA:
        said["registration"] = ""
    wrong: dict[str, Text] = {}
    if not shows_something(said["name"]):
        wrong["name"] = _("A name is needed.")
    if said["email"]:
        said["email"] = reach.email(said["email"]).normalised or said["email"]
        if not reach.email(said["email"]).valid:
            wrong["email"] = _("This is no address for letters.")
    try:
        said |= judged_identity(said["country"], {name: said[name] for name in NUMBERS})
    except InvalidError as error:
        wrong |= error.fields
    if wrong:
        raise InvalidError(_("The own company cannot be kept like this."), wrong)
    return said


def _demand_single(session: Session, company: OwnCompany) -> None:
    """Refuse a second company with the same numbers, or with the same code.

    :raises InvalidError: at the field.
    """
    for fields in (("inn", "kpp"), ("vat_number",), ("code",)):
        held = {name: getattr(company, name) for name in fields}
        if not held[fields[0]]:
            continue
        twin = sa.select(OwnCompany.short_name).where(
            OwnCompany.id != (company.id or 0),
            OwnCompany.deleted_at.is_(None),
            *(getattr(OwnCompany, name) == value for name, value in held.items()),
        )
        with session.no_autoflush:
            name = session.scalar(twin.limit(1))
        if name is not None:
            message = _("%(name)s has the same.", name=name)
            raise InvalidError(message, {fields[0]: message})


def archive_company(company_id: int, version: int | None = None) -> None:
    """Offer an own company no more; its papers stay, and its numbers are not given anew."""
    _switch(company_id, version, active=False)


def take_back_company(company_id: int, version: int | None = None) -> None:
    """Offer an archived own company again."""
    _switch(company_id, version, active=True)


def _switch(company_id: int, version: int | None, *, active: bool) -> None:
    demand_permission(MANAGE)
    with writing() as session:
        _hold_all(session)
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        changes = differences(company, {"active": active})
        if not changes:
            return
        company.active = active
        _choose_main(session, company)
        keep(session, company, "taken_back" if active else "archived", changes)


def make_main(company_id: int, version: int | None = None) -> None:
    """Let an own company be offered first.

    :raises ConflictError: for one that is archived.
    """
    demand_permission(MANAGE)
    with writing() as session:
        _hold_all(session)
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        if not company.active:
            raise ConflictError(_("An archived company is not offered: take it back first."))
        if company.main:
            return
        _nobody_main(session)
        company.main = True
        keep(session, company, "changed", {"main": (False, True)})


def delete_company(company_id: int, version: int | None = None) -> None:
    """Put an own company into the bin that no paper was ever made for.

    :raises ConflictError: where one was; it can be archived.
    """
    demand_permission(MANAGE)
    with writing() as session:
        _hold_all(session)
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        if issuing.has_issued(session, company_id):
            message = _("Papers have been numbered for this company: archive it instead.")
            raise ConflictError(message)
        company.deleted_at = now()
        _choose_main(session, company)
        keep(session, company, "deleted", {})


def restore_company(company_id: int) -> None:
    """Take an own company out of the bin.

    :raises InvalidError: where another one has its numbers by now.
    """
    demand_permission(MANAGE)
    with writing() as session:
        _hold_all(session)
        company: OwnCompany = from_bin(session, KIND, company_id, MANAGE)
        _demand_single(session, company)
        _choose_main(session, company)
        keep(session, company, "restored", {})


def _choose_main(session: Session, changed: OwnCompany) -> None:
    """Let one of the companies that are offered be the main one, where there are any."""
    if changed.deleted_at is not None or not changed.active:
        changed.main = False
    session.flush()
    offered = (
        sa.select(OwnCompany)
        .where(OwnCompany.active, OwnCompany.deleted_at.is_(None))
        .order_by(OwnCompany.id)
    )
    companies = session.scalars(offered).all()
    if companies and not any(one.main for one in companies):
        companies[0].main = True


def _hold_all(session: Session) -> None:
    """Keep others from choosing the main one meanwhile: all are locked first, in one order."""
    session.execute(sa.select(OwnCompany.id).order_by(OwnCompany.id).with_for_update()).all()


def _nobody_main(session: Session) -> None:
    session.execute(
        sa.update(OwnCompany)
        .where(OwnCompany.main)
        .values(main=False, version=OwnCompany.version + 1)
        .execution_options(synchronize_session=False)
    )
