"""The service by which other plugins ask and command discussions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_discussions import service
from salesman_discussions.toolkit import Discussions


class Moderator(Discussions):
    """See :class:`salesman_discussions.toolkit.Discussions`."""

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int:
        """Let the discussions about a record be about what it has become; give how many are."""
        return service.follow_record((kind, record_id), values)
