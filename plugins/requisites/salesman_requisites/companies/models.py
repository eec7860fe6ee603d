"""The tables of own companies, their bank accounts, signers and pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, KeptRecord, identity, refers

KIND: Final = "requisites.company"

LOGO: Final = "logo"
STAMP: Final = "stamp"
SIGNATURE: Final = "signature"
OF_COMPANY: Final = (LOGO, STAMP)
"""The pictures that a company has one each of; a signature is its signer's."""


class OwnCompany(KeptRecord, Base):
    """A firm of ours, in whose name papers are made.

    ``inn``, ``kpp`` and ``ogrn`` are those of a firm of Russia, ``vat_number`` that of any other;
    ``registration`` is what stands beside it in the register of another country. ``code`` stands
    in numbers of papers. One that is not ``active`` is offered no more: papers refer to it.
    ``main`` is the one that is offered first. ``version`` counts the changes of its accounts,
    signers and pictures, too.
    """

    __tablename__ = "requisites_company"

    id: Mapped[int] = identity()
    country: Mapped[str] = mapped_column(sa.String(2))
    form: Mapped[str] = mapped_column(sa.String(100), default="")
    name: Mapped[str] = mapped_column(sa.String(300))
    short_name: Mapped[str] = mapped_column(sa.String(150))
    code: Mapped[str] = mapped_column(sa.String(10), default="")
    inn: Mapped[str] = mapped_column(sa.String(12), default="")
    kpp: Mapped[str] = mapped_column(sa.String(9), default="")
    ogrn: Mapped[str] = mapped_column(sa.String(15), default="")
    vat_number: Mapped[str] = mapped_column(sa.String(30), default="")
    registration: Mapped[str] = mapped_column(sa.String(100), default="")
    legal_address: Mapped[str] = mapped_column(sa.String(500), default="")
    postal_address: Mapped[str] = mapped_column(sa.String(500), default="")
    phone: Mapped[str] = mapped_column(sa.String(100), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    main: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class BankAccount(Base):
    """An account of an own company.

    ``bic`` is the БИК of a bank of Russia, or the BIC (SWIFT code) of any other; ``account`` is an
    account of twenty digits, an IBAN, or what a country has instead. ``main`` is the one that is
    offered first: each company that has an active account has one.
    """

    __tablename__ = "requisites_account"

    id: Mapped[int] = identity()
    company_id: Mapped[int] = refers("requisites_company.id", ondelete="CASCADE")
    bank: Mapped[str] = mapped_column(sa.String(200))
    bic: Mapped[str] = mapped_column(sa.String(11))
    account: Mapped[str] = mapped_column(sa.String(34))
    correspondent: Mapped[str] = mapped_column(sa.String(34), default="")
    currency: Mapped[str] = mapped_column(sa.String(3))
    main: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Signer(Base):
    """Somebody who signs papers for an own company.

    Russian papers name them twice: who signs (nominative), and in whose person the firm acts
    (genitive), as «в лице генерального директора Ивановой Анны Петровны, действующей на основании
    устава»; there ``feminine`` says that she is a woman. ``main`` is the one that is offered first.
    """

    __tablename__ = "requisites_signer"

    id: Mapped[int] = identity()
    company_id: Mapped[int] = refers("requisites_company.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(200))
    name_genitive: Mapped[str] = mapped_column(sa.String(200), default="")
    feminine: Mapped[bool] = mapped_column(default=False)
    post: Mapped[str] = mapped_column(sa.String(200), default="")
    post_genitive: Mapped[str] = mapped_column(sa.String(200), default="")
    ground: Mapped[str] = mapped_column(sa.String(300), default="")
    ground_genitive: Mapped[str] = mapped_column(sa.String(300), default="")
    main: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Picture(Base):
    """A picture that papers bear: a PNG that we made ourselves of what was uploaded.

    It is a logo or a stamp of a company, or the signature of one of its signers.
    """

    __tablename__ = "requisites_picture"
    __table_args__ = (
        sa.CheckConstraint("use IN ('logo', 'stamp', 'signature')", name="use"),
        sa.CheckConstraint("(use = 'signature') = (signer_id IS NOT NULL)", name="signer"),
        sa.UniqueConstraint("company_id", "use", "signer_id"),
    )

    id: Mapped[int] = identity()
    company_id: Mapped[int] = refers("requisites_company.id", ondelete="CASCADE", index=False)
    signer_id: Mapped[int | None] = refers("requisites_signer.id", ondelete="CASCADE")
    use: Mapped[str] = mapped_column(sa.String(10))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    hash: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
