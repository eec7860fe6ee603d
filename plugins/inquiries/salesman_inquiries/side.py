"""What stands beside the form of an inquiry: what others put there, as a call script."""

from __future__ import annotations

from salesman_core.toolkit import MissingError, demand, demand_permission
from salesman_inquiries.permissions import CREATE
from salesman_inquiries.texts import texts
from salesman_inquiries.toolkit import InquiryForm

_ = texts.lazy


def load(key: str) -> InquiryForm:
    """Give the form that a key names, for panels that come after the page.

    :raises MissingError: for what is no key, and for a client that the person does not see.
    """
    demand_permission(CREATE)
    client, _dash, contact = key.partition("-")
    if any(part and not part.isdecimal() for part in (client, contact)):
        raise MissingError(_("There is no such form."))
    form = InquiryForm(int(client) if client else None, int(contact) if contact else None)
    for kind, record_id in (("client", form.client_id), ("contact", form.contact_id)):
        if record_id is not None:
            demand(kind, record_id, "core.client.view")
    return form
