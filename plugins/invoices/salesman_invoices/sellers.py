"""In whose name an invoice is made: an own company, its bank account and signer."""

from __future__ import annotations

from dataclasses import dataclass

from salesman_requisites.toolkit import CompanyChoice, company_choices, company_snapshot
from sqlalchemy.orm import Session

from salesman_core.toolkit import InvalidError, MissingError, company
from salesman_invoices.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues an invoice.

    :param language: in which such a company usually writes.
    """

    company_id: int | None
    account_id: int | None
    language: str


def usual_seller(session: Session, currency: str) -> Seller:
    """Give who usually issues an invoice in a currency.

    That is the own company that is offered first among those which have an account in it.
    """
    choices = company_choices(session)
    if not choices:
        return Seller(None, None, company().language)
    fitting = next((one for one in choices if currency in one.currencies.values()), choices[0])
    return Seller(fitting.id, account_in(fitting, currency), language_of(session, fitting.id))


def account_in(choice: CompanyChoice, currency: str) -> int | None:
    """Give the first account of an own company in a currency; its main one where it has none."""
    own = [id_ for id_, _words in choice.accounts]
    return next((id_ for id_ in own if choice.currencies[id_] == currency), next(iter(own), None))


def language_of(session: Session, company_id: int) -> str:
    """Give the language in which papers of an own company are usually made."""
    country = company_snapshot(session, company_id)["country"]
    return "ru" if country in {"", "RU"} else "en"


def judged_seller(
    session: Session,
    company_id: int,
    account_id: int | None,
    signer_id: int | None,
    currency: str,
) -> Seller:
    """Give who somebody said issues an invoice.

    :raises InvalidError: by field, for what there is not, or is offered no more.
    """
    try:
        kept = company_snapshot(session, company_id, account_id=account_id, signer_id=signer_id)
    except MissingError as error:
        raise InvalidError(error.message, {"company_id": error.message}) from error
    if account_id is None:
        choice = next(one for one in company_choices(session) if one.id == company_id)
        account_id = account_in(choice, currency)
    return Seller(company_id, account_id, "ru" if kept["country"] in {"", "RU"} else "en")
