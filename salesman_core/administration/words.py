"""What background work and plugins are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesman_core.events import handler_of
from salesman_core.i18n import CORE, texts, texts_of
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.records.audit_fields import FieldWords, describe_kind
from salesman_core.web.foreign import title_of
from salesman_hookspecs import Text
from salesman_hookspecs.work import salesman_event_handlers, salesman_event_types, salesman_jobs

_ = texts.gettext

_EVENTS_NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class JobWords:
    """A kind of job as people read it.

    :param title: what it does; its name where nobody says so, as of a plugin that is gone.
    :param owner: the id of the plugin that it belongs to, or ``core``.
    :param owner_title: what people call that.
    :param waits: whether nobody does it at present, because its plugin is not active.
    """

    name: str
    title: str
    owner: str
    owner_title: str
    waits: bool


def job_words(name: str) -> JobWords:
    """Give the words for the jobs of a name."""
    handler = handler_of(name)
    owner = handler[0] if handler else name.partition(".")[0]
    title = _title_of_handler(*handler) if handler else _title_of_job(owner, name)
    active = current_host().is_active(owner)
    return JobWords(name, title or name, owner, plugin_title(owner), waits=not active)


def plugin_title(plugin_id: str) -> str:
    """Give what people call a plugin: its id where it is not loaded."""
    if plugin_id == CORE:
        return _("SalesMan itself")
    loaded = current_host().plugins.get(plugin_id)
    manifest = loaded.manifest if loaded else None
    return texts_of(plugin_id).gettext(manifest.title) if manifest else plugin_id


def _title_of_job(owner: str, name: str) -> str:
    return title_of(owner, f"salesman_jobs.{name}", current_host().derived(_titles).get(name, ""))


def _titles(host: PluginHost) -> Mapping[str, Text]:
    kept = host.contributions(salesman_jobs, inactive=True)
    return {one.value.name: one.value.title for one in kept}


def _title_of_handler(plugin_id: str, handler_id: str) -> str:
    types = current_host().derived(_answered).get((plugin_id, handler_id), ())
    titles = current_host().derived(_event_titles)
    told = [
        texts_of(titles[type_][0]).gettext(titles[type_][1])
        for type_ in types[:_EVENTS_NAMED]
        if type_ in titles
    ]
    more = " …" if len(types) > len(told) else ""
    return _("After the event: %(events)s", events=", ".join(told) + more) if told else ""


def _answered(host: PluginHost) -> Mapping[tuple[str, str], tuple[str, ...]]:
    kept = host.contributions(salesman_event_handlers, inactive=True)
    return {(one.owner, one.value.id): one.value.types for one in kept}


def _event_titles(host: PluginHost) -> Mapping[str, tuple[str, str]]:
    kept = host.contributions(salesman_event_types, inactive=True)
    return {one.value.name: (one.owner, one.value.title) for one in kept}


def describe() -> None:
    """Say how changes of plugins, background work and pages are read."""
    describe_kind("plugin", texts.lazy("Plugin"), {"kind": FieldWords(texts.lazy("Kind"))})
    describe_kind(
        "job",
        texts.lazy("Background work"),
        {"jobs": FieldWords(texts.lazy("Background work"), figure=True)},
    )
    describe_kind("part", texts.lazy("Part of a page"))
