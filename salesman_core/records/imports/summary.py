"""What came of an import, as it is kept and shown after the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesman_core.records.imports.reading import Problem
from salesman_core.records.imports.result import ACTIONS, ImportResult, Reached, Remark
from salesman_core.records.imports.sheet import Row

_MOST_ROWS: Final = 100
_MOST_REASONS: Final = 20
_MOST_VALUES: Final = 5
_MOST_SPELLINGS: Final = 30


def summary_of(
    result: ImportResult,
    *,
    refused_hash: str | None = None,
    warnings_hash: str | None = None,
    stopped: str = "",
    reached: Reached | None = None,
) -> dict[str, Any]:
    """Give a result as plain values.

    :param refused_hash: where the refused rows lie in the store as a file.
    :param warnings_hash: where those lie that deserve a look.
    :param stopped: why the run did not come to its end, or an empty text.
    :param reached: how far a run has come that goes on; None for one that is over.
    """
    return {
        "rehearsal": result.rehearsal,
        "rows": result.rows,
        "blank_rows": result.blank_rows,
        "counts": {action: result.counts[action] for action in ACTIONS},
        "kept": list(result.kept),
        "spellings": [
            {"field": each.field, "ways": [list(way) for way in each.ways]}
            for each in result.spellings[:_MOST_SPELLINGS]
        ],
        "refused": _rows(result.refused_rows),
        "reasons": [
            {
                "field": each.field,
                "reason": each.reason,
                "rows": each.rows,
                "values": [[value, count] for value, count in each.values[:_MOST_VALUES]],
            }
            for each in result.reasons()[:_MOST_REASONS]
        ],
        "warned": result.warned,
        "warnings": _rows(result.warnings),
        "refused_hash": refused_hash,
        "refused_kept": len(result.refused_rows),
        "warnings_hash": warnings_hash,
        "warnings_kept": len(result.warnings),
        "stopped": stopped,
        "unfinished": None if reached is None else _going_on(reached),
    }


def _going_on(reached: Reached) -> dict[str, Any]:
    return {
        "row": reached.row,
        "again": sorted(reached.again),
        "refused": reached.counts["refused"],
    }


def reached_in(summary: Mapping[str, Any] | None) -> Reached:
    """Give how far the run came whose last word is a summary; nowhere where it is over."""
    unfinished = (summary or {}).get("unfinished")
    if summary is None or unfinished is None:
        return Reached()
    again = frozenset(unfinished["again"])
    dropped = sum(one["row"] in again for one in summary["warnings"])
    return Reached(
        row=unfinished["row"],
        again=again,
        counts=summary["counts"] | {"refused": unfinished["refused"]},
        warnings=tuple(_remark(one) for one in summary["warnings"] if one["row"] not in again),
        warned=summary["warned"] - dropped,
    )


def _remark(told: Mapping[str, Any]) -> Remark:
    problems = {name: Problem("", text) for name, text in told["problems"].items()}
    return Remark(Row(told["row"], ()), problems)


def failure(message: str, *, rehearsal: bool) -> dict[str, Any]:
    """Give what is kept of a run that could not begin."""
    return summary_of(ImportResult(rehearsal=rehearsal), stopped=message)


def _rows(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    return [
        {"row": remark.row.number, "problems": _plain(remark.problems)}
        for remark, _place in zip(remarks, range(_MOST_ROWS), strict=False)
    ]


def _plain(problems: Mapping[str, object]) -> dict[str, str]:
    return {name: str(problem) for name, problem in problems.items()}
