"""What an administrator says of a mailbox."""

from __future__ import annotations

from typing import Final

from marshmallow import ValidationError, validates_schema

from salesman_core.toolkit import Choice, Flag, Integer, Schema, Text, mailboxes
from salesman_leads.texts import texts

_ = texts.lazy

_HIGHEST_PORT: Final = 65_535


class MailboxSchema(Schema):
    """A folder of a mailbox. An empty password leaves the one that there is."""

    way = Choice(tuple(mailboxes.PORTS), load_default=mailboxes.IMAPS)
    host = Text(253, required=True, blank=False)
    port = Integer(minimum=1, maximum=_HIGHEST_PORT, required=True)
    user = Text(254, required=True, blank=False)
    password = Text(500, load_default="")
    folder = Text(200, required=True, blank=False)
    subject = Text(200, load_default="")
    source = Text(100, load_default="")
    channel = Text(100, load_default="")
    afterwards = Choice(mailboxes.AFTERWARDS, load_default=mailboxes.SEEN)
    moved_to = Text(200, load_default="")
    takes_old = Flag(load_default=False)
    active = Flag(load_default=True)

    @validates_schema
    def judge_way(self, values: dict[str, object], **_options: object) -> None:
        """Let a password go unencrypted only to this very machine."""
        if values.get("way") == mailboxes.IMAP and values.get("host") not in mailboxes.LOOPBACK:
            message = _("Without encryption only a server on this very machine is read.")
            raise ValidationError(str(message), "way")

    @validates_schema
    def judge_folder(self, values: dict[str, object], **_options: object) -> None:
        """Name the folder to move letters to where they are moved: another one."""
        if values.get("afterwards") != mailboxes.MOVE:
            return
        if not values.get("moved_to"):
            raise ValidationError(str(_("Name the folder to move them to.")), "moved_to")
        if values.get("moved_to") == values.get("folder"):
            raise ValidationError(str(_("Name another folder than the one read.")), "moved_to")
