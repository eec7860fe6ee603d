"""How tests make leads: the kit's access walk finds it here."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from salesman_core.toolkit import judge, reading
from salesman_leads.channels.schemas import ChannelSchema, LinkSchema
from salesman_leads.channels.service import add_channel, make_link
from salesman_leads.distribution.service import add_absence, add_rule
from salesman_leads.forms.queries import one_form
from salesman_leads.forms.service import create_form
from salesman_leads.intake import create_lead
from salesman_leads.mailbox.schemas import MailboxSchema
from salesman_leads.mailbox.service import add_mailbox
from salesman_leads.qualifying import qualify_lead

_WORDS: Final = ("name", "company", "text", "source")


def make_leads(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a lead kept apart, one to work on, and one that a client came from, if there is one.

    What may be done with the second one may be done with the first one, too, and more.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and ``client_id``.
    """
    lead = {name: text(name) for name in _WORDS}
    reached = {"phones": [text("phone")], "emails": [text("email")]}
    told = {**lead, **reached, "owner_id": ids["owner_id"]}
    apart = create_lead(told, suspicion="sent within a second")
    to_work_on = create_lead({"name": text("of one to work on"), "owner_id": ids["owner_id"]})
    if "client_id" not in ids:
        return [apart, to_work_on]
    known = create_lead({"company": text("company of a client"), "owner_id": ids["owner_id"]})
    qualify_lead(known, {"client_id": ids["client_id"]})
    return [apart, to_work_on, known]


def walk_values(make_user: Callable[[], int]) -> dict[str, list[str]]:
    """Make what the access walk finds behind the addresses of leads; give it as their arguments.

    :param make_user: gives the id of somebody new.
    """
    mailbox = {"way": "imap", "host": "127.0.0.1", "port": 1, "user": "a", "folder": "INBOX"}
    tagged = {"name": "One", "utm_source": "a"}
    link = {"address": "https://example.com", "utm_source": "a"}
    day = date(2027, 11, 23)
    form = one_form(reading(), create_form(FORM))

    def two(make: Callable[[str], int]) -> list[str]:
        return [str(make(name)) for name in ("One", "Two")]

    return {
        "form_id": [str(form.id)],
        "key": [form.key],
        "mailbox_id": two(
            lambda name: add_mailbox(judge(MailboxSchema(), {**mailbox, "password": name}))
        ),
        "channel_id": two(
            lambda name: add_channel(judge(ChannelSchema(), {**tagged, "name": name}))
        ),
        "link_id": two(lambda _name: make_link(judge(LinkSchema(), link))),
        "rule_id": two(lambda name: add_rule({"name": name, "method": "first_come"})),
        "absence_id": two(
            lambda _name: add_absence({"user_id": make_user(), "first_day": day, "last_day": day})
        ),
        "figure": ["leads", "won"],
    }


_SITES: Final = {"sites": "https://shop.example", "thanks_url": ""}
WALK_FIELDS: Final[dict[str, dict[str, str]]] = {
    "leads.add_absence": {"user_id": "1", "first_day": "23.11.2027"},
    "leads.add_rule": {"name": "Walk", "method": "first_come"},
    "leads.called": {"call_result_id": "1"},
    "leads.change_form": _SITES,
    "leads.create_channel": {"name": "Walk", "utm_source": "b"},
    "leads.create_form": _SITES,
    "leads.make_link": {"address": "https://example.com", "utm_source": "a"},
    "leads.send_form": {"name": "walk", "phone": "8 912 345 67 89"},
}
"""What the access walk fills in where no page says what is asked."""

FACTORIES: Final = {"leads.lead": make_leads}


def asked(kind: str, *, required: bool = False, **values: Any) -> dict[str, Any]:
    """Give a field of a web form."""
    field = {"kind": kind, "label": "", "placeholder": "", "options": []}
    return {**field, "required": required, **values}


FORM: Final[dict[str, Any]] = {
    "name": "Landing page",
    "language": "en",
    "heading": "",
    "button": "",
    "fields": [asked("name", required=True), asked("phone"), asked("email"), asked("text")],
    "consent": "",
    "thanks_text": "",
    "thanks_url": "",
    "sites": ["https://shop.example"],
    "source": "Site",
    "channel": "Forms",
    "letters": False,
    "active": True,
}
"""A web form, as ``forms.service.create_form`` takes it."""


def hidden(page: str, name: str) -> str:
    """Give what a page carries along unseen, as the stamp of a web form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        message = f"the page carries no {name}"
        raise LookupError(message)
    return html.unescape(found.group(1))
