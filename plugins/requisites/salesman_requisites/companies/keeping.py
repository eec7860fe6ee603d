"""The end of every change of an own company: its version, the audit, the event."""

from __future__ import annotations

from sqlalchemy.orm import Session

from salesman_core.toolkit import Changes, announce, audit, touch
from salesman_requisites.companies.models import KIND, OwnCompany
from salesman_requisites.home import forget_home


def keep(session: Session, company: OwnCompany, action: str, changes: Changes) -> None:
    """Note what was done to a company, or to what hangs on it.

    :param action: ``changed``, or another of the plugin's types of event.
    """
    touch(company)
    forget_home()
    audit(session, KIND, company.id, company.short_name, action, changes)
    payload = {"fields": sorted(changes)} if action == "changed" else {}
    announce(session, f"requisites.company.{action}", KIND, company.id, payload)
