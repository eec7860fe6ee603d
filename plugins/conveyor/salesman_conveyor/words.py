"""How the history of a handover is told: its fields and acts as people call them."""

from __future__ import annotations

from typing import Final

from salesman_conveyor.lists import STATE_TITLES
from salesman_conveyor.models import Station
from salesman_conveyor.texts import texts
from salesman_core.toolkit import FieldWords, names_from, user_names

_ = texts.lazy

FIELDS: Final = {
    "station_id": FieldWords(_("Station"), names=names_from(Station)),
    "from_station_id": FieldWords(_("Came from"), names=names_from(Station)),
    "owner_id": FieldWords(_("With"), names=user_names),
    "giver_id": FieldWords(_("Handed over by"), names=user_names),
    "state": FieldWords(_("State"), choices=STATE_TITLES),
    "note": FieldWords(_("Note")),
    "points": FieldWords(_("Open points")),
    "due_at": FieldWords(_("To be taken up by")),
}

ACTIONS: Final = {
    "given": _("handed over"),
    "taken": _("taken up"),
    "passed": _("handed on"),
    "returned": _("returned"),
    "withdrawn": _("taken back"),
    "finished": _("finished"),
    "resumed": _("taken up again"),
    "assigned": _("given to somebody"),
}
