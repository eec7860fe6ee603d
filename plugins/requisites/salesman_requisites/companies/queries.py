"""Every read of own companies and of what hangs on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, MissingError, one_of, visible
from salesman_requisites.companies.models import (
    KIND,
    BankAccount,
    OwnCompany,
    Picture,
    Signer,
)
from salesman_requisites.texts import texts

_ = texts.lazy

SAID: Final = (
    *("country", "form", "name", "short_name", "code", "inn", "kpp", "ogrn", "vat_number"),
    *("registration", "legal_address", "postal_address", "phone", "email"),
)
"""What is said of a company."""
OF_ACCOUNT: Final = ("bank", "bic", "account", "correspondent", "currency")
"""What is said of a bank account."""
OF_SIGNER: Final = (
    *("name", "name_genitive", "feminine", "post", "post_genitive", "ground", "ground_genitive"),
)
"""What is said of a signer."""

COMPANY: Final = (
    OwnCompany.id,
    *(getattr(OwnCompany, name) for name in SAID),
    OwnCompany.main,
    OwnCompany.active,
    OwnCompany.created_at,
    OwnCompany.updated_at,
    OwnCompany.version,
)
_STATE: Final = ("id", "company_id", "main", "active")
ACCOUNT: Final = tuple(getattr(BankAccount, name) for name in (*_STATE, *OF_ACCOUNT))
SIGNER: Final = tuple(getattr(Signer, name) for name in (*_STATE, *OF_SIGNER))
_PICTURE: Final = (
    Picture.id,
    Picture.company_id,
    Picture.signer_id,
    Picture.use,
    Picture.width,
    Picture.height,
    Picture.hash,
)


def companies(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the own companies that whoever acts sees: the main one first, the archived ones last.

    :param offered: only those that papers may still be made for.
    """
    every = sa.select(*COMPANY).where(visible(KIND))
    if offered:
        every = every.where(OwnCompany.active)
    order = (sa.not_(OwnCompany.active), sa.not_(OwnCompany.main), OwnCompany.short_name)
    return session.execute(every.order_by(*order, OwnCompany.id)).all()


def one_company(session: Session, company_id: int) -> AnyRow:
    """Give an own company.

    :raises MissingError: where there is none that whoever acts may see.
    """
    one = sa.select(*COMPANY).where(OwnCompany.id == company_id, visible(KIND))
    row = session.execute(one).one_or_none()
    if row is None:
        raise MissingError(_("There is no such own company, or you may not see it."))
    return row


Hanging = Mapping[int, Sequence[AnyRow]]


def accounts(session: Session, company_ids: Collection[int]) -> Hanging:
    """Give the bank accounts of some companies: the main one first, what is closed last."""
    return _hanging(session, BankAccount, ACCOUNT, company_ids)


def signers(session: Session, company_ids: Collection[int]) -> Hanging:
    """Give the signers of some companies, in the same order."""
    return _hanging(session, Signer, SIGNER, company_ids)


def _hanging(
    session: Session,
    model: type[BankAccount | Signer],
    columns: Sequence[Any],
    company_ids: Collection[int],
) -> Hanging:
    of_company: dict[int, list[AnyRow]] = defaultdict(list)
    query = sa.select(*columns).where(one_of(model.company_id, company_ids))
    order = (sa.not_(model.active), sa.not_(model.main), model.id)
    for row in session.execute(query.order_by(*order)):
        of_company[row.company_id].append(row)
    return of_company


def pictures(session: Session, company_ids: Collection[int]) -> Hanging:
    """Give what pictures some companies and their signers have, without their bytes."""
    of_company: dict[int, list[AnyRow]] = defaultdict(list)
    query = sa.select(*_PICTURE).where(one_of(Picture.company_id, company_ids))
    for row in session.execute(query.order_by(Picture.id)):
        of_company[row.company_id].append(row)
    return of_company
