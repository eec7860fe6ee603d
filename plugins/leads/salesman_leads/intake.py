"""How leads come in: what is kept of them, whose they are, what is noted.

How they change afterwards stands in ``service``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    Planned,
    SalesmanError,
    add_objects,
    announce,
    audit_many,
    carry_out,
    checked_owner,
    contact_data,
    current_person,
    demand_permission,
    now,
    records_by_key,
    set_reach,
    write_rows,
    writing,
)
from salesman_hookspecs import Scope
from salesman_leads.banning import FLAGS, ban_addresses
from salesman_leads.channels.matching import name_channels
from salesman_leads.distribution.placing import note, place
from salesman_leads.models import KIND, OPEN, UTM, Lead, LeadExternalId, LeadProduct
from salesman_leads.permissions import ASSIGN, CREATE, VIEW
from salesman_leads.spelling import SPELT, spell_as_known
from salesman_leads.texts import texts

_ = texts.lazy

WRITTEN: Final = (
    "name",
    "company",
    "text",
    "source",
    "channel",
    *UTM,
    "referrer",
    "page",
    "ip",
    "region",
    "language",
)
COLUMNS: Final = (*WRITTEN, *FLAGS)
_TITLE: Final = 300


def usual_owner() -> int | None:
    """Give whose a lead is where nobody says: one's own, for those who see no others."""
    person = current_person()
    return person.id if person.scope(VIEW) in {Scope.OWN, Scope.TEAM} else None


def create_lead(values: Mapping[str, Any], *, suspicion: str = "") -> int:
    """Take a lead in.

    :param values: as the JSON API names them; without ``owner_id`` it is the usual owner's, or
        whose the rules of distribution say.
    :param suspicion: why it may be junk, as ``judge_suspicion`` says it, and is kept apart.
    :returns: the new lead's id.
    :raises InvalidError: where nobody could tell who it is or how to reach them.
    """
    with writing():
        (made,) = create_leads([values], suspicion=suspicion)
        if isinstance(made, SalesmanError):
            raise made
        return made


def create_leads(
    many: Sequence[Mapping[str, Any]], *, suspicion: str = ""
) -> list[int | SalesmanError]:
    """Take leads in, all that fit, in a number of statements that does not grow with them.

    :param many: each as :func:`create_lead` takes it.
    :returns: for each the new lead's id, or why it cannot be one; that has left no trace.
    """
    demand_permission(CREATE)
    with writing() as session:
        begun = [_begun(session, values, suspicion) for values in many]
        _refuse_taken_keys(session, many, begun)
        pairs = zip(begun, many, strict=True)
        written = [(lead, values) for lead, values in pairs if isinstance(lead, Lead)]
        leads = [lead for lead, _values in written]
        spell_as_known(session, leads)
        name_channels(session, leads)
        placed = place(session, leads)
        add_objects(session, leads)
        session.flush()
        note_leads(session, written)
        note(session, placed)
        return [one.id if isinstance(one, Lead) else one for one in begun]


def _begun(session: Session, values: Mapping[str, Any], suspicion: str) -> Lead | SalesmanError:
    """Give a lead that is to be written, or why it cannot be one."""
    try:
        lead = begin_lead(values)
        lead.suspicion = suspicion
        if values.get("owner_id") is not None:
            lead.owner_id = checked_owner(session, values["owner_id"], ASSIGN)
        elif suspicion:
            lead.owner_id = None  # until somebody brings it back
    except SalesmanError as error:
        return error
    return lead


def begin_lead(values: Mapping[str, Any]) -> Lead:
    """Give a lead that is to be written, yet the usual owner's.

    :param values: as the JSON API names them.
    :raises InvalidError: where nobody could tell who it is or how to reach them.
    """
    moment = now()
    lead = Lead(status=OPEN, suspicion="", created_at=moment, updated_at=moment)
    lead.phones, lead.emails, lead.products = [], [], []  # else each is read when it is written
    for name, value in (dict.fromkeys(WRITTEN, "") | columns_of(values)).items():
        setattr(lead, name, value)
    lead.owner_id = usual_owner()
    set_reach(lead, values)
    carry_out(products_of(lead, values))
    entitle(lead, values.get("external_ids") or {})
    return lead


def _refuse_taken_keys(
    session: Session, many: Sequence[Mapping[str, Any]], begun: list[Lead | SalesmanError]
) -> None:
    """Refuse those of some new leads whose key in another system a lead has, or one before them."""
    told = [dict(values.get("external_ids") or {}) for values in many]
    by_source: dict[str, set[str]] = {}
    for source, key in (pair for keys in told for pair in keys.items()):
        by_source.setdefault(source, set()).add(key)
    taken = {
        (source, key)
        for source, keys in by_source.items()
        for key in records_by_key(session, LeadExternalId, source, keys)
    }
    for place_, keys in enumerate(told):
        if isinstance(begun[place_], SalesmanError):
            continue
        twice = next((pair for pair in keys.items() if pair in taken), None)
        if twice is None:
            taken.update(keys.items())
        else:
            begun[place_] = _key_taken(*twice)


def _key_taken(source: str, key: str) -> InvalidError:
    message = _("Another lead has the key %(key)s of %(source)s.", key=key, source=source)
    return InvalidError(message, {"external_ids": message})


def note_leads(session: Session, written: Sequence[tuple[Lead, Mapping[str, Any]]]) -> None:
    """Note that leads which have just been written came in: their keys, what they do not want.

    :param written: each with what was told of it.
    """
    keys = [
        {"record_id": lead.id, "source": source, "key": key}
        for lead, values in written
        for source, key in (values.get("external_ids") or {}).items()
    ]
    write_rows(session, LeadExternalId, keys)
    ban_addresses(session, [lead for lead, _values in written])
    told = [(lead.id, lead.title, _told(lead, values)) for lead, values in written]
    audit_many(session, KIND, "created", told)
    for lead, _values in written:
        announce(session, "leads.lead.created", KIND, lead.id, {"source": lead.source})


def _told(lead: Lead, values: Mapping[str, Any]) -> Changes:
    given = {name: getattr(lead, name) for name in ("owner_id", "suspicion", *SPELT)}
    return {name: (None, value) for name, value in {**values, **given}.items() if value}


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give those of the columns that are named, as they will be kept."""
    written = {name: str(values[name] or "").strip() for name in WRITTEN if name in values}
    return written | {name: bool(values[name]) for name in FLAGS if name in values}


def products_of(lead: Lead, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Give the products that somebody is interested in, as far as they are named."""
    if "products" not in values:
        return
    before = [one.name for one in lead.products]
    after = list(dict.fromkeys(name.strip() for name in values["products"] if name.strip()))
    rows = [LeadProduct(name=name, position=position) for position, name in enumerate(after)]
    if before != after:
        yield Planned("products", before, after, lambda: setattr(lead, "products", rows))


def entitle(lead: Lead, keys: Mapping[str, str]) -> None:
    """Name a lead by the best that is known of it; a phone or email masked.

    :param keys: its keys in other systems, by system.

    The title is kept in places that ask nobody what they may see: in the audit, in letters, in
    the runs of acts. :data:`queries.TITLE` gives it whole to whoever may read contact data.

    :raises InvalidError: where nothing is known.
    """
    who = ", ".join(part for part in (lead.name, lead.company) if part)
    typed = chain((one.typed for one in lead.phones), (one.typed for one in lead.emails))
    ways = map(contact_data.masked, typed)
    known_as = (f"{source} {key}" for source, key in keys.items())
    title = who or next(chain(ways, known_as), "")
    if not title:
        message = _("Give a name, a company, a phone, an email or a key in another system.")
        raise InvalidError(message, {"name": message})
    lead.title = lead.search_title = title[:_TITLE]
