"""Every change of templates: what is uploaded is judged, kept as a new version, and never lost."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    current_person,
    demand_permission,
    hold_kept,
    keep_file,
    now,
    writing,
)
from salesman_documents import variables
from salesman_documents.docx.checking import read_docx
from salesman_documents.filling import filler
from salesman_documents.findings import has_errors, worded
from salesman_documents.models import (
    LANGUAGES,
    TEMPLATE,
    DocumentType,
    Template,
    TemplateVersion,
)
from salesman_documents.permissions import MANAGE_TEMPLATES
from salesman_documents.texts import texts

_ = texts.lazy


class FaultyTemplateError(InvalidError):
    """A template has faults with which no document can be made.

    :param findings: all that the linter says, in words.
    """

    def __init__(self, findings: list[dict[str, Any]]) -> None:
        first = next(one for one in findings if one["gravity"] == "error")
        where = f" ({first['place']})" if first["place"] else ""
        message = f"{first['message']}{where}"
        super().__init__(
            _("The template has faults. Mend them and upload it again."), {"file": message}
        )
        self.findings = findings


def add_template(values: Mapping[str, Any], name: str, stream: IO[bytes]) -> int:
    """Add a template with its first version; give its id.

    :param values: ``type_id``, ``name`` and ``language``.
    :param name: of the file.
    :raises InvalidError: by field; :class:`FaultyTemplateError` with what the linter says.
    """
    demand_permission(MANAGE_TEMPLATES)
    name, content = read_docx(name, stream)
    judged = judge_template(content)
    kept = keep_file(name, io.BytesIO(content))
    with writing() as session:
        template = Template(created_at=now(), active=True, name="", language="")
        _write(session, template, {"language": "ru", **values})
        session.add(template)
        session.flush()
        _add_version(session, template, kept, judged)
        _keep(session, template, "created", {"file": (None, kept.name)})
        return template.id


def upload_version(template_id: int, name: str, stream: IO[bytes]) -> int:
    """Add a version to a template; give its number. Documents are made from it from now on.

    :raises InvalidError: by field; :class:`FaultyTemplateError` with what the linter says.
    """
    demand_permission(MANAGE_TEMPLATES)
    name, content = read_docx(name, stream)
    judged = judge_template(content)
    kept = keep_file(name, io.BytesIO(content))
    with writing() as session:
        template = _locked(session, template_id)
        number = _add_version(session, template, kept, judged)
        _keep(session, template, "changed", {"file": (None, kept.name)})
        return number


def change_template(
    template_id: int, values: Mapping[str, Any], version: int | None = None
) -> None:
    """Change what a template is called, its type, its language, and whether it is offered.

    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_TEMPLATES)
    with writing() as session:
        template = _locked(session, template_id)
        if version not in {None, template.version}:
            raise StaleError(_("Somebody changed it meanwhile. Look at it again."))
        names = ("name", "type_id", "language", "active")
        before = {name: getattr(template, name) for name in names}
        _write(session, template, values)
        changes: Changes = {
            name: (before[name], getattr(template, name))
            for name in names
            if before[name] != getattr(template, name)
        }
        if changes:
            _keep(session, template, "changed", changes)


def judge_template(content: bytes) -> dict[str, Any]:
    """Give what the linter says of a template, if documents can be made of it.

    :raises FaultyTemplateError: if not.
    """
    judged = filler().lint(content, variables.tree())
    if has_errors(judged["findings"]):
        raise FaultyTemplateError(worded(judged["findings"]))
    return judged


def _locked(session: Session, template_id: int) -> Template:
    template = session.get(Template, template_id, with_for_update=True)
    if template is None:
        raise MissingError(_("There is no such template."))
    return template


def _write(session: Session, template: Template, values: Mapping[str, Any]) -> None:
    if "type_id" in values:
        known = session.get(DocumentType, values["type_id"] or 0)
        if known is None:
            message = _("Choose one of the types.")
            raise InvalidError(message, {"type_id": message})
        template.type_id = known.id
    if "name" in values:
        template.name = " ".join(str(values["name"] or "").split())[:100]
    if not template.name:
        message = _("A name is needed.")
        raise InvalidError(message, {"name": message})
    if "language" in values:
        if values["language"] not in LANGUAGES:
            message = _("Choose one of them.")
            raise InvalidError(message, {"language": message})
        template.language = values["language"]
    if "active" in values:
        template.active = bool(values["active"])


def _add_version(session: Session, template: Template, kept: Any, judged: Mapping[str, Any]) -> int:
    last = sa.select(sa.func.max(TemplateVersion.number))
    number = (session.scalar(last.where(TemplateVersion.template_id == template.id)) or 0) + 1
    person = current_person()
    session.add(
        TemplateVersion(
            template_id=template.id,
            number=number,
            file_id=hold_kept(session, kept),
            name=kept.name,
            findings=list(judged["findings"]),
            used=list(judged["used"]),
            author_id=person.id,
            author_name=person.name,
            created_at=now(),
        )
    )
    return number


def _keep(session: Session, template: Template, action: str, changes: Changes) -> None:
    template.version = (template.version or 0) + 1
    audit(session, TEMPLATE, template.id, template.name, action, changes)
