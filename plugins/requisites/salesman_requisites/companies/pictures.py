"""Logos, stamps and signatures: what was uploaded is drawn anew, and kept in the table.

Papers bear them for years, and a backup of the database has to hold them; they are few and small.
"""

from __future__ import annotations

import hashlib
import io
from typing import IO, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    MissingError,
    Redrawn,
    for_change,
    now,
    redrawn,
    visible,
    writing,
)
from salesman_requisites.companies.keeping import keep
from salesman_requisites.companies.models import (
    KIND,
    OF_COMPANY,
    SIGNATURE,
    OwnCompany,
    Picture,
    Signer,
)
from salesman_requisites.permissions import MANAGE
from salesman_requisites.texts import texts

_ = texts.lazy

LARGEST: Final = 5 * 1024 * 1024
"""Bytes that an uploaded picture may have."""
LONGEST: Final = 1000
"""Pixels of the longer side that are kept: a stamp of 40 mm prints with 600 dots an inch."""
MOST_KEPT: Final = 2 * 1024 * 1024
"""Bytes that what is kept may have."""


def keep_picture(
    company_id: int,
    use: str,
    stream: IO[bytes],
    *,
    signer_id: int | None = None,
    version: int | None = None,
) -> int:
    """Keep a picture of a company or of one of its signers, in place of the one before.

    :param use: ``logo`` or ``stamp``; ``signature`` with the *signer_id*.
    :raises InvalidError: where it is no picture, or too large a one.
    """
    picture = _read(stream)
    with writing() as session:
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        _demand_place(session, company, use, signer_id)
        row = session.scalars(_at(company_id, use, signer_id)).one_or_none()
        if row is None:
            row = Picture(company_id=company_id, use=use, signer_id=signer_id)
            session.add(row)
        row.content, row.width, row.height = picture.content, picture.width, picture.height
        row.hash, row.created_at = hashlib.sha256(picture.content).hexdigest(), now()
        session.flush()
        told = (None, f"{picture.width} × {picture.height}")
        keep(session, company, "changed", {use: told})
        return row.id


def remove_picture(company_id: int, picture_id: int, version: int | None = None) -> None:
    """Forget a picture; papers that bear it already keep it."""
    with writing() as session:
        company: OwnCompany = for_change(session, KIND, company_id, MANAGE, version)
        row = session.get(Picture, picture_id)
        if row is None or row.company_id != company_id:
            raise _missing()
        session.delete(row)
        keep(session, company, "changed", {row.use: (f"{row.width} × {row.height}", None)})


def picture_at(
    session: Session, company_id: int, use: str, signer_id: int | None = None
) -> Picture:
    """Give the picture of a company, or of one of its signers.

    :raises MissingError: where there is none that whoever acts may see.
    """
    seen = sa.exists().where(OwnCompany.id == company_id, visible(KIND, MANAGE))
    row = session.scalars(_at(company_id, use, signer_id).where(seen)).one_or_none()
    if row is None:
        raise _missing()
    return row


def one_picture(session: Session, company_id: int, picture_id: int) -> bytes:
    """Give the PNG of a picture.

    :raises MissingError: where there is none that whoever acts may see.
    """
    content = session.scalar(
        sa.select(Picture.content)
        .join(OwnCompany, OwnCompany.id == Picture.company_id)
        .where(Picture.id == picture_id, OwnCompany.id == company_id, visible(KIND, MANAGE))
    )
    if content is None:
        raise _missing()
    return content


def _read(stream: IO[bytes]) -> Redrawn:
    uploaded = stream.read(LARGEST + 1)
    if len(uploaded) > LARGEST:
        raise _refused(_("A picture may have at most %(most)s MB.", most=LARGEST // 1024**2))
    if not uploaded:
        raise _refused(_("Choose a picture."))
    picture = redrawn(io.BytesIO(uploaded), LONGEST)
    if picture is None:
        raise _refused(_("This is no picture that can be read: take a PNG or a JPEG."))
    if len(picture.content) > MOST_KEPT:
        raise _refused(_("This picture holds too much detail: make it smaller."))
    return picture


def _refused(message: object) -> InvalidError:
    text = str(message)
    return InvalidError(text, {"file": text})


def _demand_place(session: Session, company: OwnCompany, use: str, signer_id: int | None) -> None:
    if signer_id is None and use in OF_COMPANY:
        return
    signer = session.get(Signer, signer_id) if signer_id is not None else None
    if use != SIGNATURE or signer is None or signer.company_id != company.id:
        raise _missing()


def _at(company_id: int, use: str, signer_id: int | None) -> sa.Select[Picture]:
    return sa.select(Picture).where(
        Picture.company_id == company_id,
        Picture.use == use,
        Picture.signer_id.is_(None) if signer_id is None else Picture.signer_id == signer_id,
    )


def _missing() -> MissingError:
    return MissingError(_("There is no such picture."))
