"""Every read of web forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_core.toolkit import AnyRow, MissingError, visible
from salesman_leads.forms.models import Consent, Form, FormConsent, FormLead, FormSender
from salesman_leads.models import KIND, Lead
from salesman_leads.texts import texts

_ = texts.lazy


def _holds() -> sa.ScalarSelect[int]:
    """Give the id of the consent that holds for a form."""
    version = aliased(FormConsent)
    of_form = sa.select(version.id).where(version.form_id == Form.id)
    return of_form.order_by(version.number.desc()).limit(1).scalar_subquery()


_FORM: Final = (
    *sa.inspect(Form).columns,
    FormConsent.id.label("consent_id"),
    FormConsent.number.label("consent_number"),
    sa.func.coalesce(FormConsent.text, "").label("consent"),
)


def _forms() -> sa.Select[*tuple[object, ...]]:
    return sa.select(*_FORM).outerjoin(FormConsent, FormConsent.id == _holds())


def one_form(session: Session, form_id: int) -> AnyRow:
    """Give a form with the consent that holds for it.

    :raises MissingError: where there is none.
    """
    return _found(session, Form.id == form_id)


def form_by_key(session: Session, key: str) -> AnyRow:
    """Give the form that stands at an address, for strangers: it is what they see anyway.

    :raises MissingError: where there is none.
    """
    return _found(session, Form.key == key)


def _found(session: Session, condition: sa.ColumnElement[bool]) -> AnyRow:
    row = session.execute(_forms().where(condition)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such form."))
    return row


def forms_with_figures(session: Session) -> Sequence[AnyRow]:
    """Give all forms with what each brought, by name.

    ``leads`` and ``apart`` count among the leads that the person reaches: all of them, and those
    that are kept apart. ``refused`` counts answers of the last thirty days that came too often,
    ``networks`` from where.
    """
    brought = (
        sa.select(
            FormLead.form_id,
            sa.func.count(Lead.id).label("leads"),
            sa.func.count(sa.case((Lead.suspicion != "", 1))).label("apart"),
        )
        .join(Lead, Lead.id == FormLead.lead_id)
        .where(visible(KIND))
        .group_by(FormLead.form_id)
        .subquery()
    )
    refused = (
        sa.select(
            FormSender.form_id,
            sa.func.sum(FormSender.refused).label("refused"),
            sa.func.count(sa.distinct(FormSender.network)).label("networks"),
        )
        .where(FormSender.refused > 0)
        .group_by(FormSender.form_id)
        .subquery()
    )
    figures = (brought.c.leads, brought.c.apart, refused.c.refused, refused.c.networks)
    return session.execute(
        sa.select(Form.id, Form.key, Form.name, Form.language, Form.source, Form.active)
        .add_columns(*(sa.func.coalesce(one, 0).label(one.name) for one in figures))
        .outerjoin(brought, brought.c.form_id == Form.id)
        .outerjoin(refused, refused.c.form_id == Form.id)
        .order_by(Form.active.desc(), sa.func.lower(Form.name), Form.id)
    ).all()


def consents_of_form(session: Session, form_id: int) -> Sequence[AnyRow]:
    """Give all versions of a form's consent, the newest first, each with how many agreed to it."""
    agreed = sa.select(sa.func.count(Consent.id)).where(Consent.consent_id == FormConsent.id)
    return session.execute(
        sa.select(
            FormConsent.number,
            FormConsent.text,
            FormConsent.created_at,
            agreed.scalar_subquery().label("agreed"),
        )
        .where(FormConsent.form_id == form_id)
        .order_by(FormConsent.number.desc())
    ).all()


def consents_of_lead(session: Session, lead_id: int) -> Sequence[AnyRow]:
    """Give what somebody agreed to who became a lead that the person reaches."""
    return session.execute(
        sa.select(
            Consent.at, Consent.ip, FormConsent.number, FormConsent.text, Form.name.label("form")
        )
        .join(FormConsent, FormConsent.id == Consent.consent_id)
        .join(Form, Form.id == FormConsent.form_id)
        .join(Lead, Lead.id == Consent.lead_id)
        .where(Consent.lead_id == lead_id, visible(KIND))
        .order_by(Consent.at, Consent.id)
    ).all()
