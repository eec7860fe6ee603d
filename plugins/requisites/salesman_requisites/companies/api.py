"""The JSON API of own companies: ``/api/v1/requisites``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    RecordAnswers,
    arguments,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_requisites.companies import queries, service
from salesman_requisites.companies.lists import COMPANIES
from salesman_requisites.companies.models import KIND
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.schemas import AccountSchema, OwnCompanySchema, SignerSchema
from salesman_requisites.permissions import MANAGE, VIEW

api = ApiBlueprint("requisites", __name__, title="Requisites")


_SHOWN: Final = frozenset(column.key for column in queries.COMPANY)
"""What a row holds beside the keys of its order in a list."""


def company_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give own companies as the API shows them, in a fixed number of statements."""
    session, ids = reading(), [row.id for row in rows]
    accounts, signers = queries.accounts(session, ids), queries.signers(session, ids)
    pictures = queries.pictures(session, ids)
    return [
        _item(row, accounts.get(row.id, []), signers.get(row.id, []), pictures.get(row.id, []))
        for row in rows
    ]


def _item(
    row: AnyRow, accounts: Sequence[AnyRow], signers: Sequence[AnyRow], pictures: Sequence[AnyRow]
) -> dict[str, Any]:
    there = {one.use for one in pictures}
    signed = {one.signer_id for one in pictures}
    return {
        **{name: value for name, value in row._asdict().items() if name in _SHOWN},
        "logo": "logo" in there,
        "stamp": "stamp" in there,
        "accounts": [_part(one) for one in accounts],
        "signers": [{**_part(one), "signature": one.id in signed} for one in signers],
    }


def _part(row: AnyRow) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name != "company_id"}


ANSWERS: Final = RecordAnswers(KIND, queries.one_company, company_items)


@api.get("")
@requires(VIEW)
@list_arguments(COMPANIES)
@page_response(OwnCompanySchema)
def list_companies(query: ListQuery) -> Response:
    """List own companies with their bank accounts and signers."""
    page = select_page(reading(), queries.COMPANY, COMPANIES, query, visible(KIND))
    return page_answer(company_items(page.rows), page.next_cursor)


@api.post("")
@requires(MANAGE)
@arguments(OwnCompanySchema)
@response(OwnCompanySchema, 201)
def create_company(values: dict[str, Any]) -> Response:
    """Enter an own company."""
    return ANSWERS.changed(service.create_company(values), 201)


@api.get("/<int:record_id>")
@requires(VIEW)
@response(OwnCompanySchema)
def read_company(record_id: int) -> Response:
    """Read an own company."""
    return ANSWERS.whole(record_id)


@api.patch("/<int:record_id>")
@requires(MANAGE)
@versioned(KIND)
@arguments(OwnCompanySchema(partial=True))
@response(OwnCompanySchema)
def change_company(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change an own company."""
    service.change_company(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/<int:record_id>")
@requires(MANAGE)
@versioned(KIND)
@response(None, 204)
def delete_company(record_id: int, version: int | None) -> None:
    """Put an own company into the bin; one that papers were numbered for can only be archived."""
    service.delete_company(record_id, version)


@api.post("/<int:record_id>/archive")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def archive_company(record_id: int, version: int | None) -> Response:
    """Offer an own company no more; its papers stay."""
    service.archive_company(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/take-back")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def take_company_back(record_id: int, version: int | None) -> Response:
    """Offer an archived own company again."""
    service.take_back_company(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/main")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def make_company_main(record_id: int, version: int | None) -> Response:
    """Let an own company be offered first."""
    service.make_main(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/accounts")
@requires(MANAGE)
@versioned(KIND)
@arguments(AccountSchema)
@response(OwnCompanySchema, 201)
def add_account(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Add a bank account to an own company."""
    ACCOUNTS.add(record_id, values, version)
    return ANSWERS.changed(record_id, 201)


@api.put("/<int:record_id>/accounts/<int:part_id>")
@requires(MANAGE)
@versioned(KIND)
@arguments(AccountSchema)
@response(OwnCompanySchema)
def change_account(
    values: dict[str, Any], record_id: int, part_id: int, version: int | None
) -> Response:
    """Change a bank account: all that is said of it."""
    ACCOUNTS.change(record_id, part_id, values, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/signers")
@requires(MANAGE)
@versioned(KIND)
@arguments(SignerSchema)
@response(OwnCompanySchema, 201)
def add_signer(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Add a signer to an own company."""
    SIGNERS.add(record_id, values, version)
    return ANSWERS.changed(record_id, 201)


@api.put("/<int:record_id>/signers/<int:part_id>")
@requires(MANAGE)
@versioned(KIND)
@arguments(SignerSchema)
@response(OwnCompanySchema)
def change_signer(
    values: dict[str, Any], record_id: int, part_id: int, version: int | None
) -> Response:
    """Change a signer: all that is said of them."""
    SIGNERS.change(record_id, part_id, values, version)
    return ANSWERS.changed(record_id)


_PARTS = {"accounts": ACCOUNTS, "signers": SIGNERS}
_ONE = "/<int:record_id>/<any(accounts, signers):named>/<int:part_id>"


@api.post(f"{_ONE}/retire")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def retire_part(record_id: int, named: str, part_id: int, version: int | None) -> Response:
    """Offer a bank account or signer no more; papers that name it stay as they are."""
    _PARTS[named].retire(record_id, part_id, version)
    return ANSWERS.changed(record_id)


@api.post(f"{_ONE}/take-back")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def take_part_back(record_id: int, named: str, part_id: int, version: int | None) -> Response:
    """Offer a bank account or signer again."""
    _PARTS[named].take_back(record_id, part_id, version)
    return ANSWERS.changed(record_id)


@api.post(f"{_ONE}/main")
@requires(MANAGE)
@versioned(KIND)
@response(OwnCompanySchema)
def make_part_main(record_id: int, named: str, part_id: int, version: int | None) -> Response:
    """Let a bank account or signer be offered first."""
    _PARTS[named].make_main(record_id, part_id, version)
    return ANSWERS.changed(record_id)
