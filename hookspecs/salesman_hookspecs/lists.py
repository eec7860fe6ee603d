"""Hooks about lists of records, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.data import RecordType
from salesman_hookspecs.web import Text


@dataclass(frozen=True, slots=True)
class BulkField:
    """What an act on many records asks for before it begins.

    :param name: of the value, as the act gets it.
    :param title: what people read.
    :param kind: ``text`` gives a ``str``; ``words`` a list of ``str``; ``date`` a date as
        ``2026-11-23``; ``choice`` one of *choices*; ``user`` the id of an active user; ``custom``
        the value of the custom field of that name (``custom.budget``) in the notation of the JSON
        API. A value that nobody gave is left out.
    :param required: whether the act cannot begin without it.
    :param emptied: whether the value may also be taken away; the act then gets an empty ``str`` for
        a text, else None.
    :param choices: for ``choice``: gives the values with what people read. Asked in a request.
    :param unfilled: what people read where nothing is filled in, as “today”: that the record stays
        as it is, unless this says something else.
    :param longest: for ``text`` and ``words``: so many characters may a text have, or each word.
    """

    name: str
    title: Text
    kind: str = "text"
    required: bool = False
    emptied: bool = False
    choices: Callable[[], Iterable[tuple[str, Text]]] | None = None
    longest: int = 500
    unfilled: Text = ""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something that may be done with many records of a list at once.

    The work is that of a single change: *apply* calls the very same service for one record after
    another, each in a savepoint of its own. What that refuses is told beside the record and leaves
    the others alone.

    :param id: unique among those of one kind that the plugin gives.
    :param kind: the kind of record; also one of the core's, or of another plugin. ``*`` stands for
        every kind with a list that *fits*; *apply* and *undo* then get the kind before the id.
    :param title: what stands on the button, as "Give to".
    :param permission: what one must hold for it to be offered. Which records one may do it with is
        for the service to judge.
    :param apply: does it with one record: gets its id, the values by their names, and the version
        in which the record was chosen, for whoever refuses what has changed since. Gives what
        *undo* needs, as plain JSON, or None where there was nothing to change.
    :param prepare: does ahead of it what takes long, as filling a document in or asking another
        server: it gets the same, outside of any transaction, keeps nothing that would be in the way
        if it never came to *apply*, and gives what *apply* gets as its fourth argument. Such
        records are done one to a transaction, and in the background where there is more than one.
    :param file: makes a file of all that was done, which whoever began it can save for thirty days:
        gets what *apply* gave for each record, in the order of their ids, and gives the name of the
        file with its bytes, open for reading. None for these where there is nothing to save.
    :param undo: takes it back for one record: gets its id and what *apply* gave. None where that
        would not be sound.
    :param fields: what it asks for.
    :param fits: for ``*``: tells whether it is meant for a kind of record.
    :param bare: whether it may begin with none of these filled in, as an act that does something
        beside what they say.
    :param custom: whether it asks for the custom fields of that kind of record, too.
    :param icon: a Tabler icon's name.
    :param order: smaller numbers stand further to the left.
    :param offered: tells whether there is a use for it at present, as in a company that has more
        than one pipeline; None where there always is. Asked in a request.
    """

    id: str
    kind: str
    title: Text
    permission: str
    apply: Callable[..., Any]
    undo: Callable[..., object] | None = None
    fields: tuple[BulkField, ...] = ()
    icon: str = "bolt"
    order: int = 50
    offered: Callable[[], bool] | None = None
    custom: bool = False
    bare: bool = False
    prepare: Callable[[int, Mapping[str, Any], int | None], Any] | None = None
    file: Callable[[Sequence[Any]], tuple[str, IO[bytes]] | None] | None = None
    fits: Callable[[RecordType], bool] | None = None


@dataclass(frozen=True, slots=True)
class AddedFilter:
    """A filter of a list that knows nothing of it: of the core, or of another plugin.

    :param kind: the kind of record whose list is narrowed, as ``deal``.
    :param filter: a ``ListFilter`` of the toolkit. Its ``name`` is small letters, digits and single
        underscores; in addresses and in the JSON API it is called ``<plugin id>.<name>``. Its
        ``where`` gives a condition on the record's own table, best as ``Deal.id.in_(…)``, and is
        joined to what whoever asks may see. What they may not find out by asking either takes a
        ``permission``.
    :param options: gives what may be chosen in the dialog of filters, values with what people read,
        in as many statements for one as for a hundred; None where something is typed there. Asked
        in a request, and only for whoever may ask for the filter.
    :param asked: whether the dialog has it; else only addresses and the JSON API do.
    """

    kind: str
    filter: object
    options: Callable[[], Iterable[tuple[object, Text]]] | None = None
    asked: bool = True


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_list_filters() -> Iterable[AddedFilter]:
    """Give filters for the lists of records that are not this plugin's.

    They stand wherever those of the list do: in its dialog, chips and kept views, on boards and
    reports of the same list, in acts on many records, files, and the JSON API with its document.

    Example::

        @hookimpl
        def salesman_list_filters():
            thanked = ListFilter("thanked", "Thanked", FieldKind.FLAG, was_thanked, ("eq",))
            return [AddedFilter("client", thanked)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many records of a list at once.

    Example::

        @hookimpl
        def salesman_bulk_actions():
            return [BulkAction("greet", "client", "Greet", "core.client.view", greet_client)]
    """
