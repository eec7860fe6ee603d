"""How tests make leads: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from salesman_leads.service import create_lead, qualify_lead

_WORDS: Final = ("name", "company", "text", "source")


def make_leads(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a lead to work on, and one that a client came from, where there is a client.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and ``client_id``.
    """
    lead = {name: text(name) for name in _WORDS}
    reached = {"phones": [text("phone")], "emails": [text("email")]}
    lead_id = create_lead({**lead, **reached, "owner_id": ids["owner_id"]})
    if "client_id" not in ids:
        return [lead_id]
    known = create_lead({"company": text("company of a client"), "owner_id": ids["owner_id"]})
    qualify_lead(known, {"client_id": ids["client_id"]})
    return [lead_id, known]


FACTORIES: Final = {"leads.lead": make_leads}
