"""What a run is called, and what it was asked of, in words."""

from __future__ import annotations

from salesman_core.errors import SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.bulk.acts import act_named
from salesman_core.records.bulk.choosing import asked_again
from salesman_core.records.list_chips import in_words
from salesman_core.records.models import BulkRun
from salesman_core.records.record_list import record_list
from salesman_hookspecs import Text

_ = texts.lazy

EXPORT = "core.export"


def act_title(run: BulkRun) -> Text:
    """Give what a run does, also where its plugin is gone or whoever began it may no longer."""
    if run.act == EXPORT:
        return _("Export")
    try:
        title = act_named(run.kind, run.act).action.title
    except SalesmanError:
        return run.act
    return title if run.undoes_id is None else _("Undo: %(act)s", act=title)


def asked_in_words(run: BulkRun) -> str:
    """Give the filter that a run was asked of, as one may read it aloud."""
    if run.asked is None:
        return ""
    try:
        spec = record_list(run.kind).spec
        return in_words(asked_again(spec, run.asked), spec)
    except SalesmanError:
        return run.asked
