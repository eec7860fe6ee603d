"""Reports with pages of their own: how deals go through the funnel, and where they are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesman_analytics import own_pages
from salesman_analytics.texts import texts

_ = texts.lazy

REPORTS: Final[Sequence[Mapping[str, Any]]] = (
    {
        "id": "analytics.in_work",
        "title": _("Funnel"),
        "question": _("What is in work now, and what happened at the stages?"),
        "group": "sales",
        "permission": "core.report.funnel",
        "endpoint": "funnel.index",
        "order": 10,
    },
    {
        "id": "analytics.funnel",
        "title": _("How far deals came"),
        "question": _("How many of the decided deals got how far, and how many were won?"),
        "group": "sales",
        "permission": "core.deal.view",
        "endpoint": "analytics.funnel",
        "draw": own_pages.draw_funnel,
        "tell": own_pages.tell_funnel,
        "order": 40,
    },
    {
        "id": "analytics.losses",
        "title": _("Where and why deals are lost"),
        "question": _("At which stage and for which reason do deals die?"),
        "group": "sales",
        "permission": "core.deal.view",
        "endpoint": "analytics.losses",
        "draw": own_pages.draw_losses,
        "tell": own_pages.tell_losses,
        "order": 50,
        "opens_for": {"everything": 60, "head": 50},
    },
    {
        "id": "analytics.calibration",
        "title": _("What stages promise"),
        "question": _("Does the percent of a stage say what really comes of its deals?"),
        "group": "sales",
        "permission": "core.deal.view",
        "endpoint": "analytics.calibration",
        "draw": own_pages.draw_promises,
        "tell": own_pages.tell_promises,
        "order": 60,
    },
    {
        "id": "analytics.as_of",
        "title": _("As of a day"),
        "question": _("How did funnel, forecast and owners stand at the end of a day?"),
        "group": "sales",
        "permission": "core.deal.view",
        "endpoint": "analytics.as_of",
        "draw": own_pages.draw_day,
        "tell": own_pages.tell_day,
        "order": 70,
    },
)
