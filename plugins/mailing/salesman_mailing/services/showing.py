"""What the card of a group shows of its links with mailing services."""

from __future__ import annotations

from salesman_core.toolkit import AnyRow, current_person, reaches, reading
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.permissions import EDIT, MANAGE_LINKS
from salesman_mailing.services import queries
from salesman_mailing.services.further import Offered, chosen, offered
from salesman_mailing.services.known import services, titles
from salesman_mailing.services.words import STATES


def of_group(group_id: int) -> dict[str, object]:
    """Give what the card of a group shows of its links."""
    if not current_person().may(MANAGE_LINKS):
        return {"links": (), "free_services": ()}
    links = queries.links_of(reading(), group_id)
    linked = {one.service for one in links}
    free = [one for one in services() if one.id not in linked]
    return {
        "links": links,
        "free_services": free if reaches(GROUP, group_id, EDIT) else (),
        "service_titles": titles(),
        "link_states": STATES,
    }


def offered_by_kind() -> dict[str, list[Offered]]:
    """Give the fields that can go to a list, by what people call those who have them."""
    found: dict[str, list[Offered]] = {}
    for one in offered():
        found.setdefault(str(one.kind.type.plural), []).append(one)
    return found


def further_of(link: AnyRow) -> list[tuple[str, str]]:
    """Give in words which fields go to the list of a link, each with the service's name for it."""
    return [(f"{one.kind.type.title}: {one.title}", theirs) for one, theirs in chosen(link)]
