"""How tests make templates and documents: the kit's access walk finds it here."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from xml.sax.saxutils import escape

import sqlalchemy as sa

from salesman_core.toolkit import (
    company,
    hold_kept,
    keep_file,
    now,
    reading,
    today,
    writing,
)
from salesman_documents.approval.facts import facts_of
from salesman_documents.approval.models import Approval, ApprovalStep, Asked, Route, RouteStep
from salesman_documents.models import (
    Document,
    DocumentType,
    Link,
    StatusChange,
    Template,
    Version,
)
from salesman_documents.templates_service import add_template
from salesman_documents.types_service import add_type

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES: Final = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def docx_of(*paragraphs: str, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """Give a small .docx with some paragraphs.

    :param parts: further parts, or others in place of those that there are.
    """
    body = "".join(f"<w:p><w:r><w:t>{escape(one)}</w:t></w:r></w:p>" for one in paragraphs)
    return raw_docx(body, parts)


def raw_docx(body: str, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """Give a small .docx whose body is this XML."""
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    held: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _LINKS,
        "word/document.xml": document,
        **(parts or {}),
    }
    return zipped(held)


def linked_picture(address: str) -> bytes:
    """Give a small .docx that draws a picture in from outside: no upload may."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    picture = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    place = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{office}/image" Target="{address}" TargetMode="External"/>'
        "</Relationships>"
    )
    drawing = (
        f'<wp:inline xmlns:wp="{place}"><wp:extent cx="999999" cy="999999"/>'
        f'<wp:docPr id="1" name="p"/><a:graphic xmlns:a="{main}"><a:graphicData uri="{picture}">'
        f'<pic:pic xmlns:pic="{picture}"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{office}" r:link="r"/></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="999999" cy="999999"/></a:xfrm>'
        '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
    )
    body = f"<w:p><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p>"
    return raw_docx(body, {"word/_rels/document.xml.rels": links})


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """Give an archive of some parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def template_of(*paragraphs: str, type_name: str = "Agreement", language: str = "en") -> int:
    """Add a template of a type, which is made where it is not there; give its id."""
    values = {"type_id": type_of(type_name), "name": "Template", "language": language}
    return add_template(values, "template.docx", io.BytesIO(docx_of(*paragraphs)))


def type_of(name: str) -> int:
    """Give the type of a name, made where it is not there."""
    known = sa.select(DocumentType.id).where(DocumentType.name == name)
    found = reading().scalar(known)
    if found is not None:
        return found
    statuses = [{"name": "Draft", "base": "begun"}, {"name": "Signed", "base": "done"}]
    return add_type({"name": name, "pattern": "{number:03}", "statuses": statuses})


def make_documents(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a document with two versions and a link, of whatever client and deal the set has.

    :param text: gives what stands in a field.
    """
    type_id = type_of("Contract")
    template_id = _walked_template()
    content = docx_of(text("content"))
    kept = keep_file("walked.docx", io.BytesIO(content))
    names = ("number", "title", "subject", "description", "client_name", "signed_by")
    concerned = {name: ids.get(name) for name in ("client_id", "contact_id", "deal_id")}
    with writing() as session:
        document = Document(
            type_id=type_id,
            template_id=template_id,
            owner_id=ids["owner_id"],
            day=today(company().tz),
        )
        document.created_at = document.updated_at = now()
        for name, value in ({one: text(one) for one in names} | concerned).items():
            setattr(document, name, value)
        document.search_title = document.title
        for number in (1, 2):
            version = Version(number=number, origin="uploaded", name="walked.docx")
            version.file_id, version.comment = hold_kept(session, kept), text("comment")
            version.hash, version.size = kept.content.hash, kept.content.size
            version.author_name, version.created_at = text("author"), now()
            document.versions.append(version)
        moved = StatusChange(before=text("before"), after=text("after"), comment=text("why"))
        moved.author_name, moved.created_at = text("mover"), now()
        document.moves.append(moved)
        session.add(document)
        session.flush()
        session.add(
            Link(
                version_id=document.versions[0].id,
                key_hash=hashlib.sha256(f"walked {document.id}".encode()).hexdigest(),
                expires_at=now() + timedelta(days=9),
                created_at=now(),
            )
        )
        session.add(_approval(document, text, ids["owner_id"]))
        if session.get(Route, type_id) is None:
            step = RouteStep(stage=1, user_id=ids["owner_id"], name="Owner")
            session.add(Route(type_id=type_id, steps=[step]))
        return [document.id]


def _approval(document: Document, text: Callable[[str], str], owner_id: int) -> Approval:
    """Give an approval of a document's last version that waits for its owner."""
    version = document.versions[-1]
    decided = ApprovalStep(stage=1, name=text("decider"), state="remarks", comment=text("remarks"))
    decided.decided_by_name, decided.decided_at, decided.hash = text("decided"), now(), version.hash
    asked = ApprovalStep(stage=1, user_id=owner_id, name=text("asked"), state="asked")
    asked.asked_at, asked.asked = now(), [Asked(user_id=owner_id)]
    return Approval(
        document_id=document.id,
        version_id=version.id,
        number=version.number,
        hash=version.hash,
        note=text("note"),
        facts=dict(facts_of(reading(), document)),
        author_name=text("asking"),
        created_at=now(),
        steps=[decided, asked],
    )


def _walked_template() -> int:
    """Give a template of contracts, made where there is none."""
    known = reading().scalar(sa.select(Template.id).order_by(Template.id).limit(1))
    return known or template_of("{{ document.number }}", type_name="Contract")


FACTORIES: Final = {"documents.document": make_documents}
"""What tests of documents begin with."""


def walk_values() -> dict[str, list[str]]:
    """Make what the access walk finds behind the addresses of documents."""
    template_id = _walked_template()
    return {
        "type_id": [str(type_of("Contract"))],
        "template_id": [str(template_id)],
        "number": ["1"],
        "key": ["guessed"],
        "link_id": ["1"],
        "step_id": ["2"],
    }


WALK_EXCUSED: Final = {
    "GET /documents/shared/<key>": "it takes a secret that is shown once",
    "POST /documents/<int:record_id>/upload": "it takes a .docx",
    "POST /api/v1/documents/<int:record_id>/versions/upload": "it takes a .docx",
    "POST /api/v1/documents/templates": "it takes a .docx",
    "POST /api/v1/documents/templates/<int:template_id>/versions": "it takes a .docx",
    "POST /api/v1/documents/<int:record_id>/versions/<int:number>/send": "it takes an address",
    "POST /api/v1/documents/<int:record_id>/approval/steps/<int:step_id>/decide": (
        "whoever was asked says which hash"
    ),
    "POST /documents/templates/<int:template_id>/upload": "it takes a .docx",
    "POST /documents/templates/new": "it takes a .docx",
}
"""Routes in which nobody has success during a walk."""

WALK_FIELDS: Final = {
    "documents.create": {"company_id": "", "signer_id": ""},
    "documents.change": {"company_id": "", "signer_id": "", "deal_id": "", "contact_id": ""},
    "documents.sign": {"signed_on": "30.11.2026"},
    "documents.send": {"to": "walk@example.com", "way": "link"},
    "documents.make_link": {"days": "7"},
    "documents.decide_approval": {"verdict": "approved"},
}
"""What a form needs that a walk does not find out by itself."""
