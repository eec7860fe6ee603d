"""Documents that leave the house: as PDF, by letter, and by links that expire."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    Changes,
    Download,
    Enclosure,
    Letter,
    MissingError,
    checked_address,
    current_person,
    demand,
    for_change,
    held_file,
    hold_kept,
    keep_file,
    link_to,
    now,
    reading,
    send_letter,
    writing,
)
from salesman_documents import pdf, queries
from salesman_documents.approval.gate import demand_approved
from salesman_documents.making import content_of
from salesman_documents.models import KIND, Document, Link, Version
from salesman_documents.permissions import SEND
from salesman_documents.references import wrong
from salesman_documents.service import note_change
from salesman_documents.texts import texts

_ = texts.lazy

MOST_DAYS: Final = 90
USUAL_DAYS: Final = 14


def file_of(document_id: int, number: int) -> Download:
    """Give the file of a version of a document that the person sees."""
    version = queries.one_version(reading(), document_id, number)
    return held_file(reading(), version.file_id, version.name)


def pdf_of(document_id: int, number: int) -> Download:
    """Give a version as PDF; it is made once and kept.

    :raises NoPdfError: where it cannot be made.
    """
    version = queries.one_version(reading(), document_id, number)
    return _as_pdf(version)


def _as_pdf(version: AnyRow) -> Download:
    if not version.name.lower().endswith(".docx"):
        return held_file(reading(), version.file_id, version.name)
    name = f"{version.name[:-5]}.pdf"
    file_id = version.pdf_id
    if file_id is None:
        made = pdf.as_pdf(content_of(reading(), version.file_id, version.name))
        kept = keep_file(name, io.BytesIO(made))
        with writing() as session:
            file_id = hold_kept(session, kept)
            session.execute(
                sa.update(Version).where(Version.id == version.id).values(pdf_id=file_id)
            )
    return held_file(reading(), file_id, name)


def make_link(document_id: int, number: int, days: int = USUAL_DAYS) -> str:
    """Make a link by which somebody outside reads a version; give its address.

    :param days: until it expires.
    :raises InvalidError: for more days than there may be.
    """
    demand(KIND, document_id, SEND)
    if not 1 <= days <= MOST_DAYS:
        raise wrong("days", _("A link is good for 1 to %(most)s days.", most=MOST_DAYS))
    key = secrets.token_urlsafe(32)
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, SEND, None)
        version = queries.one_version(session, document_id, number)
        demand_approved(session, document_id, number)
        until = now() + timedelta(days=days)
        session.add(
            Link(
                version_id=version.id,
                key_hash=_hash(key),
                expires_at=until,
                author_id=current_person().id,
                created_at=now(),
            )
        )
        note_change(session, document, "link_made", {"link": (None, f"{number}: {until:%F}")})
    return link_to(f"/documents/shared/{key}")


def withdraw_link(document_id: int, link_id: int) -> None:
    """Let a link lead nowhere from now on.

    :raises MissingError: where the document has no such link.
    """
    demand(KIND, document_id, SEND)
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, SEND, None)
        link = session.scalars(
            sa.select(Link)
            .join(Version, Version.id == Link.version_id)
            .where(Link.id == link_id, Version.document_id == document_id)
        ).one_or_none()
        if link is None:
            raise MissingError(_("There is no such link."))
        link.withdrawn = True
        note_change(session, document, "link_withdrawn", {})


def shared_version(key: str) -> AnyRow | None:
    """Give the version to which a secret leads; None where it leads nowhere, or no more."""
    columns = (*queries.VERSION, Link.id.label("link_id"), Link.expires_at)
    return (
        reading()
        .execute(
            sa.select(*columns, Document.title)
            .join(Version, Version.id == Link.version_id)
            .join(Document, Document.id == Version.document_id)
            .where(Link.key_hash == _hash(key), sa.not_(Link.withdrawn))
            .where(Link.expires_at > now(), Document.deleted_at.is_(None))
        )
        .one_or_none()
    )


def shared_file(key: str) -> Download:
    """Give the file behind a link to whoever has it, and count that it was opened.

    :raises MissingError: where it leads nowhere, or no more.
    """
    version = shared_version(key)
    if version is None:
        raise MissingError(_("This link leads nowhere, or has expired."))
    with writing() as session:
        counted = {"opened": Link.opened + 1, "opened_at": now()}
        session.execute(sa.update(Link).where(Link.id == version.link_id).values(counted))
    name = version.name
    if version.pdf_id is not None:
        return held_file(reading(), version.pdf_id, f"{name[:-5]}.pdf")
    return held_file(reading(), version.file_id, name)


def send(document_id: int, number: int, values: Mapping[str, Any]) -> str:
    """Send a version by letter; give the address that it went to.

    :param values: ``to``, ``subject``, ``text``; ``way``, which is ``file`` (the file goes along,
        as PDF where the server makes some) or ``link`` (a link that is good for ``days``).
    :raises InvalidError: by field.
    """
    demand(KIND, document_id, SEND)
    to = checked_address(str(values["to"]), "to")
    if not str(values["subject"]).strip():
        raise wrong("subject", _("The letter needs a subject."))
    by_link = values.get("way") == "link"
    enclosures = [] if by_link else [_enclosed(document_id, number)]
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, SEND, None)
        demand_approved(session, document_id, number)
        secrets_: dict[str, str] = {}
        if by_link:
            days = values.get("days") or USUAL_DAYS
            secrets_["{link}"] = make_link(document_id, number, days)
        parts = [str(values.get("text") or "").strip(), *secrets_]
        send_letter(
            Letter(
                to=to,
                subject=str(values["subject"]),
                text="\n\n".join(part for part in parts if part),
                secrets=secrets_,
                reply_to=current_person().email,
                enclosures=enclosures,
                automatic=False,
            )
        )
        changes: Changes = {"sent_to": (None, to), "file": (None, str(number))}
        note_change(session, document, "sent", changes)
    return to


def _enclosed(document_id: int, number: int) -> Enclosure:
    has_pdf = pdf.program() is not None
    file = pdf_of(document_id, number) if has_pdf else file_of(document_id, number)
    return Enclosure(file.name, file.path.read_bytes())


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
