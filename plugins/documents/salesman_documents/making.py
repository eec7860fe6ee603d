"""Filling documents in, and every other way in which a document gets a new version.

What is slow comes first: values are read and judged, the document is filled in and its content
kept; then one short transaction adds the version. Versions are never overwritten.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    Deal,
    KeptFile,
    WritingSession,
    company,
    current_person,
    demand,
    for_change,
    held_file,
    hold_kept,
    keep_file,
    now,
    reading,
    visible,
    writing,
)
from salesman_documents import findings, queries, variables
from salesman_documents.approval.gate import demand_approved, note_version
from salesman_documents.docx.checking import read_docx
from salesman_documents.docx.process import Filler
from salesman_documents.filling import filler
from salesman_documents.models import GENERATED, KIND, SIGNED, UPLOADED, Document, Version
from salesman_documents.permissions import EDIT
from salesman_documents.references import wrong
from salesman_documents.service import note_change
from salesman_documents.texts import texts

_ = texts.lazy

_SCANS: Final = frozenset({"application/pdf", "image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that can be filled in: its template, its values, and what is to be said before."""

    document: AnyRow
    template: AnyRow
    language: str
    values: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]]


class DoubtfulError(ConflictError):
    """Something that the template says is empty; whoever wants the document all the same says so.

    :param findings: what is empty, in words.
    """

    def __init__(self, found: Sequence[Mapping[str, Any]]) -> None:
        self.findings = findings.worded(found)
        super().__init__(_("Something that the template says is empty."))
        self.fields = {str(one["name"]): findings.in_one_line(one) for one in self.findings}


def ready(session: Session, document_id: int) -> Ready:
    """Read what a document is made of, and judge it.

    :raises ConflictError: where it has no template, or its template says what there is no more.
    """
    document = queries.one_document(session, document_id)
    if document.template_id is None:
        raise ConflictError(_("Choose a template for the document first."))
    template = queries.one_template(session, document.template_id)
    last = queries.last_template_version(session, template.id)
    if last is None:
        raise ConflictError(_("The template has no file yet."))
    said = {"document", *(str(one["path"]).partition(".")[0] for one in last.used)}
    values = variables.gathered(about(session, document, template.language), said)
    found = findings.of_values(last.used, values, variables.tree())
    if findings.has_errors(found):
        raise ConflictError(findings.in_one_line(findings.worded(found)[0]))
    return Ready(document, last, template.language, values, found)


def about(session: Session, document: AnyRow, language: str) -> dict[str, Any]:
    """Give what sections of values are asked with."""
    wanted = sa.select(Deal.currency).where(Deal.id == document.deal_id, visible("deal"))
    names = ("client_id", "deal_id", "contact_id", "company_id", "signer_id", "owner_id")
    return {
        "session": session,
        "language": language,
        "currency": session.scalar(wanted) or company().currency,
        **{name: getattr(document, name) for name in names},
        "document": {
            "number": document.number,
            "date": document.day,
            "type": document.type_name,
            "subject": document.subject,
            "starts_on": document.starts_on,
            "ends_on": document.ends_on,
        },
    }


def demand_no_doubt(made: Ready, *, anyway: bool) -> None:
    """Refuse to fill in what is empty, unless it is wanted all the same.

    :raises DoubtfulError: with what is empty.
    """
    if made.findings and not anyway:
        raise DoubtfulError(made.findings)


def filled(made: Ready, by: Filler) -> KeptFile:
    """Fill a document in, and keep its content before any transaction.

    :raises FillingError: where it cannot be filled in.
    """
    template = content_of(reading(), made.template.file_id, made.template.name)
    content = by.fill(template, made.values, made.language)
    return keep_file(_file_name(made.document), io.BytesIO(content))


def add_generated(document_id: int, made: Ready, kept: KeptFile, version: int | None = None) -> int:
    """Add what was filled in to a document as its next version; give its number.

    :param version: of the document, as it was seen.
    """
    return _add(document_id, GENERATED, kept, template_version_id=made.template.id, seen=version)


def generate(document_id: int, *, anyway: bool = False, version: int | None = None) -> int:
    """Fill a document in and keep it as a new version; give its number.

    :param anyway: whether it is wanted though something that the template says is empty.
    :raises DoubtfulError: where something is empty and nobody said *anyway*.
    :raises FillingError: where it cannot be filled in.
    """
    demand(KIND, document_id, EDIT)
    made = ready(reading(), document_id)
    demand_no_doubt(made, anyway=anyway)
    return add_generated(document_id, made, filled(made, filler()), version)


def upload(
    document_id: int, name: str, stream: IO[bytes], comment: str = "", version: int | None = None
) -> int:
    """Keep a document that somebody has edited as a new version; give its number.

    :raises RefusedFileError: for what is no .docx, or a dangerous one.
    """
    demand(KIND, document_id, EDIT)
    name, content = read_docx(name, stream)
    kept = keep_file(name, io.BytesIO(content))
    return _add(document_id, UPLOADED, kept, comment=comment, seen=version)


def sign(
    document_id: int,
    day: date,
    who: str,
    scan: tuple[str, IO[bytes]] | None = None,
    version: int | None = None,
) -> None:
    """Note that a document was signed, with a scan where there is one.

    :param day: on which.
    :param who: signed for the other side.
    :param scan: its file name and bytes: a PDF, a PNG or a JPEG.
    :raises InvalidError: by field.
    """
    demand(KIND, document_id, EDIT)
    kept = None
    if scan is not None:
        kept = keep_file(*scan)
        if kept.media_type not in _SCANS:
            raise wrong("file", _("A scan is a PDF, a PNG or a JPEG."))
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, version)
        demand_approved(session, document_id)
        changes = {
            "signed_on": (document.signed_on, day),
            "signed_by": (document.signed_by, who.strip()),
        }
        document.signed_on, document.signed_by = day, who.strip()[:200]
        if kept is not None:
            number = _add_to(session, document, SIGNED, kept)
            changes["file"] = (None, f"{number}: {kept.name}")
        note_change(session, document, "signed", changes)


def content_of(session: Session, file_id: int, name: str) -> bytes:
    """Give the bytes of a file that one of our rows holds."""
    return held_file(session, file_id, name).path.read_bytes()


def _file_name(document: AnyRow) -> str:
    return f"{document.type_name} {document.number}.docx".replace("/", "-")


def _add(  # what it is, and what is known of it
    document_id: int, origin: str, kept: KeptFile, *, seen: int | None = None, **more: Any
) -> int:
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, seen)
        number = _add_to(session, document, origin, kept, **more)
        changes = {"file": (None, f"{number}: {kept.name}")}
        note_change(session, document, "version_added", changes)
        return number


def _add_to(
    session: WritingSession,
    document: Document,
    origin: str,
    kept: KeptFile,
    *,
    comment: str = "",
    template_version_id: int | None = None,
) -> int:
    last = sa.select(sa.func.max(Version.number)).where(Version.document_id == document.id)
    number = (session.scalar(last) or 0) + 1
    person = current_person()
    session.add(
        Version(
            document_id=document.id,
            number=number,
            origin=origin,
            file_id=hold_kept(session, kept),
            template_version_id=template_version_id,
            name=kept.name,
            hash=kept.content.hash,
            size=kept.content.size,
            comment=comment.strip()[:1000],
            author_id=person.id,
            author_name=person.name,
            created_at=now(),
        )
    )
    session.flush()
    note_version(session, document, origin)
    return number
