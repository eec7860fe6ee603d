"""Who meets which groups and consents, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from salesman_mailing.leaving.links import leave_url
from salesman_mailing.readers.links import Trails

WALKED: Final = (
    "/mailing*",
    "/api/v1/mailing*",
    "/clients/<int:record_id>",
    "/leads/<int:record_id>",
    "/fragments/slots/<name>/<owner>/<fill_id>",
)
"""The pages of mailing, and those of others on which it shows something."""

_ACTS: Final = ("pause", "resume", "stop")
_SENDS: Final = ("start", "schedule")
BY_STATE: Final = {
    **dict.fromkeys(
        [
            *(f"POST /mailing/campaigns/<int:record_id>/{act}" for act in (*_ACTS, "again")),
            *(
                f"POST /api/v1/mailing/campaigns/<int:record_id>/{act}"
                for act in (*_ACTS, "send-interrupted")
            ),
        ],
        "it takes a campaign on its way: tests/campaigns/test_api.py does it",
    ),
    **dict.fromkeys(
        [
            *(f"POST /mailing/campaigns/<int:record_id>/{act}" for act in (*_SENDS, "test")),
            *(f"POST /api/v1/mailing/campaigns/<int:record_id>/{act}" for act in _SENDS),
        ],
        "it takes a mail server: tests/campaigns/test_api.py has one",
    ),
    **dict.fromkeys(
        [
            "POST /mailing/consent/<kind>/<int:record_id>/mend",
            "POST /mailing/campaigns/struck-off/mend",
            "POST /api/v1/mailing/struck-off/mend",
        ],
        "it takes an address to which letters came back: tests/bounces/test_taking.py has one",
    ),
}
"""What no walk can do with a campaign and its letters, and who does it."""


OF_SERVICES: Final = {
    **dict.fromkeys(
        [
            "POST /mailing/<int:record_id>/link/<service>",
            "POST /api/v1/mailing/<int:record_id>/links",
            "POST /mailing/links/<int:link_id>/fields",
            "GET /api/v1/mailing/links/<int:link_id>/fields",
            "PUT /api/v1/mailing/links/<int:link_id>/fields",
        ],
        "it takes a service that answers: the tests of unisender have one",
    ),
    "GET /api/v1/mailing/links/<int:link_id>/changes": (
        "only whoever compared reads them: tests/test_pages.py of unisender does"
    ),
}


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="walks")
@pytest.mark.timeout(600)
def test_nobody_meets_groups_that_they_may_not_see(
    access_walk: Callable[..., None],
) -> None:
    proof = leave_url("stranger@example.com", None).rpartition("/")[2]
    excused = {
        **BY_STATE,
        **OF_SERVICES,
        "GET /mailing/<int:record_id>/keep-out": "the address names a record; test_pages.py asks",
    }
    numbers = ["1", "2", "3"]
    values = {"proof": [proof], "filter_id": numbers, "link_id": numbers}
    letter = Trails({"": 1}).of(1)
    values |= {"click": [letter.links[""].rpartition("/")[2]]}
    values |= {"opening": [letter.picture.rpartition("/")[2].removesuffix(".gif")]}
    values |= {"service": ["unisender"], "what": ["deals"]}
    access_walk(only=WALKED, values=values, excused=excused)
