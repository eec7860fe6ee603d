"""Whoever began an import is told when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_core.db import writing
from salesman_core.i18n import texts
from salesman_core.records.models import FileImport
from salesman_core.services.notices import notify

_ = texts.gettext


def tell_end(kept: FileImport, user_id: int | None, result: Mapping[str, Any]) -> None:
    """Tell the person what came of an import, or of trying it, in the language spoken now.

    :param user_id: None for whoever has left: nobody is told.
    :param result: as :func:`salesman_core.records.imports.summary.summary_of` gives it.
    """
    counts = result["counts"]
    ended = (
        _("“%(file)s” was tried: %(told)s") if result["rehearsal"] else _("“%(file)s”: %(told)s")
    )
    told = _(
        "created %(created)s, updated %(updated)s, refused %(refused)s.",
        created=counts["created"],
        updated=counts["updated"],
        refused=counts["refused"],
    )
    with writing() as session:
        text = ended % {"file": kept.name, "told": result["stopped"] or told}
        notify(session, user_id, text, f"/admin/import/{kept.id}")
