"""What a document refers to: each is judged before anything refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from salesman_requisites.toolkit import company_choices
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, Client, Contact, Deal, InvalidError, reaches, visible
from salesman_documents import queries
from salesman_documents.models import Document, Status, Template
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy


def wrong(field: str, message: Text) -> InvalidError:
    """Give the complaint about a field."""
    return InvalidError(message, {field: message})


@dataclass(frozen=True, slots=True)
class Concerned:
    """The client, a person there, and a deal that a document concerns."""

    client_id: int | None = None
    contact_id: int | None = None
    deal_id: int | None = None

    def changed_by(self, session: Session, values: Mapping[str, Any]) -> Concerned:
        """Give whom it concerns once *values* are taken over, each judged where it is new.

        A deal brings its client along, and goes with no other one. A document that lost both with
        their records may stay without; nobody takes the last of them away.

        :raises InvalidError: by field.
        """
        deal_id = values.get("deal_id", self.deal_id)
        client_id = values.get("client_id", self.client_id)
        if client_id not in {None, self.client_id} and not reaches("client", client_id):
            raise wrong("client_id", _("There is no such client, or you may not see it."))
        if deal_id is not None and (deal_id, client_id) != (self.deal_id, self.client_id):
            of_deal = _client_of_deal(session, deal_id)
            client_id = of_deal if client_id is None else client_id
            if of_deal not in {None, client_id}:
                raise wrong("deal_id", _("Choose a deal of this client."))
        if client_id is None and deal_id is None and {"client_id", "deal_id"} & set(values):
            raise wrong("client_id", _("Say which client or deal the document is for."))
        return Concerned(client_id, self._contact(session, values, client_id), deal_id)

    def _contact(
        self, session: Session, values: Mapping[str, Any], client_id: int | None
    ) -> int | None:
        contact_id: int | None = values.get("contact_id", self.contact_id)
        if contact_id is None or (contact_id, client_id) == (self.contact_id, self.client_id):
            return contact_id
        there = sa.select(Contact.id).where(
            Contact.id == contact_id, Contact.client_id == client_id, visible("contact")
        )
        if session.scalar(there) is None:
            raise wrong("contact_id", _("Choose somebody at this client."))
        return contact_id


def _client_of_deal(session: Session, deal_id: int) -> int | None:
    row = session.execute(
        sa.select(Deal.client_id).where(Deal.id == deal_id, visible("deal"))
    ).one_or_none()
    if row is None:
        raise wrong("deal_id", _("There is no such deal, or you may not see it."))
    client_id: int | None = row.client_id
    return client_id


def client_name(session: Session, client_id: int | None) -> str:
    """Give what a client is called: a document keeps it."""
    named = sa.select(Client.name).where(Client.id == client_id)
    return str(session.scalar(named) or "")


def checked_type(session: Session, type_id: int | None) -> AnyRow:
    """Give a type of which whoever acts may make documents.

    :raises InvalidError: for another one.
    """
    for row in queries.types(session, active=True):
        if row.id == type_id:
            if not queries.may_make(session, row.id):
                raise wrong("type_id", _("You may not make documents of this type."))
            return row
    raise wrong("type_id", _("Choose one of the types."))


def checked_template(session: Session, template_id: int | None, type_id: int) -> int | None:
    """Give a template of a type that is offered, or None.

    :raises InvalidError: for another one.
    """
    if template_id is None:
        return None
    template = session.get(Template, template_id)
    if template is None or template.type_id != type_id or not template.active:
        raise wrong("template_id", _("Choose a template of this type."))
    return template.id


def checked_status(session: Session, status_id: int, document: Document) -> Status:
    """Give a status of the type of a document that is offered.

    :raises InvalidError: for another one.
    """
    status = session.get(Status, status_id)
    if status is None or status.type_id != document.type_id or not status.active:
        raise wrong("status_id", _("Choose a status of this type of document."))
    return status


def checked_company(
    session: Session, company_id: int | None, signer_id: int | None
) -> tuple[int, int | None]:
    """Give an own company that is in use, the first one where none is named, and its signer.

    :raises InvalidError: where there is none, or the signer is not its own.
    """
    choices = company_choices(session)
    if not choices:
        raise wrong("company_id", _("Enter an own company first: documents are made in its name."))
    chosen = next((one for one in choices if company_id in {None, one.id}), None)
    if chosen is None:
        raise wrong("company_id", _("There is no such own company in use."))
    if signer_id is not None and signer_id not in dict(chosen.signers):
        raise wrong("signer_id", _("Choose a signer of this company."))
    return chosen.id, signer_id
