"""What papers keep of a client."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import Client
from salesman_requisites.clients.models import ClientRequisites

_KEPT: Final = (
    *("full_name", "country", "inn", "kpp", "ogrn", "vat_number", "legal_address"),
    *("bank", "bic", "account", "correspondent", "signer", "signer_post", "signer_ground"),
)


def client_snapshot(session: Session, client_id: int) -> dict[str, Any] | None:
    """Give all that a paper says of a client, as plain data that JSON can hold.

    :returns: ``id``, ``kind`` (``company`` or ``person``) and ``name``; ``full_name``, ``country``,
        ``inn``, ``kpp``, ``ogrn``, ``vat_number``, ``legal_address``, ``bank``, ``bic``,
        ``account``, ``correspondent``, ``signer``, ``signer_post`` and ``signer_ground`` as they
        are known in law; ``address``, ``phone`` and ``email``, the first of each on the client's
        card. All of these are texts that may be empty. None where there is no such client.
    """
    client = session.get(Client, client_id)
    if client is None:
        return None
    wanted = sa.select(ClientRequisites).where(ClientRequisites.client_id == client_id)
    known = session.scalars(wanted).one_or_none()
    return {
        "id": client.id,
        "kind": client.kind,
        "name": client.name,
        **{name: str(getattr(known, name, "") or "") for name in _KEPT},
        "address": client.addresses[0].text if client.addresses else "",
        "phone": client.phones[0].typed if client.phones else "",
        "email": client.emails[0].typed if client.emails else "",
    }
