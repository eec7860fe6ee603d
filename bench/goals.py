"""The goals of speed; :mod:`bench` says what they are measured against."""

from __future__ import annotations

from typing import Final

READ: Final = 3.0
"""So many times the bare function may a list or a card cost."""

WRITE: Final = 6.0
"""The same for a change."""

KEPT: Final = 0.1
"""So many times counting it afresh may the funnel of all deals cost, where they are many."""

MANY: Final = 200_000
"""So many deals and more."""

LAST_PAGE: Final = 1.2
"""So many times the first page may the last one cost."""

START: Final = 1.5
"""CPU seconds of a fresh process up to its first answer."""

EMPTY_SLOTS: Final = 0.01
"""The share of a card's page that fifty slots may cost which nobody fills."""

FILLED: Final = 2.0
"""So many times a card's page without plugins may one cost whose slots ten plugins fill."""

IMPORTED: Final = 1500.0
"""Rows of a file that come in within a second of CPU at least."""

GROWTH: Final = 2.0
"""So many times the memory after its first answer may a process hold after 500 requests."""

LEADS_TAKEN: Final = 500.0
"""Leads that come in by the batch API within a second of CPU at least, each dealt to somebody."""

WIDGET: Final = 2.0
"""So many times the bare statements may the widget of plan fulfilment cost."""

LINE: Final = 2.0
"""So many times the bare statements may the figures of the conveyor's line cost."""
REPORT: Final = 2.0
"""So many times the plainest SQL for the same figures may a report take."""

DELAY: Final = 1.0
"""Seconds after which a message in a discussion is at half of the pages that are open."""
BESIDE: Final = 2.0
"""So many times its time alone may a page take while documents are made in the background."""
GROUP: Final = 2.0
"""So many times its bare SQL may counting a group cost that follows a filter."""

SENDING = 0.5
"""The least share of the rate of a bare loop of smtplib at which a campaign is sent (issue 7)."""
