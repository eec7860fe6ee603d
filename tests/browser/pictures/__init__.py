"""What the guides show, by the name of its file in ``docs/pictures/<language>/``."""

from __future__ import annotations

from typing import Final

from . import of_core, of_first_station, of_papers, of_reach_and_reports
from .picture import Picture

PICTURES: Final[dict[str, Picture]] = (
    of_core.PICTURES
    | of_first_station.PICTURES
    | of_papers.PICTURES
    | of_reach_and_reports.PICTURES
)

__all__ = ["PICTURES", "Picture"]
