"""The country that the company is in: that of its main own company."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import g

from salesman_core.toolkit import reading
from salesman_requisites.companies.models import OwnCompany
from salesman_requisites.identity import RUSSIA

_KEPT: Final = "requisites_home"


def home_country() -> str:
    """Give the country that is meant where nobody says one; asked once in a request.

    Russia, as long as there is no own company.
    """
    known: str | None = g.get(_KEPT)
    if known is None:
        main = sa.select(OwnCompany.country).where(
            OwnCompany.main, OwnCompany.active, OwnCompany.deleted_at.is_(None)
        )
        known = str(reading().scalar(main.limit(1)) or RUSSIA)
        setattr(g, _KEPT, known)
    return known


def forget_home() -> None:
    """Ask anew, because own companies have changed in this request."""
    g.pop(_KEPT, None)
