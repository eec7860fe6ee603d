"""Inquiries are put into the bin and taken out of it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from salesman_inquiries import queries, service

from salesman_core.errors import ConflictError, ForbiddenError, MissingError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import reading

ApiFor = Callable[[str], Api]
Note = Callable[..., int]


def test_inquiry_in_the_bin_is_seen_by_nobody_until_it_is_taken_out(
    make: Make, note: Note, clock: FrozenClock
) -> None:
    anna = make.user("head")
    with make.acting(anna):
        inquiry_id = note(deadline_at=clock.now())
        service.delete_inquiry(inquiry_id)
        assert queries.due_count(reading()) == 0
        assert queries.late_by_owner(reading(), 5) == []
        with pytest.raises(MissingError):
            queries.one_inquiry(reading(), inquiry_id)

        service.restore_inquiry(inquiry_id)
        assert queries.due_count(reading()) == 1
        assert queries.one_inquiry(reading(), inquiry_id).status == "new"


def test_what_is_not_in_the_bin_is_not_taken_out(note: Note) -> None:
    with pytest.raises(ConflictError):
        service.restore_inquiry(note())
    with pytest.raises(MissingError):
        service.restore_inquiry(99_999)


def test_seller_puts_into_the_bin_and_takes_out_their_own_alone(make: Make, note: Note) -> None:
    others, gone = note(), note()
    service.delete_inquiry(gone)

    with make.acting(make.user("seller")):
        own = note()
        service.delete_inquiry(own)
        service.restore_inquiry(own)
        for act, inquiry_id in ((service.delete_inquiry, others), (service.restore_inquiry, gone)):
            with pytest.raises((ForbiddenError, MissingError)):
                act(inquiry_id)


def test_inquiry_is_deleted_over_the_api_unless_somebody_changed_it(
    api_for: ApiFor, channels: dict[str, int]
) -> None:
    api = api_for("telemarketer")
    made = api.post("/inquiries", {"channel_id": channels["Phone"], "name": "Clara"})
    address, seen = f"/inquiries/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    api.patch(address, {"text": "Boilers?"})

    late = api.delete(address, headers=seen)
    gone = api.delete(address, headers={"If-Match": api.get(address).headers["ETag"]})

    assert (late.status_code, gone.status_code) == (412, 204)
    assert api.get(address).status_code == HTTPStatus.NOT_FOUND
    assert api.get("/inquiries").json["items"] == []


def test_inquiry_is_taken_out_of_the_bin_over_the_api(api_for: ApiFor, note: Note) -> None:
    api, inquiry_id = api_for("head"), note()
    api.delete(f"/inquiries/{inquiry_id}")
    asked = {"items": [{"kind": "inquiries.inquiry", "record_id": inquiry_id}]}

    answer = api.post("/bin/restore", asked)
    assert [one["status"] for one in answer.json["results"]] == [200]
    assert api.get(f"/inquiries/{inquiry_id}").json["status"] == "new"
