"""What is said of links with mailing services."""

from __future__ import annotations

from typing import Final

from salesman_mailing.services.contract import What
from salesman_mailing.services.models import (
    ADD,
    AGREE,
    CARRYING,
    COMPARING,
    IDLE,
    LEAVE,
    PLANNED,
    REFUSE,
    STRIKE,
    TAKE_OUT,
    UNSUBSCRIBE,
    UPDATE,
)
from salesman_mailing.texts import texts

_ = texts.lazy

STATES: Final = {
    IDLE: _("nothing to do"),
    COMPARING: _("is being compared"),
    PLANNED: _("compared"),
    CARRYING: _("is being carried out"),
}
CHANGES: Final = {
    REFUSE: _("want no mailing at all, says the service"),
    LEAVE: _("unsubscribed from this list"),
    STRIKE: _("cannot be reached, says the service"),
    AGREE: _("agreed at the service"),
    UNSUBSCRIBE: _("refused here: are unsubscribed there"),
    TAKE_OUT: _("are in the group no more: leave the list"),
    ADD: _("come into the list"),
    UPDATE: _("get another name, other fields or tags"),
}
EVENTS: Final = {
    What.DELIVERED: _("letters delivered"),
    What.OPENED: _("letters opened"),
    What.CLICKED: _("links followed"),
    What.LEFT: _("unsubscribed"),
    What.REFUSED: _("refused all mailing"),
    What.COMPLAINED: _("called it spam"),
    What.BAD: _("no such address"),
    What.SOFT: _("came back"),
    What.SUBSCRIBED: _("subscribed"),
}
