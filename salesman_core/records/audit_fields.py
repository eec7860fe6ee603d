"""What the fields and acts of the audit are called, and who may read what of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person, people_names
from salesman_core.access.records import visible
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import FieldType
from salesman_core.records.custom.further import any_field
from salesman_core.records.custom.kinds import is_further, owner_of
from salesman_core.records.custom.values import DIGITS
from salesman_core.records.masking import CONTACT_DATA, masked_within
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy

ACTIONS: Final[dict[str, Text]] = {
    "created": _("created"),
    "changed": _("changed"),
    "deleted": _("put into the bin"),
    "erased": _("deleted for good"),
    "restored": _("taken out of the bin"),
    "merged": _("merged"),
    "merged_away": _("merged into another record"),
    "unmerged": _("merging undone"),
    "rung": _("moved on the ladder"),
    "moved": _("moved to another stage"),
    "transferred": _("changed the pipeline"),
    "closed": _("closed"),
    "reopened": _("opened again"),
    "frozen": _("frozen until a day"),
    "thawed": _("thawed"),
    "import_undone": _("removed with its import"),
    "import_put_back": _("as before an import that was taken back"),
    "note_written": _("note written"),
    "note_changed": _("note changed"),
    "note_deleted": _("note put into the bin"),
    "note_restored": _("note taken out of the bin"),
    "file_attached": _("file attached"),
    "file_detached": _("file put into the bin"),
    "went_along": _("notes and files went along"),
    "came_along": _("notes and files came along"),
    "imported": _("imported"),
    "exported": _("exported"),
    "handed_over": _("handed over"),
    "not_handed_over": _("not handed over"),
    "recognised": _("recognised by a colleague who does not see it"),
    "invited": _("invited"),
    "link_shown": _("link of an invitation shown"),
    "activated": _("activated"),
    "deactivated": _("deactivated"),
    "signed_in": _("signed in"),
    "sign_in_refused": _("sign-in refused"),
    "signed_out": _("signed out"),
    "password_changed": _("password changed"),
    "token_added": _("token made"),
    "token_revoked": _("token taken back"),
    "looked_as": _("began to look as somebody else"),
    "looked_away": _("stopped looking as somebody else"),
    "granted": _("permissions changed"),
    "suspended": _("suspended"),
    "purged": _("data removed"),
    "guard lifted": _("guard lifted"),
    "hidden": _("hidden"),
    "shown": _("shown again"),
    "retried": _("tried again"),
    "discarded": _("discarded"),
    "cancelled": _("cancelled"),
    "retired": _("taken out of use"),
}
"""What is done with records of several kinds, or with what is none, by what the audit keeps."""

Names = Callable[[Session, Collection[int]], Mapping[int, str]]
"""Gives what people read for ids that a field holds."""


def names_from(model: type[Any]) -> Names:
    """Give what looks names up in a table that has ``id`` and ``name``."""

    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        rows = session.execute(sa.select(model.id, model.name).where(model.id.in_(ids)))
        return {row.id: row.name for row in rows}

    return names


def visible_names(kind: str, model: type[Any]) -> Names:
    """Give what looks up the names of records of a kind, as far as whoever reads may see them."""

    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        named = sa.select(model.id, model.name).where(model.id.in_(ids), visible(kind))
        return {row.id: row.name for row in session.execute(named)}

    return names


def user_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of users, for fields as ``owner_id``."""
    return names_from(User)(session, ids)


USERS: Final = user_names


_NO_IDS: Final = frozenset({str, Decimal, bool, date, datetime, type(None)})
"""What most values of a change are: an import keeps them by the hundred thousand."""


def ids_in(value: Any) -> Iterable[int]:
    """Give the ids in a value that the audit keeps."""
    if type(value) is int:
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from ids_in(item)
    elif isinstance(value, dict):
        yield from (int(key) for key in value if str(key).isdecimal())


def names_then(kind: str, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, str] | None:
    """Give what the users are called now whose ids a change holds, for those who read of it later.

    None where it holds none. Whom the transaction itself has made has no name yet.
    """
    ids: set[int] = set()
    for field, change in changes.items():
        if not _NO_IDS.issuperset(map(type, change)) and words_of(kind, field).names is USERS:
            ids.update(ids_in(change))
    if not ids:
        return None
    names = people_names()
    return {str(id_): names[id_] for id_ in sorted(ids) if id_ in names}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How changes of a field are read.

    :param title: what people call it.
    :param names: where it holds the id of something, or values by such ids: gives the names. Asked
        once per page.
    :param choices: where it holds one of a few values: what people read for each.
    :param figure: whether it holds an amount or another number.
    :param written: gives what people read for such a figure. It must tell any two apart: a change
        that reads the same is not told.
    :param added: where it holds the ids of several things: what people call it that one of them
        came; ``removed`` likewise.
    :param item: where it holds objects: gives what people read for one.
    :param permission: what one must hold to see it, or None.
    :param mask: gives what those read who do not; without it they do not learn of it at all.
    :param shown_to_nobody: whether nobody learns of it, whatever they hold.
    """

    title: Text
    names: Names | None = None
    choices: Mapping[str, Text] | None = None
    figure: bool = False
    written: Callable[[Decimal], str] = formats.number
    added: Text | None = None
    removed: Text | None = None
    item: Callable[[Mapping[str, Any]], str] | None = None
    permission: str | None = None
    mask: Callable[[str], str] | None = None
    shown_to_nobody: bool = False

    @property
    def shown(self) -> bool:
        """Whether whoever acts may see it as it is."""
        if self.shown_to_nobody:
            return False
        return self.permission is None or current_person().may(self.permission)


PARTICIPANTS: Final = FieldWords(
    _("Participants"),
    names=user_names,
    added=_("Participant added"),
    removed=_("Participant removed"),
)
_OF_ANY_KIND: Final = {
    "parts": FieldWords(_("Parts of the participants"), names=user_names),
    "note": FieldWords(_("Note")),
    "file": FieldWords(_("File")),
    "notes": FieldWords(_("Notes"), figure=True),
    "files": FieldWords(_("Files")),
    "rows": FieldWords(_("Records"), figure=True),
    "narrowed": FieldWords(_("Chosen by"), permission=CONTACT_DATA, mask=masked_within),
    "reason": FieldWords(_("Reason")),
}
_fields: dict[str, Mapping[str, FieldWords]] = {}
_also: dict[str, dict[str, FieldWords]] = {}
_actions: dict[str, Mapping[str, Text]] = {}
_told_otherwise: dict[str, Collection[str]] = {}
_others: dict[str, Callable[[str], FieldWords]] = {}
_titles: dict[str, Text] = {}


def describe_fields(
    kind: str,
    words: Mapping[str, FieldWords],
    *,
    actions: Mapping[str, Text] | None = None,
    told_otherwise: Collection[str] = (),
    others: Callable[[str], FieldWords] = FieldWords,
) -> None:
    """Say how changes of the fields of a kind of record are read.

    :param actions: what is done with such records alone, by the action that the audit keeps.
    :param told_otherwise: the actions of its audit that its story leaves out, because another
        source tells of the same; the page of all changes has them.
    :param others: gives how fields are read that *words* do not name.
    """
    _fields[kind], _told_otherwise[kind], _others[kind] = words, told_otherwise, others
    _actions[kind] = actions or {}


def describe_also(kind: str, words: Mapping[str, FieldWords]) -> None:
    """Say how changes are read that a plugin tells of in the history of another's records.

    :param words: by names that begin with the plugin's id, as ``catalogue.lines``.
    """
    _also.setdefault(kind, {}).update(words)


def action_words(kind: str, action: str) -> Text:
    """Give what was done with a record in words; what nobody described, as it stands."""
    return _actions.get(kind, {}).get(action, ACTIONS.get(action, action))


def all_actions() -> Mapping[str, Text]:
    """Give all that the audit may tell of, with words for it."""
    return {name: text for of in _actions.values() for name, text in of.items()} | ACTIONS


def describe_kind(
    kind: str,
    title: Text,
    words: Mapping[str, FieldWords] | None = None,
    *,
    others: Callable[[str], FieldWords] = FieldWords,
) -> None:
    """Say what people call what is no record of anybody, as a role, and how its changes are read.

    Whoever may see the company's audit sees its entries.

    :param others: gives how fields are read that *words* do not name.
    """
    _titles[kind] = title
    describe_fields(kind, words or {}, others=others)


def described_kinds() -> Mapping[str, Text]:
    """Give what is no record of anybody, with what people call it."""
    return _titles


def words_of(kind: str, field: str) -> FieldWords:
    """Give how a field is read: by its own name where nobody says so."""
    known = _fields.get(kind, {}).get(field) or _also.get(kind, {}).get(field)
    known = known or _OF_ANY_KIND.get(field)
    return known or _further_words(kind, field) or _others.get(kind, FieldWords)(field)


def is_described(kind: str, field: str) -> bool:
    """Tell whether somebody has said how changes of a field are read."""
    return field in _fields.get(kind, {}) or field in _also.get(kind, {})


def _further_words(kind: str, field: str) -> FieldWords | None:
    """Give how changes of a further field are read, of a retired one too.

    Who may read a field whose plugin is not active, nobody can say: then nobody does.
    """
    one = any_field(kind, field) if is_further(field) else None
    if one is None:
        return FieldWords(field, shown_to_nobody=True) if owner_of(field) else None
    return FieldWords(
        one.label,
        names=user_names if one.type is FieldType.USER else None,
        choices=one.titles or None,
        figure=one.type in DIGITS,
        written=formats.amount if one.type is FieldType.MONEY else formats.number,
        permission=one.permission,
    )


def told_otherwise(kind: str) -> Collection[str]:
    """Give the actions that the story of a kind of record leaves out."""
    return _told_otherwise.get(kind, ())
