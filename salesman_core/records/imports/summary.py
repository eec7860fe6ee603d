"""What came of an import, as it is kept and shown after the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesman_core.records.imports.result import ACTIONS, ImportResult, Remark

_MOST_ROWS: Final = 100
_MOST_REASONS: Final = 20
_MOST_VALUES: Final = 5
_MOST_SPELLINGS: Final = 30


def summary_of(
    result: ImportResult, *, refused_hash: str | None = None, stopped: str = ""
) -> dict[str, Any]:
    """Give a result as plain values.

    :param refused_hash: where the refused rows lie in the store as a file.
    :param stopped: why the run did not come to its end, or an empty text.
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
        "stopped": stopped,
    }


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
