"""The table of what clients are in law."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import TRIGRAMS, Base, Norm, identity, refers


class ClientRequisites(Base):
    """What a client is in law, and where it keeps its money.

    ``inn``, ``kpp`` and ``ogrn`` are those of a firm of Russia, ``vat_number`` that of any other.
    ``bic`` is the БИК of a bank of Russia, or the BIC (SWIFT code) of any other. ``tax_key`` is
    what doubles share: ИНН and КПП, or country and tax number; empty where neither is known.
    """

    __tablename__ = "requisites_client"

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE", index=False, unique=True)
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    inn: Mapped[str] = mapped_column(sa.String(12), default="", index=True)
    kpp: Mapped[str] = mapped_column(sa.String(9), default="")
    ogrn: Mapped[str] = mapped_column(sa.String(15), default="", index=True)
    vat_number: Mapped[str] = mapped_column(sa.String(30), default="", index=True)
    full_name: Mapped[str] = mapped_column(sa.String(500), default="")
    legal_address: Mapped[str] = mapped_column(sa.String(500), default="")
    bank: Mapped[str] = mapped_column(sa.String(200), default="")
    bic: Mapped[str] = mapped_column(sa.String(11), default="")
    account: Mapped[str] = mapped_column(sa.String(34), default="")
    correspondent: Mapped[str] = mapped_column(sa.String(34), default="")
    signer: Mapped[str] = mapped_column(sa.String(200), default="")
    signer_post: Mapped[str] = mapped_column(sa.String(200), default="")
    signer_ground: Mapped[str] = mapped_column(sa.String(300), default="")
    tax_key: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
    search_text: Mapped[str] = mapped_column(Norm, default="", info=TRIGRAMS)
