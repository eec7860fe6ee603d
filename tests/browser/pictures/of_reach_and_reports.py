"""The pictures of groups and campaigns, of the conveyor, and of analytics."""

from __future__ import annotations

from typing import Final

from .picture import Picture

PICTURES: Final = {
    "group": Picture("marketer", "/mailing/{group}", size=(1280, 560)),
    "campaign": Picture("marketer", "/mailing/campaigns/{campaign}", size=(1280, 620)),
    "reports": Picture("head", "/analytics", size=(1280, 640)),
    "conveyor-line": Picture("head", "/conveyor/line?period=year", size=(1280, 560)),
}
