"""Acts on many inquiries at once: a result for each, and undone as they were done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from salesman_inquiries import queries, service
from salesman_inquiries.models import KIND

from salesman_core.errors import ForbiddenError
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.records.models import BulkRow
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import AnyRow, reading

ApiFor = Callable[[str], Api]
Note = Callable[..., int]


def inquiry(inquiry_id: int) -> AnyRow:
    reading().rollback()
    return queries.one_inquiry(reading(), inquiry_id)


def begin(action: str, ids: list[int], **values: object) -> int:
    return begin_run(KIND, f"inquiries.{action}", values, chosen_by_ids(ids))


def states(run_id: int) -> dict[int, str]:
    rows = sa.select(BulkRow.record_id, BulkRow.state).where(BulkRow.run_id == run_id)
    return {row.record_id: row.state for row in reading().execute(rows)}


def test_many_are_processed_with_one_result(note: Note, results: dict[str, int]) -> None:
    first, done = note(), note(result_id=results["Interest"])
    result_id = results["No answer"]

    run_id = begin("process", [first, done], result_id=str(result_id))
    assert states(run_id) == {first: "done", done: "refused"}
    assert (inquiry(first).status, inquiry(first).result_id) == ("processed", result_id)
    assert inquiry(done).result_id == results["Interest"]

    undo_run(run_id)
    assert (inquiry(first).status, inquiry(done).status) == ("new", "processed")


def test_many_are_cancelled_and_taken_up_again(note: Note) -> None:
    ids = [note(), note()]

    run_id = begin("cancel", ids)
    assert [inquiry(id_).status for id_ in ids] == ["cancelled", "cancelled"]

    undo_run(run_id)
    assert [inquiry(id_).status for id_ in ids] == ["new", "new"]


@pytest.mark.parametrize("action", ["process", "cancel"])
def test_undo_leaves_alone_what_somebody_did_since(note: Note, action: str) -> None:
    first, second = note(), note()
    run_id = begin(action, [first, second])
    service.reopen_inquiry(second)
    service.process_inquiry(second)

    undoing = undo_run(run_id)
    assert states(undoing) == {first: "done", second: "refused"}
    assert (inquiry(first).status, inquiry(second).status) == ("new", "processed")


def test_many_are_given_to_somebody_and_back(make: Make, note: Note) -> None:
    other, anna = make.user("seller"), make.user("head")
    with make.acting(anna):
        inquiry_id = note()
        run_id = begin("assign", [inquiry_id], owner_id=other)
        assert (inquiry(inquiry_id).owner_id, inquiry(inquiry_id).taken_by_id) == (other, anna)

        undo_run(run_id)
        assert inquiry(inquiry_id).owner_id == anna


def test_many_go_into_the_bin_and_come_back(note: Note) -> None:
    ids = [note(), note()]
    run_id = begin("delete", ids)
    reading().rollback()
    assert reading().execute(queries.inquiries()).all() == []

    undo_run(run_id)
    assert [inquiry(id_).id for id_ in ids] == ids


def test_telemarketer_puts_not_many_into_the_bin_at_once(make: Make, note: Note) -> None:
    with make.acting(make.user("telemarketer")):
        inquiry_id = note()
        with pytest.raises(ForbiddenError):
            begin("delete", [inquiry_id])

    assert inquiry(inquiry_id).id == inquiry_id


def test_api_tells_what_became_of_each_of_many(
    api_for: ApiFor, note: Note, results: dict[str, int]
) -> None:
    first, done = note(), note(result_id=results["Interest"])
    asked = {"action": "inquiries.cancel", "ids": [first, done]}

    answer = api_for("telemarketer").post("/inquiries/bulk", asked)
    assert [one["outcome"] for one in answer.json["results"]] == ["done", "refused"]


def test_api_gives_no_others_inquiries_away(api_for: ApiFor, make: Make, note: Note) -> None:
    inquiry_id, seller = note(), make.user("seller")
    values = {"owner_id": seller}
    asked = {"action": "inquiries.assign", "ids": [inquiry_id], "values": values}

    answer = api_for("seller").post("/inquiries/bulk", asked)
    assert answer.status_code == 403
    assert inquiry(inquiry_id).owner_id != seller
