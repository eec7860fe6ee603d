"""Parts of cards that every kind of record has: its story with notes, and its files.

A card gets them as HTML from its view::

    render("core/deals/card.html", …, story=story_panel("deal", deal_id),
           files=files_panel("deal", deal_id))
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from markupsafe import Markup

from salesman_core.access.person import current_person
from salesman_core.db import AnyRow, reading
from salesman_core.records import timeline
from salesman_core.records.attached import demand_record, is_own, may_remove
from salesman_core.records.audit_words import Line
from salesman_core.records.files import ATTACH, files_among, files_of
from salesman_core.records.notes import WRITE
from salesman_core.services.files import LARGEST, SHOWN
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as a panel shows it.

    :param shown: whether a browser may show it; else it is only saved.
    :param removable: whether whoever reads may take it away.
    """

    row: AnyRow
    shown: bool
    removable: bool

    @property
    def picture(self) -> bool:
        """Whether a small picture of it can be shown."""
        return self.shown and self.row.media_type.startswith("image/")


def story_panel(kind: str, record_id: int, *, source: str = "") -> Markup:
    """Give the panel with the story of a record that the person sees; its entries load later.

    :param source: by what the story is filtered at first.
    """
    return render(
        "core/records/story_panel.html",
        kind=kind,
        record_id=record_id,
        source=source,
        form=FormState(),
        may_write=current_person().may(WRITE),
    )


def story_fragment(kind: str, record_id: int, *, source: str = "", after: str = "") -> Markup:
    """Give a page of a record's story."""
    return render(
        "core/records/story_entries.html",
        kind=kind,
        record_id=record_id,
        source=source,
        first=not after,
        sources=timeline.sources(kind),
        story=timeline.story(kind, record_id, source=source, after=after),
    )


def note_form(kind: str, record_id: int, form: FormState | None = None) -> Markup:
    """Give the form for a new note, and what was typed into it."""
    return render(
        "core/records/note_form.html", kind=kind, record_id=record_id, form=form or FormState()
    )


def note_fragment(note: AnyRow, about: str = "") -> Markup:
    """Give a note with what its reader may do with it.

    :param about: what its record is called, in the story of another one.
    """
    return render(
        "core/records/note.html",
        note=note,
        about=about,
        own=is_own(note.author_id),
        removable=may_remove(note.author_id),
    )


def file_fragment(row: AnyRow, about: str = "") -> Markup:
    """Give a file as it stands in a story.

    :param about: what its record is called, in the story of another one.
    """
    return render("core/records/file.html", file=_line(row), about=about)


def change_fragment(line: Line) -> Markup:
    """Give a change as it stands in a story."""
    return render("core/records/change.html", line=line)


def files_panel(kind: str, record_id: int, *, form: FormState | None = None) -> Markup:
    """Give the panel with the files of a record that the person sees."""
    demand_record(kind, record_id)
    return render(
        "core/records/files_panel.html",
        kind=kind,
        record_id=record_id,
        files=[_line(row) for row in files_of(reading(), kind, record_id)],
        form=form or FormState(),
        largest=LARGEST,
        may_attach=current_person().may(ATTACH),
    )


def shown_files(file_ids: Collection[int]) -> dict[int, FileLine]:
    """Give files of a record that the person sees, by their ids, as a page shows them.

    Those that lie in the bin are left out.
    """
    return {row.id: _line(row) for row in files_among(reading(), file_ids)}


def _line(row: AnyRow) -> FileLine:
    return FileLine(row, row.media_type in SHOWN, may_remove(row.author_id))
