"""What the fields and acts of the audit are called, and who may read what of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import FieldType, all_fields
from salesman_core.records.custom.kinds import key_of
from salesman_core.records.custom.values import DIGITS
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
    "imported": _("imported"),
    "exported": _("exported"),
    "handed_over": _("handed over"),
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
    "taken": _("taken on"),
}
"""What was done, by the action that the audit keeps; what is not here is shown as it stands."""

Names = Callable[[Session, Collection[int]], Mapping[int, str]]
"""Gives what people read for ids that a field holds."""


def names_from(model: type[Any]) -> Names:
    """Give what looks names up in a table that has ``id`` and ``name``."""

    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        rows = session.execute(sa.select(model.id, model.name).where(model.id.in_(ids)))
        return {row.id: row.name for row in rows}

    return names


def user_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of users, for fields as ``owner_id``."""
    return names_from(User)(session, ids)


USERS: Final = user_names


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How changes of a field are read.

    :param title: what people call it.
    :param names: where it holds the id of something: gives the names. Asked once per page.
    :param choices: where it holds one of a few values: what people read for each.
    :param figure: whether it holds an amount or another number.
    :param added: where it holds the ids of several things: what people call it that one of them
        came; ``removed`` likewise.
    :param permission: what one must hold to see it, or None.
    :param mask: gives what those read who do not; without it they do not learn of it at all.
    """

    title: Text
    names: Names | None = None
    choices: Mapping[str, Text] | None = None
    figure: bool = False
    added: Text | None = None
    removed: Text | None = None
    permission: str | None = None
    mask: Callable[[str], str] | None = None

    @property
    def shown(self) -> bool:
        """Whether whoever acts may see it as it is."""
        return self.permission is None or current_person().may(self.permission)


PARTICIPANTS: Final = FieldWords(
    _("Participants"),
    names=user_names,
    added=_("Participant added"),
    removed=_("Participant removed"),
)
_OF_ANY_KIND: Final = {
    "note": FieldWords(_("Note")),
    "file": FieldWords(_("File")),
    "rows": FieldWords(_("Records"), figure=True),
    "narrowed": FieldWords(_("Chosen by")),
}
_fields: dict[str, Mapping[str, FieldWords]] = {}
_told_otherwise: dict[str, Collection[str]] = {}
_others: dict[str, Callable[[str], FieldWords]] = {}
_titles: dict[str, Text] = {}


def describe_fields(
    kind: str, words: Mapping[str, FieldWords], *, told_otherwise: Collection[str] = ()
) -> None:
    """Say how changes of the fields of a kind of record are read.

    :param told_otherwise: the actions of its audit that its story leaves out, because another
        source tells of the same; the page of all changes has them.
    """
    _fields[kind], _told_otherwise[kind] = words, told_otherwise


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
    _titles[kind], _others[kind] = title, others
    describe_fields(kind, words or {})


def described_kinds() -> Mapping[str, Text]:
    """Give what is no record of anybody, with what people call it."""
    return _titles


def words_of(kind: str, field: str) -> FieldWords:
    """Give how a field is read: by its own name where nobody says so."""
    known = _fields.get(kind, {}).get(field) or _OF_ANY_KIND.get(field)
    return known or _custom_words(kind, field) or _others.get(kind, FieldWords)(field)


def is_described(kind: str, field: str) -> bool:
    """Tell whether somebody has said how changes of a field are read."""
    return field in _fields.get(kind, {})


def _custom_words(kind: str, field: str) -> FieldWords | None:
    """Give how changes of a custom field are read, of a retired one too."""
    key = key_of(field)
    one = next((each for each in all_fields(kind) if each.key == key), None) if key else None
    if one is None:
        return None
    return FieldWords(
        one.label,
        names=user_names if one.type is FieldType.USER else None,
        choices=one.titles or None,
        figure=one.type in DIGITS,
    )


def told_otherwise(kind: str) -> Collection[str]:
    """Give the actions that the story of a kind of record leaves out."""
    return _told_otherwise.get(kind, ())
