"""The pictures of goods and money: products, lines, invoices, plans; and of what is agreed."""

from __future__ import annotations

from typing import Final

from .picture import BODY, LOW, Picture

HIGH: Final = (1280, 900)

PICTURES: Final = {
    "products": Picture("seller", "/catalogue", size=(1280, 560)),
    "deal-lines": Picture("head", "/catalogue/deals/{sold}/lines", part=BODY),
    "own-company": Picture("administrator", "/requisites/1", part=BODY),
    "numbers": Picture("administrator", "/requisites/numbering", size=LOW, part=BODY),
    "invoices": Picture("assistant", "/invoices", size=(1280, 640)),
    "invoice": Picture("head", "/invoices/{invoice}", size=HIGH),
    "schedule": Picture("head", "/invoices/deals/{scheduled}/schedule", size=LOW, part=BODY),
    "plans": Picture("head", "/plans/", size=(1280, 640)),
    "plan-figure": Picture("head", "/plans/figure?whose=company&period=2026", size=HIGH, part=BODY),
    "plans-compared": Picture(
        "head", "/plans/compare?whose=company&period=2026", size=LOW, part=BODY
    ),
    "discussion": Picture("head", "/discussions/{thread}", part=BODY),
    "document-route": Picture("administrator", "/documents/types/1/route", size=LOW, part=BODY),
    "versions-compared": Picture("lawyer", "/documents/{approved}/compare", part=BODY),
    "document": Picture("head", "/documents/{document}", part=BODY),
    "approval": Picture("lawyer", "/documents/{approved}/approval", part=BODY),
    "template": Picture("lawyer", "/documents/templates/1?deal_id={deal}", part=BODY),
}
