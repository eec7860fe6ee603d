"""Inquiries: contacts from or to clients and strangers, with what came of them (обращения)."""

from salesman_hookspecs import Plugin
from salesman_inquiries.settings import InquiriesSettings

plugin = Plugin(
    id="inquiries",
    title="Inquiries",
    summary="Calls and messages as they come: who it was, what they asked for, what is next.",
    api=">=0.1,<1",
    after=("calendar", "leads"),
    settings=InquiriesSettings,
)
