"""What is told of mailboxes: why one cannot be read, what was made of a letter."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldWords, describe_kind, mailboxes
from salesman_leads.texts import texts

_ = texts.lazy

MAILBOX: Final = "leads.mailbox"

AFTERWARDS: Final = {
    "leave": _("stays as it is"),
    "seen": _("is marked as read"),
    "move": _("is moved to another folder"),
}
MADE: Final = {
    "lead": _("became a lead"),
    "refused": _("no lead could be made of it"),
    "unreadable": _("could not be read"),
    "automatic": _("an automatic answer"),
    "bounce": _("a report of a letter that did not arrive"),
    "own": _("a letter that went out from here"),
}
describe_kind(
    MAILBOX,
    _("Mailbox"),
    {
        "way": FieldWords(_("Connection"), choices=mailboxes.WAYS),
        "host": FieldWords(_("Server")),
        "port": FieldWords(_("Port")),
        "user": FieldWords(_("User")),
        "password": FieldWords(_("Password"), choices={"new": _("a new one")}),
        "folder": FieldWords(_("Folder")),
        "subject": FieldWords(_("Only with this in the subject")),
        "source": FieldWords(_("Source")),
        "channel": FieldWords(_("Channel")),
        "afterwards": FieldWords(_("A letter that was read"), choices=AFTERWARDS),
        "moved_to": FieldWords(_("Moved to")),
        "takes_old": FieldWords(_("Old letters too")),
        "active": FieldWords(_("Active")),
    },
)
