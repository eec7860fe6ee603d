"""The service by which other plugins note inquiries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_core.toolkit import reading
from salesman_inquiries import calls, choosing, service
from salesman_inquiries.toolkit import Inquiries


class Noting(Inquiries):
    """See :class:`salesman_inquiries.toolkit.Inquiries`."""

    def channel(self, *, call: bool) -> int | None:
        """Give the first channel that is offered and counts as a call, or does not."""
        offered = choosing.channels(reading(), offered=True)
        return next((row.id for row in offered if row.call == call), None)

    def note(self, values: Mapping[str, Any]) -> int:
        """Note an inquiry; give its id."""
        return service.create_inquiry(values)

    def note_call(
        self,
        values: Mapping[str, Any],
        result: str,
        *,
        reached: bool,
        interest: bool,
        lead_id: int | None = None,
    ) -> int | None:
        """Note a call that is over; give its id."""
        return calls.note_call(values, result, reached=reached, interest=interest, lead_id=lead_id)

    def take_back(self, inquiry_id: int) -> None:
        """Put a call that was noted by mistake into the bin."""
        calls.take_back(inquiry_id)
