"""What documents ask of other plugins."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesman_hookspecs import Phase, Policy, hookspec


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_documents_variables() -> Iterable[Mapping[str, Any]]:
    """Give what templates of documents may say beside clients, contacts, deals and people.

    Asked once at start. Each section is a mapping of plain values, so that a plugin need not import
    anything of this one:

    - ``name``: what templates call it, as ``lines``: small Latin letters; ``title``: what people
      read above its values;
    - ``fields``: triples of name, title and kind: ``text``, ``money``, ``number``, ``date``,
      ``flag`` or ``picture``; or a function that gives them;
    - ``rows``: true where it is a list, each row of which has these fields;
    - ``agreed``: true where it belongs to what is agreed: an approval of a document is void once
      one of its values is another than when it began, and says which;
    - ``values``: a function that gives the values of one document, by field, or a list of such
      mappings. It gets a mapping with ``session``, ``client_id``, ``deal_id``, ``contact_id``,
      ``company_id``, ``signer_id``, ``owner_id``, ``currency`` and ``language``, and gives only
      what whoever acts may see: a ``Decimal`` for money and numbers, a ``date``, a text, a bool,
      the bytes of a PNG.

    Example::

        @hookimpl(optionalhook=True)
        def salesman_documents_variables():
            return [{
                "name": "visits", "title": "Visits", "rows": True,
                "fields": (("day", "Day", "date"), ("place", "Place", "text")),
                "values": lambda about: [],
            }]
    """
