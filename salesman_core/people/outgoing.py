"""Changes of how letters go out, kept in the audit without what is secret."""

from __future__ import annotations

from salesman_core.db import writing
from salesman_core.records.changes import audit
from salesman_core.services.mail import change_mail, mail_settings
from salesman_core.services.smtp import MailServer


def change(server: MailServer | None, sender: str) -> None:
    """Change the mail server and the sender.

    :raises InvalidError: by field.
    """
    before = mail_settings()
    with writing() as session:
        change_mail(server, sender)
        changes = {
            "server": (_shown(before.server), _shown(server)),
            "mail_from": (before.sender, sender),
        }
        audit(session, "settings", 0, "mail", "changed", changes)


def _shown(server: MailServer | None) -> str | None:
    return f"{server.way}://{server.host}:{server.port}" if server else None
