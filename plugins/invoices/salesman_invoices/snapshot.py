"""What a paper keeps of those whom it is between: plain data that JSON can hold.

A paper that is issued keeps its snapshot for good. It is printed from its own row, its lines and
the snapshot alone, so it reads the same when client, deal or own company are renamed or gone. A
draft keeps none: it is shown, and previewed, with the snapshot of today, made by the same function,
so a preview is what issuing it now would print.

The shape, which :class:`Snapshot` names:

``seller``
    What :func:`salesman_requisites.toolkit.company_snapshot` gives of the own company, with its
    ``account`` and ``signer``; and ``id``. None for an imported invoice that names no company.
``buyer``
    What :func:`salesman_requisites.toolkit.client_snapshot` gives of the client: ``id``, ``name``,
    ``kind`` (``company`` or ``person``), ``full_name``, ``country``, ``inn``, ``kpp``, ``ogrn``,
    ``vat_number``, ``legal_address``, ``bank``, ``bic``, ``account``, ``correspondent``,
    ``signer``, ``signer_post``, ``signer_ground``, ``address`` (of the client's card), ``phone``
    and ``email``; each a text that may be empty. None without a client.
``deal``
    ``id`` and ``name``; None without a deal.
"""

from __future__ import annotations

from typing import Any, TypedDict

import sqlalchemy as sa
from salesman_requisites.toolkit import client_snapshot, company_snapshot
from sqlalchemy.orm import Session

from salesman_core.toolkit import Deal


class DealKept(TypedDict):
    """What a paper keeps of its deal."""

    id: int
    name: str


class Snapshot(TypedDict):
    """What a paper keeps; see the module."""

    seller: dict[str, Any] | None
    buyer: dict[str, Any] | None
    deal: DealKept | None


def snapshot_now(
    session: Session,
    *,
    company_id: int | None,
    account_id: int | None = None,
    signer_id: int | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
) -> Snapshot:
    """Give what a paper would keep if it were issued now.

    :raises MissingError: where there is no such own company in use.
    :raises InvalidError: at ``account_id`` or ``signer_id``, for one that is not that company's or
        is offered no more.
    """
    return Snapshot(
        seller=_seller(session, company_id, account_id, signer_id),
        buyer=None if client_id is None else client_snapshot(session, client_id),
        deal=None if deal_id is None else _deal(session, deal_id),
    )


def _seller(
    session: Session, company_id: int | None, account_id: int | None, signer_id: int | None
) -> dict[str, Any] | None:
    if company_id is None:
        return None
    kept = company_snapshot(session, company_id, account_id=account_id, signer_id=signer_id)
    return {"id": company_id, **kept}


def _deal(session: Session, deal_id: int) -> DealKept | None:
    row = session.execute(sa.select(Deal.id, Deal.name).where(Deal.id == deal_id)).one_or_none()
    return None if row is None else DealKept(id=row.id, name=row.name)
