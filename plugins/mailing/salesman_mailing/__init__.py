"""Mailing: groups of those to write to, and who has agreed to it (группы, рассылки)."""

from salesman_hookspecs import Plugin
from salesman_mailing.settings import MailingSettings

plugin = Plugin(
    id="mailing",
    title="Mailing",
    summary="Groups of clients, contacts and leads to write to, and who has agreed to it.",
    api=">=0.1,<1",
    settings=MailingSettings,
)
