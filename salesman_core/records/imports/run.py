"""An import from its first row to its last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from typing import Any, Final

from salesman_core.db import WritingSession, writing
from salesman_core.errors import SalesmanError
from salesman_core.i18n import texts
from salesman_core.jobs import JobCancelledError, LostLeaseError, job_piece
from salesman_core.records.imports.errors import ImportAbortedError, MappingError
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.mapping import ColumnMapping
from salesman_core.records.imports.plan import planned
from salesman_core.records.imports.reading import ReadRow, RowReader
from salesman_core.records.imports.rehearsal import GiveWay, rehearsal
from salesman_core.records.imports.result import ACTIONS, ImportResult, Reached
from salesman_core.records.imports.sheet import Sheet
from salesman_core.records.imports.spellings import spellings_in
from salesman_core.records.imports.summary import summary_of
from salesman_core.records.imports.survey import surveyed
from salesman_core.records.present_rights import by_present_rights
from salesman_hookspecs import ImportBatch, ImportOutcome, ImportType

_ = texts.gettext

BATCH: Final = 500
"""Rows that are written in one transaction: others wait no longer than for that many."""

_REFUSED = ImportOutcome("refused")

Progress = Callable[[int, int], None]
"""Gets how many rows are done, and of how many."""


class ImportRun:
    """An import of one file; making it looks at all rows, and writes nothing.

    It needs an application context, and acts as whoever acts there.

    :param import_type: what kind of record the rows are.
    :param sheet: the file.
    :param mapping: which column fills which field; an empty one leaves it to recognition.
    :param zone: the company's time zone, for moments without an offset.
    :param progress: called after each batch. An exception that it raises stops the run; the
        batches before stay written.
    :param journal: keeps what each batch does, so that it can be taken back, and how far the run
        came; None for no import that anybody would take back.
    :param reached: how far an earlier attempt at the same rows came, which was broken off: what it
        did is not done again.
    :raises MappingError: where the mapping does not fit the file.
    :raises UnreadableFileError: where the file turns out to be broken.
    """

    def __init__(
        self,
        import_type: ImportType,
        sheet: Sheet,
        mapping: ColumnMapping,
        *,
        zone: tzinfo = UTC,
        progress: Progress | None = None,
        journal: Journal | None = None,
        reached: Reached | None = None,
    ) -> None:
        self.import_type = import_type
        self.sheet = sheet
        self.mapping = mapping
        _require_ways(import_type, mapping)
        self.plan = planned(sheet.headings, import_type.fields, mapping)
        self.survey = surveyed(sheet, self.plan)
        self._progress = progress
        self._journal = journal
        self._reached = reached or Reached()
        self._remembered: dict[str, Any] = {}
        self._reader = RowReader(import_type.fields, mapping, self.plan, self.survey, zone)

        self.result = self._new_result(rehearsal=False)
        """What came of it so far: of the batches that are in."""

    def rehearse(self) -> ImportResult:
        """Do everything with all rows, and keep nothing of it.

        Where others had to wait for it, it gave way between two batches: rows after that did not
        find what those before would have written.

        :raises ImportAbortedError: where something went wrong that is no fault of a row.
        """
        self._journal, self._reached = None, Reached()
        self.result = self._new_result(rehearsal=True)
        with rehearsal() as give_way:
            return self._run(give_way)

    def apply(self) -> ImportResult:
        """Write all rows, a batch to a transaction, each fenced where a job does it.

        :raises ImportAbortedError: where something went wrong that is no fault of a row: its
            batch is not written, and its message says how far the run came.
        :raises JobCancelledError: where somebody asked for it to stop; :attr:`result` says how
            far it came.
        """
        try:
            return self._run()
        finally:
            if self._journal is not None:
                self._journal.settle()

    def _new_result(self, *, rehearsal: bool) -> ImportResult:
        filled: dict[str, tuple[str, ...]] = {}
        for column in self.plan.columns:
            for field in column.fields:
                filled[field.name] = (*filled.get(field.name, ()), column.heading)
        for name, composition in self.mapping.compose.items():
            filled[name] = composition.headings
        return ImportResult(
            rehearsal=rehearsal,
            rows=self.survey.rows,
            blank_rows=self.survey.blank_rows,
            filled=filled,
            spellings=spellings_in(
                self.survey.texts,
                {field.name: field for field in self.import_type.fields},
                self.mapping.values,
            ),
            kept=tuple(heading for index, heading in self.plan.kept if index in self.survey.filled),
            counts=Counter(self._reached.counts),
            warnings=list(self._reached.warnings),
            warned=self._reached.warned,
        )

    def _run(self, give_way: GiveWay = lambda: False) -> ImportResult:
        self._remembered = {}
        for batch in self._batches():
            self._write(batch)
            if give_way():
                self._remembered = {}  # what it tells of is no more
            if self._progress:
                self._progress(self.result.done, self.result.rows)
        return self.result

    def _batches(self) -> Iterator[list[ReadRow]]:
        left = (row for row in self.sheet.rows() if not row.is_blank and self._reached.leaves(row))
        rows = (self._reader.read(row) for row in left)
        while batch := list(islice(rows, BATCH)):
            yield batch

    def _write(self, batch: Sequence[ReadRow]) -> None:
        """Write a batch in its transaction, and count what became of its rows."""
        fenced = writing() if self.result.rehearsal else job_piece()
        try:
            with fenced as session, by_present_rights(session):
                result = self._written(session, batch)
        except (JobCancelledError, LostLeaseError):
            raise
        except Exception as error:
            raise ImportAbortedError(_how_far(batch, self.result, error), self.result) from error
        self.result = result

    def _written(self, session: WritingSession, batch: Sequence[ReadRow]) -> ImportResult:
        """Write a batch, and give the result with each of its rows, unreadable ones included."""
        result = self.result.copy()
        outcomes = iter(self._outcomes([read for read in batch if not read.errors]))
        for read in batch:
            result.add(read, _REFUSED if read.errors else next(outcomes))
        session.flush()
        if self._journal is not None:
            told = summary_of(result, reached=self._reached.after(result))
            self._journal.keep(session, told)
        return result

    def _outcomes(self, sound: Sequence[ReadRow]) -> Sequence[ImportOutcome]:
        if not sound:
            return []
        options = self.mapping.options
        batch = ImportBatch(
            rows=[read.values for read in sound],
            options={
                "match": options.match,
                "only": options.only,
                "create_missing": options.create_missing,
            },
            source=options.source,
            remembered=self._remembered,
        )
        outcomes = self.import_type.apply(batch)
        _require_complete(outcomes, len(sound), self.import_type)
        return outcomes


def _require_ways(import_type: ImportType, mapping: ColumnMapping) -> None:
    """Refuse what a kind of record does not know: it would do the other thing, too."""
    if mapping.options.only and not import_type.keys:
        message = _(
            "[options] only: “%(title)s” are always created and updated", title=import_type.title
        )
        raise MappingError(message)


def _require_complete(
    outcomes: Sequence[ImportOutcome], count: int, import_type: ImportType
) -> None:
    if len(outcomes) != count or any(each.action not in ACTIONS for each in outcomes):
        message = (
            f"the import of {import_type.record} must give an outcome per row, each with an action"
            f" out of {ACTIONS}: {count} rows got {len(outcomes)} outcomes"
        )
        raise TypeError(message)


def _how_far(batch: Sequence[ReadRow], result: ImportResult, error: Exception) -> str:
    why = str(error) if isinstance(error, SalesmanError) else type(error).__name__
    told = {
        "first": batch[0].row.number,
        "last": batch[-1].row.number,
        "why": why,
        "done": result.done,
    }
    if result.rehearsal:
        return _("The dry run stopped at rows %(first)s to %(last)s: %(why)s", **told)
    return _(
        "The import stopped at rows %(first)s to %(last)s, none of which is in: %(why)s. Rows dealt"
        " with before: %(done)s. The same file may be imported again: what is in stays unchanged",
        **told,
    )
