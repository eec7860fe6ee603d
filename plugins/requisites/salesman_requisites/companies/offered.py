"""What papers are made of: own companies to choose from, and all that a paper keeps of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, InvalidError, MissingError
from salesman_requisites.companies import queries
from salesman_requisites.companies.models import BankAccount, OwnCompany, Picture, Signer
from salesman_requisites.texts import texts

_ = texts.lazy

_ACTING: Final = {False: "действующего", True: "действующей"}


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """An own company as a form of a paper offers it.

    :param accounts: its bank accounts in use, that which is offered first at the head: pairs of id
        and words, as for ``forms.select``.
    :param signers: whoever signs for it, likewise.
    :param currencies: of the accounts, by their ids.
    """

    id: int
    name: str
    accounts: Sequence[tuple[int, str]]
    signers: Sequence[tuple[int, str]]
    currencies: Mapping[int, str]


def company_choices(session: Session) -> Sequence[CompanyChoice]:
    """Give the own companies that are in use, that which is offered first at the head.

    Three statements, however many there are.
    """
    offered = (
        sa.select(OwnCompany.id, OwnCompany.short_name)
        .where(OwnCompany.active, OwnCompany.deleted_at.is_(None))
        .order_by(sa.not_(OwnCompany.main), OwnCompany.short_name, OwnCompany.id)
    )
    rows = session.execute(offered).all()
    ids = [row.id for row in rows]
    accounts, signers = queries.accounts(session, ids), queries.signers(session, ids)
    return [
        CompanyChoice(
            row.id,
            row.short_name,
            [(one.id, _account_words(one)) for one in _used(accounts.get(row.id, ()))],
            [(one.id, _signer_words(one)) for one in _used(signers.get(row.id, ()))],
            {one.id: one.currency for one in _used(accounts.get(row.id, ()))},
        )
        for row in rows
    ]


def _used(parts: Sequence[AnyRow]) -> list[AnyRow]:
    return [one for one in parts if one.active]


def _account_words(one: AnyRow) -> str:
    return f"{one.bank}, {one.account}, {one.currency}"


def _signer_words(one: AnyRow) -> str:
    return f"{one.name}, {one.post}" if one.post else str(one.name)


def company_snapshot(
    session: Session,
    company_id: int,
    *,
    account_id: int | None = None,
    signer_id: int | None = None,
) -> dict[str, Any]:
    """Give all that a paper says of an own company, as plain data that JSON can hold.

    :param account_id: a bank account of that company; the main one where not given.
    :param signer_id: whoever signs; the main signer where not given.
    :returns: ``country``, ``form``, ``name``, ``short_name``, ``code``, ``inn``, ``kpp``, ``ogrn``,
        ``vat_number``, ``registration``, ``legal_address``, ``postal_address``, ``phone`` and
        ``email``, each a text that may be empty; ``account``, with ``id``, ``bank``, ``bic``,
        ``account``, ``correspondent`` and ``currency``, or None where the company has none;
        ``signer``, with ``id``, ``name``, ``name_genitive``, ``post``, ``post_genitive``,
        ``ground``, ``ground_genitive`` and ``acting`` («действующего», «действующей»), or None. A
        genitive that nobody entered is the nominative.
    :raises MissingError: where there is no such company in use.
    :raises InvalidError: at ``account_id`` or ``signer_id``, for one that is not that company's or
        is offered no more.
    """
    wanted = sa.select(*queries.COMPANY).where(
        OwnCompany.id == company_id, OwnCompany.active, OwnCompany.deleted_at.is_(None)
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise MissingError(_("There is no such own company in use."))
    account = _part(session, BankAccount, company_id, account_id, "account_id")
    signer = _part(session, Signer, company_id, signer_id, "signer_id")
    return {
        **{name: getattr(row, name) for name in queries.SAID},
        "account": None if account is None else _plain(account, queries.OF_ACCOUNT),
        "signer": None if signer is None else _signer(signer),
    }


def _part(
    session: Session,
    model: type[BankAccount | Signer],
    company_id: int,
    part_id: int | None,
    field: str,
) -> Any:
    one = sa.select(model).where(model.company_id == company_id, model.active)
    wanted = model.main if part_id is None else model.id == part_id
    found = session.scalars(one.where(wanted).limit(1)).one_or_none()
    if found is None and part_id is not None:
        message = _("Choose one of this company that is in use.")
        raise InvalidError(message, {field: message})
    return found


def _plain(part: Any, names: Sequence[str]) -> dict[str, Any]:
    return {"id": part.id, **{name: getattr(part, name) for name in names}}


def _signer(part: Signer) -> dict[str, Any]:
    plain = _plain(part, [name for name in queries.OF_SIGNER if name != "feminine"])
    for name in ("name", "post", "ground"):
        plain[f"{name}_genitive"] = plain[f"{name}_genitive"] or plain[name]
    return {**plain, "acting": _ACTING[part.feminine]}


def company_pictures(
    session: Session, company_id: int, *, signer_id: int | None = None
) -> dict[str, bytes]:
    """Give the pictures that a paper bears: PNG by ``logo``, ``stamp`` and ``signature``.

    :param signer_id: whose signature is wanted; none where not given. What is not there is left
        out.
    """
    of_company = sa.and_(Picture.company_id == company_id, Picture.signer_id.is_(None))
    if signer_id is not None:
        signed = sa.and_(Picture.company_id == company_id, Picture.signer_id == signer_id)
        of_company = sa.or_(of_company, signed)
    rows = session.execute(sa.select(Picture.use, Picture.content).where(of_company))
    return {row.use: row.content for row in rows}
