"""How the history of documents, their types and templates is told."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    FieldWords,
    names_from,
    user_names,
    visible_names,
)
from salesman_documents.approval.words import STATES, STEPS
from salesman_documents.models import DocumentType, Status, Template
from salesman_documents.texts import texts

_ = texts.lazy

FIELDS: Final = {
    "type_id": FieldWords(_("Type"), names=names_from(DocumentType)),
    "number": FieldWords(_("Number")),
    "day": FieldWords(_("Date")),
    "subject": FieldWords(_("What it is about")),
    "description": FieldWords(_("Description")),
    "status_id": FieldWords(_("Status"), names=names_from(Status)),
    "template_id": FieldWords(_("Template"), names=names_from(Template)),
    "company_id": FieldWords(_("Own company")),
    "signer_id": FieldWords(_("Signer")),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "contact_id": FieldWords(_("Contact"), names=visible_names("contact", Contact)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    "owner_id": FieldWords(_("Responsible"), names=user_names),
    "starts_on": FieldWords(_("In force from")),
    "ends_on": FieldWords(_("In force until")),
    "signed_on": FieldWords(_("Signed on")),
    "signed_by": FieldWords(_("Who signed")),
    "comment": FieldWords(_("Comment")),
    "file": FieldWords(_("Version")),
    "sent_to": FieldWords(_("Sent to")),
    "link": FieldWords(_("Link")),
    "approval": FieldWords(_("Approval"), choices=STATES),
    "verdict": FieldWords(_("Decision"), choices=STEPS),
    "hash": FieldWords(_("SHA-256 of the version")),
}
ACTIONS: Final = {
    "moved": _("came to another status"),
    "version_added": _("got a new version"),
    "signed": _("signed"),
    "sent": _("sent"),
    "link_made": _("opened by a link"),
    "link_withdrawn": _("its link was withdrawn"),
    "approval_begun": _("is being approved"),
    "approval_decided": _("was decided on"),
    "approval_ended": _("its approval ended"),
    "approval_void": _("its approval became void"),
    "approval_withdrawn": _("its approval was withdrawn"),
}
TYPE: Final = {
    "name": FieldWords(_("Name")),
    "pattern": FieldWords(_("How numbers begin")),
    "starts": FieldWords(_("Numbers begin anew")),
    "active": FieldWords(_("Offered")),
    "makers": FieldWords(_("Who may make them")),
    "statuses": FieldWords(_("Statuses")),
    "required": FieldWords(_("Sent and signed only once approved")),
    "route": FieldWords(_("Who must approve")),
}
TEMPLATE: Final = {
    "name": FieldWords(_("Name")),
    "type_id": FieldWords(_("Type"), names=names_from(DocumentType)),
    "language": FieldWords(_("Language")),
    "active": FieldWords(_("Offered")),
    "file": FieldWords(_("Version")),
}
LABELS: Final = {name: words.title for name, words in FIELDS.items()} | {
    "file": _("File"),
    "name": _("Name"),
    "language": _("Language"),
}
