"""A new plugin to begin with: small, complete, and it works before the first change."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Final

import salesman_hookspecs
from salesman_core import toolkit
from salesman_core.plugins.discovery import installed_plugins
from salesman_hookspecs import API_VERSION, ManifestError, Plugin

TEMPLATE: Final = Path(__file__).parent / "plugin_template"
SUFFIX: Final = ".template"
"""Ends the name of every file of the template, so that no tool takes one for what it will be."""

_STANDS_FOR_ID: Final = "PLUGIN"
_RECORD: Final = re.compile(r"[a-z]{2,30}")
_IMPORTED: Final = (
    "Any",
    "Blueprint",
    "Final",
    "Iterable",
    "Mapped",
    "Mapping",
    "Sequence",
    "Session",
)
_TAKEN_WORDS: Final = frozenset({*toolkit.__all__, *salesman_hookspecs.__all__, *_IMPORTED})
"""Names that the files of the template import, so that no class can be called so."""


class BadNameError(ValueError):
    """A name that no plugin or record can have; the message says which one would do."""


def write_plugin(plugin_id: str, record: str, into: Path) -> Path:
    """Write a new plugin's files and give their folder.

    :param plugin_id: see :class:`salesman_hookspecs.Plugin`.
    :param record: what the plugin keeps, one of them: names the table, the class, the permissions.
    :param into: the folder in which that of the plugin is made.
    :raises BadNameError: where one of the names will not do.
    :raises FileExistsError: where there is something in the plugin's folder.
    """
    check_id(plugin_id)
    check_record(record)
    folder = into / f"salesman-{plugin_id}"
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty: choose another folder with --into"
        raise FileExistsError(message)
    words = _words(plugin_id, record)
    for source in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
        name = source.relative_to(TEMPLATE).as_posix().removesuffix(SUFFIX)
        target = folder / name.replace(_STANDS_FOR_ID, plugin_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
    return folder


def check_id(plugin_id: str) -> None:
    """Judge the id of a plugin that is to be.

    :raises BadNameError: where the host would refuse it, or knows a plugin of that name.
    """
    try:
        Plugin(id=plugin_id, title=plugin_id, api=API_VERSION)
    except ManifestError as error:
        message = f"{error}; {_way_out(plugin_id)}"
        raise BadNameError(message) from error
    if any(plugin.id == plugin_id for plugin in installed_plugins()):
        message = f"a plugin {plugin_id!r} is installed already; {_way_out(plugin_id)}"
        raise BadNameError(message)


def check_record(record: str) -> None:
    """Judge what one record of a new plugin is to be called.

    :raises BadNameError: where it could not stand in the code.
    """
    if not _RECORD.fullmatch(record):
        message = f"record {record!r} must be one word of small Latin letters, as visit"
        raise BadNameError(message)
    name = record.capitalize()
    if keyword.iskeyword(record) or keyword.iskeyword(name) or name in _TAKEN_WORDS:
        message = f"record {record!r} means something else in the code: try {record}entry"
        raise BadNameError(message)


def _way_out(plugin_id: str) -> str:
    """Give an id near to the one that will not do."""
    letters = re.sub(r"[^a-z0-9]", "", plugin_id.lower()).lstrip("0123456789")
    if letters != plugin_id and _fits(letters):
        return f"try {letters}"
    return f"try our{letters[:28] or 'plugin'}"


def _fits(plugin_id: str) -> bool:
    try:
        check_id(plugin_id)
    except BadNameError:
        return False
    return True


def _words(plugin_id: str, record: str) -> Mapping[str, str]:
    """Give what stands for the placeholders of the template."""
    return {
        "id": plugin_id,
        "title": plugin_id.capitalize(),
        "record": record,
        "Record": record.capitalize(),
        "api": f">={API_VERSION},<1",
        "core": _this_series("salesman-core"),
        "hookspecs": _this_series("salesman-hookspecs"),
    }


def _this_series(distribution: str) -> str:
    """Give the versions that a plugin written today works with, as ``>=0.1,<0.2``."""
    major, minor = map(int, version(distribution).split(".")[:2])
    return f">={major}.{minor},<{major}.{minor + 1}"
