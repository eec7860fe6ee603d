"""What is told of mailboxes: why one cannot be read, what was made of a letter."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldWords, describe_kind
from salesman_leads.texts import texts

_ = texts.lazy

MAILBOX: Final = "leads.mailbox"

WAYS: Final = {
    "imaps": _("Encrypted from the first byte (TLS)"),
    "starttls": _("Encrypted by STARTTLS"),
    "imap": _("Not encrypted: only on this machine"),
}
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
PROBLEMS: Final = {
    "host": _("There is no mail server of this name. Is it spelt right?"),
    "connection": _("The mail server does not answer on this port. Are name and port right?"),
    "time": _("The mail server did not answer in time."),
    "certificate": _(
        "The mail server cannot prove that it is the one: its certificate is not trusted. The"
        " password was not sent."
    ),
    "encryption": _(
        "The mail server does not speak this kind of encryption on this port. The password was"
        " not sent."
    ),
    "password": _("The mail server does not let this user in with this password."),
    "letters": _(
        "The mail server takes only Latin letters, digits and signs in user and password. Choose"
        " another password."
    ),
    "folder": _("There is no such folder in the mailbox, or the user may not read it."),
    "moved_to": _("There is no folder to move the letters to."),
    "protocol": _("What answers there does not speak IMAP as it should."),
    "seal": _(
        "The password cannot be opened any more, because the secret key of the application is"
        " another one. Enter it anew."
    ),
}
"""Why a mailbox cannot be read, and what to look at."""

describe_kind(
    MAILBOX,
    _("Mailbox"),
    {
        "way": FieldWords(_("Connection"), choices=WAYS),
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
