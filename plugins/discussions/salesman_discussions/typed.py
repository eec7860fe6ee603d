"""What is typed into the forms of discussions, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    KeptFile,
    SalesmanError,
    demand_permission,
    keep_file,
    number_or_none,
)
from salesman_discussions import ties
from salesman_discussions.messages import MOST_FILES
from salesman_discussions.permissions import WRITE
from salesman_discussions.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]


def about_of(said: Mapping[str, str]) -> dict[str, Any]:
    """Give which records an address or a form names, as far as that can be read.

    ``about`` names one as :func:`ties.written_record` writes it.
    """
    chosen = ties.record_written(said.get("about", "")[:100])
    if chosen is not None:
        return {name: value for name, value in ties.columns_of(chosen).items() if value}
    found: dict[str, Any] = {
        name: number_or_none(said.get(name, "")) for name in ties.NAMES if name != "about_kind"
    }
    found["about_kind"] = said.get("about_kind", "")[:60] or None
    if (found["about_kind"] is None) != (found["about_id"] is None):
        found |= {"about_kind": None, "about_id": None}
    return {name: value for name, value in found.items() if value is not None}


def named(form: FormState) -> Iterator[tuple[str, ties.Record]]:
    """Give the records that a form names."""
    yield from ties.named_records(about_of({name: str(form.value(name)) for name in ties.NAMES}))


def values_of(sent: Typed) -> dict[str, Any]:
    """Give what the form of a new thread holds, as the JSON API names it."""
    values: dict[str, Any] = {
        name: sent[name] for name in ("subject", "text") if sent.get(name, "").strip()
    }
    if "private" in sent:
        values["private"] = sent["private"] not in {"", "false"}
    people = invited(sent, "participant_ids")
    values |= {"participant_ids": people} if people else {}
    return values | about_of(sent)


def changes_of(sent: Typed) -> dict[str, Any]:
    """Give what the form of a thread holds."""
    values: dict[str, Any] = {name: sent[name] for name in ("subject",) if name in sent}
    if "subject" in sent and "private_shown" in sent:
        values["private"] = sent.get("private", "") not in {"", "false"}
    return values


def invited(sent: Typed, name: str = "user_ids") -> list[int]:
    """Give the users whom a form or an address names; what is no number is passed over."""
    numbers = (number_or_none(one) for one in sent.getlist(name))
    return [one for one in numbers if one is not None]


def files_of(uploads: MultiDict[str, FileStorage]) -> list[KeptFile]:
    """Keep the files that came with a message, before its transaction begins.

    :raises InvalidError: for the field ``file``.
    """
    given = [one for one in uploads.getlist("file") if one.filename]
    if len(given) > MOST_FILES:
        message = _("A message has at most %(most)s files.", most=MOST_FILES)
        raise InvalidError(message, {"file": message})
    if given:
        demand_permission(WRITE)
    return [keep_file(one.filename or "", one.stream) for one in given]


def at_file(error: SalesmanError) -> SalesmanError:
    """Let what is wrong with a file stand at its field."""
    if isinstance(error, InvalidError) and error.fields:
        return error
    return InvalidError(error.message, {"file": error.message})
