"""Who meets which own companies, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_requisites.companies.parts import SIGNERS
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.numbering import papers
from salesman_requisites.numbering.papers import Paper, offer_papers
from salesman_requisites.testing import (
    SIGNER,
    WALK_EXCUSED,
    WALK_FIELDS,
    WALK_OF_PARTS,
    WALK_VALUES,
    png,
)

WALKED: Final = ("/requisites*", "/api/v1/requisites*")
API: Final = "/api/v1/requisites/<int:record_id>"
COUNTER: Final = "/api/v1/requisites/counters/<int:company_id>/<paper>"


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> str:
    """Offer a kind of paper beside those of other plugins, which number theirs in the walk."""
    monkeypatch.setattr(papers, "_offered", dict(papers._offered))
    offer_papers("deal", lambda _session: [Paper("deal.invoice", "Invoices")])
    return "deal.invoice"


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_meets_own_companies_that_they_may_not_see(
    access_walk: Callable[..., None],
) -> None:
    access_walk(
        only=WALKED,
        without=WALK_OF_PARTS,
        values=WALK_VALUES,
        fields=WALK_FIELDS,
        excused=WALK_EXCUSED,
    )


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(300)
def test_nobody_reaches_accounts_signers_pictures_and_counters_that_they_may_not_see(
    access_walk: Callable[..., None], company_id: int, paper: str
) -> None:
    signer = SIGNERS.add(company_id, SIGNER)
    picture = keep_picture(company_id, "stamp", png())
    keep_picture(company_id, "logo", png())
    keep_picture(company_id, "signature", png(), signer_id=signer)
    known = {"record_id": company_id, "part_id": signer, "picture_id": picture}
    values = {name: [str(id_)] for name, id_ in known.items()}
    counter = {"company_id": [str(company_id)], "paper": [paper]}

    access_walk(
        only=WALK_OF_PARTS,
        values={**WALK_VALUES, **values, **counter},
        excused={
            f"PATCH {COUNTER}": "it takes a pattern with a number",
            f"PUT {API}/<any(logo, stamp):use>": "it takes a picture",
            f"PUT {API}/signers/<int:part_id>/signature": "it takes a picture",
        },
    )
