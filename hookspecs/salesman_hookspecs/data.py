"""Hooks about records, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.access import Person
from salesman_hookspecs.web import Text


class Veto(Exception):  # noqa: N818  # the field's word: a veto is not an error of the program
    """Raised by an implementation of a ``before_`` hook to refuse a change.

    :param message: why, for the person who tried, in their language.
    :param field: the field that it concerns, or None for the record as a whole.
    """

    def __init__(self, message: Text, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class RecordBin:
    """The way of a kind of record out of the bin, for the page of the bin.

    :param permission: what one must hold to put such a record into the bin, and to take it out.
    :param restore: takes one out, by its id; it judges who may, audits and announces, and raises
        the errors of the toolkit.
    :param warn: says of one that is out what its person should know, as that another record is
        perhaps the same; gives None where there is nothing. Left out, nothing is said.
    """

    permission: str
    restore: Callable[[int], object]
    warn: Callable[[int], Text | None] | None = None


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record that has an owner, a card and access.

    :param kind: its name in the singular, as ``deal``; for a plugin's it begins with the id.
    :param title: what people read for one of them, as “Client”.
    :param plural: what they read for several, on tabs and beside numbers, as “Clients”.
    :param model: the mapped class.
    :param view_permission: what one must hold to see such records.
    :param card_endpoint: the endpoint of its card, which takes ``record_id``.
    :param label: gives the column or expression that names a record.
    :param owner: the attribute of the model that holds the owner's user id, or None.
    :param participants: a mapped class with ``record_id`` and ``user_id``, or None.
    :param deleted: the attribute that holds when the record went to the bin, or None.
    :param through: for what is reached only through another record: that record's kind and the
        attribute that refers to it, as ``("client", "client_id")`` for a contact.
    :param told_with: for what has a part in the story of another record: that record's kind and
        the attribute that refers to it, as ``("client", "client_id")`` for a deal. The story then
        holds the notes, files and changes of those that its reader sees.
    :param along: for what is seen along with other records: their kinds, each with the attribute
        that refers to it, as ``("deal", "deal_id")``. Whoever sees one of them sees this record
        too, where their reach is *own* or *team*: they see it, and may do nothing more with it.
    :param about: for what may be about a record of whatever kind, as an activity: the attributes
        that hold its kind and its id, as ``("about_kind", "about_id")``. That is a kind whose card
        has a place for panels (a slot ``<kind>.card.panels``) and that is not about others itself.
        Whoever sees that record sees this one, too, as with ``along``; and as long as this one is
        there, that one neither leaves the bin for good nor goes with its import.
    :param ties: for what may be about any number of records at once, as a discussion: a mapped
        class made of ``toolkit.Tie``, each row of which ties one record of this kind (its
        ``record_id``) to a client, a deal or a record as ``about`` means it. Whoever sees one of
        them sees this record, and the rest is as with ``about``, too.
    :param listed: the list of such records, a ``toolkit.RecordList``: what lets rows be marked,
        exported and kept as views. None where there is no such list.
    :param merged: for what can be merged: the attribute that refers to the record which it is one
        with, or None. What was merged is in the bin as well, and cannot be taken out of it.
    :param bin: how such records come out of the bin again, or None where none of them can.
    :param history_permission: what one must hold to read what has been done to such a record,
        where to see it does not suffice: of a user, the history tells each sign-in.
    :param notes_and_files: whether notes and files may hang on such records: whoever sees one
        reads them, and adds some where their roles let them, as on a client. Its card shows them
        with ``toolkit.story_panel`` and ``toolkit.files_panel``.
    :param team: for what may belong to a team as a whole, as a plan does: the attribute that holds
        the team. Scope *team* reaches the records of one's teams and of those below them.
    :param stays: whether such records stay with their owner when that person leaves, because they
        are about them and nobody else, as a plan: nobody is asked who takes them over.
    :param emails: for what can be written to: the mapped class of its addresses for letters, made
        of ``toolkit.Reach``, and the attribute of it that refers to the record. Such records can be
        gathered in groups for mailing.
    """

    kind: str
    title: Text
    plural: Text
    model: type[Any]
    view_permission: str
    card_endpoint: str
    label: str = "name"
    owner: str | None = "owner_id"
    participants: type[Any] | None = None
    deleted: str | None = None
    through: tuple[str, str] | None = None
    told_with: tuple[str, str] | None = None
    along: tuple[tuple[str, str], ...] = ()
    about: tuple[str, str] | None = None
    ties: type[Any] | None = None
    listed: object | None = None
    merged: str | None = None
    bin: RecordBin | None = None
    history_permission: str = ""
    notes_and_files: bool = False
    team: str | None = None
    stays: bool = False
    emails: tuple[type[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a record that is about to be written.

    :param kind: the kind of record.
    :param record_id: its id, or None while it is being made.
    :param before: the changed fields as they stand; empty for a new record.
    :param after: the changed fields as they are to be.
    """

    kind: str
    record_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Records that have got another owner, because theirs has left.

    :param kind: the kind of record.
    :param record_ids: the records; many of them come in several batches.
    :param from_id: the user whose they were.
    :param to_id: the user whose they are.
    """

    kind: str
    record_ids: tuple[int, ...]
    from_id: int
    to_id: int


@dataclass(frozen=True, slots=True)
class StageMove:
    """A deal about to move to another stage, of its own pipeline or of another one.

    :param deal_id: the deal.
    :param pipeline_id: its pipeline.
    :param from_stage_id: where it stands.
    :param to_stage_id: where it is to stand.
    :param to_pipeline_id: the pipeline of that stage: another one where the deal changes it.
    """

    deal_id: int
    pipeline_id: int
    from_stage_id: int
    to_stage_id: int
    to_pipeline_id: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A deal about to be closed.

    :param deal_id: the deal.
    :param outcome: ``won`` or ``lost``.
    :param reason_id: why it was lost, or None.
    """

    deal_id: int
    outcome: str
    reason_id: int | None


@dataclass(frozen=True, slots=True)
class AmountSource:
    """Where amounts of deals come from: lines that a plugin keeps, as those of an offer.

    :param name: what ``toolkit.own_amount`` is told; it begins with the plugin's id.
    :param title: what people read for it beside an amount.
    :param url: gives the page on which the lines of a deal are changed, by the deal's id.
    """

    name: str
    title: Text
    url: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a record.

    :param at: when, UTC.
    :param kind: what people filter by, as ``note``.
    :param text: what happened, in the reader's language; a ``Markup`` is taken as HTML.
    :param icon: a Tabler icon's name.
    :param actor: who did it, or an empty string for the system.
    :param url: where it leads, or None.
    :param id: unique among the entries of its source at one moment; breaks ties of ``at``.
    """

    at: datetime
    kind: str
    text: str
    icon: str
    actor: str = ""
    url: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """Which entries are asked for: the newest first, older than ``before``, at most ``limit``.

    :param kind: the kind of record, one of the source's ``kinds``.
    :param record_id: the record. The caller has checked that the person may see it.
    :param person: who asks; entries about other records pass through their own access.
    :param before: only entries at this moment or earlier, UTC; None for the newest.
    :param limit: at most so many.
    """

    kind: str
    record_id: int
    person: Person
    before: datetime | None
    limit: int


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """A plugin's part in the stories of records.

    :param id: unique within the plugin.
    :param title: what people filter by.
    :param entries: gives the entries of a query, newest first.
    :param kinds: of which kinds of record it tells; empty for each whose records may have notes and
        files.
    :param fits: where *kinds* is empty: tells whether it has anything to say of a kind of record.
    """

    id: str
    title: Text
    entries: Callable[[TimelineQuery], Sequence[TimelineEntry]]
    kinds: tuple[str, ...] = ("client", "deal")
    fits: Callable[[RecordType], bool] | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A record that a search found.

    :param title: its name.
    :param url: its card.
    :param detail: a line that tells it from its namesakes.
    :param score: from 0 to 1; hits of all sources are sorted by it.
    """

    title: str
    url: str
    detail: str = ""
    score: float = 0.5


@dataclass(frozen=True, slots=True)
class SearchSource:
    """A kind of record that the search box finds.

    :param id: unique within the plugin.
    :param title: the heading above its hits.
    :param icon: a Tabler icon's name.
    :param permission: what one must hold for it to be asked.
    :param find: gets what was typed, who asks and how many hits at most; access is its own duty,
        through ``toolkit.visible``. Where nothing at all is found, it is asked once more with
        what the same keys give in the other keyboard layout.
    :param near: gets the same where little was found, and gives what is nearly called so, to be
        shown under "Perhaps you meant"; None where nothing forgives a typo.
        ``toolkit.search_source`` makes a source with both.
    """

    id: str
    title: Text
    icon: str
    permission: str
    find: Callable[[str, Person, int], Sequence[SearchHit]]
    near: Callable[[str, Person, int], Sequence[SearchHit]] | None = None


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field that a column of a file may fill.

    :param name: the field, as in the JSON API.
    :param title: what people read.
    :param synonyms: column headings that mean it, in lower case, in any language.
    :param kind: how a cell is read, and what :attr:`ImportBatch.rows` holds of it: ``text`` a
        ``str``; ``money`` a ``Decimal`` of hundredths; ``number`` a ``Decimal``; ``date`` a
        ``date``; ``moment`` a ``datetime`` in UTC; ``flag`` a ``bool``; ``phones``, ``emails`` and
        ``list`` a tuple of ``str``, which several columns may fill together. ``nothing`` is a
        column of your own exports that follows from others: it is recognised by its title alone,
        and passed over, see :attr:`follows_from`.
    :param required: True where a row without it is refused.
    :param money_currency: for ``money``: the field that holds its currency; a sign or word beside
        the amount (``€ 3.500,00``) fills it with the currency's code.
    :param recurs: True where it names something that other rows may name too, as a source or a
        client: what differs only by case, space or punctuation is offered to be joined.
    :param follows_from: for ``nothing``: the fields that it follows from. A file that lacks one of
        them under its title is not of your own: there the column is kept as any other.
    :param choices: gives what it may be where that is a list, as pairs of what a row says and what
        people read: to be chosen on the page for all rows, and for values of a column.
    :param otherwise: what happens where neither a row nor the mapping says it, in words.
    """

    name: str
    title: Text
    synonyms: tuple[str, ...] = ()
    kind: str = "text"
    required: bool = False
    money_currency: str | None = None
    recurs: bool = False
    follows_from: tuple[str, ...] = ()
    choices: Callable[[], Sequence[tuple[str, Text]]] | None = None
    otherwise: Text = ""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one row.

    :param action: ``created``, ``updated``, ``unchanged`` or ``refused``.
    :param record_id: the record, unless it was refused.
    :param errors: what refused it, by field.
    :param warnings: what was kept all the same but deserves a look, by field.
    """

    action: str
    record_id: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """Rows of a file, their cells read into plain values, to be written in one transaction.

    :param rows: by field name, a field with an empty cell left out: an import never empties what
        is filled. What a file knows and no field holds stands under ``unmapped`` as a mapping of
        column heading to text.
    :param options: the mapping's ``match`` (names of fields whose values find the record; empty
        for the usual ones) and ``create_missing`` (fields whose records are made where there are
        none of that name), both tuples; ``only`` is ``create`` where what is there already stays
        as it is, ``update`` where a row that finds no record is refused, else empty.
    :param source: the name under which external ids of this file are kept.
    :param remembered: the same for all batches of a run: what ``apply`` writes here the later ones
        find. Empty again where a run goes on that was broken off.
    """

    rows: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    source: str
    remembered: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportType:
    """A kind of record that files may bring in.

    :param record: the word of the command line and the page, in the plural, as ``deals``.
    :param title: what people read.
    :param permission: what one must hold to import such records.
    :param fields: what columns may fill.
    :param apply: writes a batch inside the caller's transaction; an outcome per row, in order. A
        row that cannot be written is refused and leaves the others alone; an exception stops the
        whole import. The same rows once more change nothing.
    :param keys: what rows may find their records by, for people to choose from: each a tuple of
        fields that must all fit. Whoever gives some follows ``match`` and ``only`` of the batch;
        empty where there is one way only, and neither is offered.
    :param usual: by what rows find their records where nothing is chosen, in words.
    :param further: gives the fields that are known only at run time, as a company's price levels;
        they stand behind the others. Asked in a request, each time a file is looked at.
    """

    record: str
    title: Text
    permission: str
    fields: tuple[ImportField, ...]
    apply: Callable[[ImportBatch], Sequence[ImportOutcome]]
    keys: tuple[tuple[str, ...], ...] = ()
    usual: Text = ""
    further: Callable[[], Sequence[ImportField]] | None = None


@dataclass(frozen=True, slots=True)
class ImportPart:
    """Fields that files may fill of a client, contact or deal, and that a plugin keeps itself.

    For what is no column of a record (then it is a :class:`RecordExtension`), as the lines of a
    deal. A batch is judged first, so that what cannot be written refuses its row before anything
    is; what was judged is then written for all rows together.

    :param kind: ``client``, ``contact`` or ``deal``.
    :param fields: what columns may fill; names without a dot. Mappings and pages name them
        ``<plugin id>.<name>``, and so do rows.
    :param judge: gets the rows that fill some of the fields, by their place in the batch; gives by
        place what is to be written, or the exception of the domain that refuses the row. Of a place
        that is left out nothing is written: what its fields say stays readable with the record.
    :param write: gets what was judged by the id of its record, inside the transaction, once the
        records are written. It gives None for each for which anything changed, and the exception of
        the domain for what could not be written after all, which becomes a warning of the row; the
        same rows once more change nothing.
    :param begin: gets a new record that is not written yet, and what was judged for it: to set what
        the plugin decides of it from the first day, as the amount.
    :param decides: the fields of the import that such a row does not say of a record that is there,
        because they follow from what this part writes.
    """

    kind: str
    fields: tuple[ImportField, ...]
    judge: Callable[[Mapping[int, Mapping[str, Any]]], Mapping[int, Any]]
    write: Callable[[Mapping[int, Any]], Mapping[int, Exception | None]]
    begin: Callable[[Any, Any], None] | None = None
    decides: tuple[str, ...] = ()


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_record_types() -> Iterable[RecordType]:
    """Give the kinds of record that this plugin keeps, and how they are reached.

    Example::

        @hookimpl
        def salesman_record_types():
            return [RecordType("notes", "Note", "Notes", Note, "notes.note.view", "notes.card")]
    """


@hookspec(policy=Policy.STRICT, phase=Phase.WRITE, since="0.1")
def salesman_before_save(change: Change) -> None:
    """Judge a change of a client, contact or deal before it is written.

    Called in the transaction of the change, once for each record, with all that changes of it as
    it will be kept: columns, phones, emails, tags, external ids, contacts, participants (these by
    their user ids) and custom fields (each as ``custom.<key>``: a Decimal, date, bool, text, id of
    a user or list of keys; None for no value). Where nothing changes nobody is asked. Raise
    :class:`Veto` to refuse it.

    :param change: what is to be written.

    Example::

        @hookimpl
        def salesman_before_save(change):
            if change.kind == "client" and change.after.get("name") == "Test":
                raise Veto("Choose a real name", field="name")
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.WRITE, since="0.1")
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Do what follows from records having got another owner.

    Called in the transaction that gives them away, once a batch and for records of every kind. The
    owner of the record itself has been changed by then, and the audit says so; a plugin need do
    nothing for that.

    :param reassigned: what went from whom to whom.

    Example::

        @hookimpl
        def salesman_records_reassigned(reassigned):
            if reassigned.kind == "client":
                tell_new_owner(reassigned.to_id, reassigned.record_ids)
    """


@hookspec(policy=Policy.STRICT, phase=Phase.WRITE, since="0.1")
def salesman_before_stage_move(move: StageMove) -> None:
    """Judge a deal's move to another stage.

    Called in the transaction of the move; raise :class:`Veto` to refuse it with a reason that
    the person sees.

    :param move: the move.

    Example::

        @hookimpl
        def salesman_before_stage_move(move):
            if not has_contract(move.deal_id):
                raise Veto("The contract is missing")
    """


@hookspec(policy=Policy.STRICT, phase=Phase.WRITE, since="0.1")
def salesman_before_close(closing: Closing) -> None:
    """Judge the closing of a deal.

    Called in the transaction of the closing; raise :class:`Veto` to refuse it.

    :param closing: the deal and its outcome.

    Example::

        @hookimpl
        def salesman_before_close(closing):
            if closing.outcome == "won" and unpaid(closing.deal_id):
                raise Veto("An invoice is still unpaid")
    """


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_amount_source() -> Iterable[AmountSource]:
    """Give what of this plugin may own the amounts of deals.

    A deal is owned once the plugin has called ``toolkit.own_amount`` for it: then its amount, cost
    and currency are changed by the plugin alone, until it calls ``toolkit.release_amount``.

    Example::

        @hookimpl
        def salesman_amount_source():
            return [AmountSource("notes.lines", "Lines", lines_page)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give this plugin's part in the stories of clients, deals and other records.

    Example::

        @hookimpl
        def salesman_timeline_sources():
            return [TimelineSource("notes", "Notes", note_entries)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_search_sources() -> Iterable[SearchSource]:
    """Give the kinds of record of this plugin that the search box finds.

    Example::

        @hookimpl
        def salesman_search_sources():
            return [SearchSource("notes", "Notes", "note", "notes.note.view", find_notes)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_import_types() -> Iterable[ImportType]:
    """Give the kinds of record of this plugin that files may bring in.

    Example::

        @hookimpl
        def salesman_import_types():
            return [ImportType("notes", "Notes", "notes.note.create", FIELDS, apply_notes)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_import_parts() -> Iterable[ImportPart]:
    """Give the fields that files may fill of clients, contacts and deals and this plugin keeps.

    Example::

        @hookimpl
        def salesman_import_parts():
            return [ImportPart("deal", FIELDS, judge_lines, write_lines)]
    """
