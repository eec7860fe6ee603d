"""Hooks about records that are one: how such doubles are found, and what is merged."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.web import Text


def _nothing_typed(_values: Mapping[str, Any]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class DuplicateKey:
    """A key that two records share where they are probably one, as a telephone number.

    :param id: unique within the plugin.
    :param kind: the kind of record, ``client``.
    :param reason: what people read: ``the same phone``.
    :param keys: gives a SELECT of SQLAlchemy with the columns ``record_id``, ``key`` (text, as it
        is compared) and ``shown`` (what people read for it), of a table with an index on the key.
        Records that the person may not see are left out by whoever asks.
    :param typed: gives the keys of a record that is being typed, from its fields as the JSON API
        names them; fields may be missing.
    :param permission: what one must hold to learn who shares such a key; empty where whoever sees
        the records may know.
    :param joins: whether a key means one record for certain, as a tax number: a row of an import
        whose ``typed`` gives it is then the record that has it, and none that has another one,
        where the mapping says nothing else.
    """

    id: str
    kind: str
    reason: Text
    keys: Callable[[], Any]
    typed: Callable[[Mapping[str, Any]], Iterable[str]] = _nothing_typed
    permission: str = ""
    joins: bool = False


@dataclass(frozen=True, slots=True)
class RecordsMerged:
    """Records that were merged into one.

    :param kind: their kind, ``client``.
    :param kept_id: the record that stays.
    :param lost_ids: those that are one with it from now on.
    """

    kind: str
    kept_id: int
    lost_ids: Sequence[int]


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_duplicate_keys() -> Iterable[DuplicateKey]:
    """Give keys by which doubles of clients are found.

    They are asked while somebody types a new client, by the finder of doubles and by the JSON API.

    Example::

        @hookimpl
        def salesman_duplicate_keys():
            return [DuplicateKey("tax_number", "client", "the same tax number", tax_numbers)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.WRITE, since="0.1")
def salesman_records_merged(merged: RecordsMerged) -> None:
    """Settle what two records have of the same.

    Called in the transaction of the merging, when every row of every table that referred to one of
    ``lost_ids`` refers to ``kept_id`` already. Only rows that the database refused there, because
    the kept record has such a row and may have only one, still refer to the lost record: what they
    hold may be joined here with what the kept one has.

    All that changes in rows which refer to one of these records is kept in the journal of the
    merging, and undone with it. Other rows must not be changed here.

    :param merged: what was merged.

    Example::

        @hookimpl
        def salesman_records_merged(merged):
            if merged.kind == "client":
                add_up_balances(merged.kept_id, merged.lost_ids)
    """
