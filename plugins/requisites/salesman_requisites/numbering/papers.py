"""Which kinds of paper are numbered: those that plugins offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import MissingError, record_type
from salesman_hookspecs import Text
from salesman_requisites.numbering.models import YEARLY
from salesman_requisites.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper that has counters of its own, one for each own company.

    :param key: its name, at most 80 small Latin letters, digits, dots and underscores; it begins
        with the kind of its records: ``invoices.invoice``, ``documents.document.5``.
    :param title: what people read, in the plural.
    :param pattern: by which it is numbered where nobody says otherwise.
    :param starts: when its counters begin anew: ``never``, ``yearly`` or ``monthly``.
    """

    key: str
    title: Text
    pattern: str = "{number}"
    starts: str = YEARLY


Papers = Callable[[Session], Sequence[Paper]]

_offered: Final[dict[str, Papers]] = {}


def offer_papers(kind: str, papers: Papers) -> None:
    """Let papers be numbered that are records of a kind.

    Called in the ``hooks`` module of the plugin that keeps them. They can be numbered, and stand on
    the page of numbers, for as long as that plugin is active.

    :param kind: of the records, as ``invoices.invoice``.
    :param papers: gives the kinds of paper among them, in at most one statement.
    """
    _offered[kind] = papers


def papers(session: Session) -> Sequence[Paper]:
    """Give the kinds of paper of all active plugins, by their names."""
    found: list[Paper] = []
    for kind, offered in sorted(_offered.items()):
        if _is_kept(kind):
            found += offered(session)
    return found


def one_paper(session: Session, key: str) -> Paper:
    """Give a kind of paper.

    :raises MissingError: where no active plugin offers it.
    """
    found = next((one for one in papers(session) if one.key == key), None)
    if found is None:
        raise MissingError(_("No papers of the kind %(kind)s are numbered here.", kind=key))
    return found


def _is_kept(kind: str) -> bool:
    try:
        record_type(kind)
    except MissingError:
        return False
    return True
