"""Where settings come from, and what the core's are.

Defaults are overridden by ``salesman.toml``, that by the environment (``SALESMAN_<KEY>``,
``SALESMAN_<PLUGIN>__<KEY>``), that by what the caller gives (tests, the command line).
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from salesman_core.errors import ConfigurationError
from salesman_core.i18n import CORE

_PREFIX = "SALESMAN_"
_MISTYPED = 0.8
"""How near to a setting's name a variable is that was meant to be one (difflib's ratio)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSettings:
    """What the core needs to start.

    :param data_dir: the folder for the database file, uploaded files and the secret key.
    :param database_url: SQLAlchemy's address of the database.
    :param secret_key: signs sessions and links; made and kept in ``data_dir`` where not given.
    :param base_url: the address under which people reach the CRM, for links in letters.
    :param smtp_url: the outgoing mail server, ``smtp://user:password@host:587``, or empty.
    :param mail_from: the sender of the CRM's own letters.
    :param plugins: ids of the plugins to load, ``("*",)`` for all, ``()`` for none.
    :param on_error: ``skip`` a plugin that fails to load, or ``fail`` to start (for CI).
    :param proxies: how many proxies in front are trusted for the caller's address.
    :param secure_cookies: True where the CRM is served over HTTPS.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    base_url: str
    smtp_url: str
    mail_from: str
    plugins: tuple[str, ...]
    on_error: str
    proxies: int
    secure_cookies: bool


class CoreSettingsSchema(Schema):
    """The core's settings as a file or the environment gives them."""

    data_dir = fields.String(load_default="var")
    database_url = fields.String(load_default="")
    secret_key = fields.String(load_default="", metadata={"secret": True})
    base_url = fields.Url(load_default="http://127.0.0.1:8000", require_tld=False)
    smtp_url = fields.String(load_default="", metadata={"secret": True})
    mail_from = fields.String(load_default="salesman@localhost")
    plugins = fields.List(fields.String(), load_default=["*"])
    on_error = fields.String(load_default="skip", validate=validate.OneOf(["skip", "fail"]))
    proxies = fields.Integer(load_default=0, validate=validate.Range(0, 5))
    secure_cookies = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> CoreSettings:
        """Give the typed settings."""
        data_dir = Path(data.pop("data_dir")).absolute()
        url = data.pop("database_url") or f"sqlite:///{data_dir / 'salesman.db'}"
        return CoreSettings(
            **data | {"data_dir": data_dir, "database_url": url, "plugins": tuple(data["plugins"])}
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as they were found.

    :param core: the core's.
    :param owners: what was said for each plugin, not yet judged by its schema.
    """

    core: CoreSettings
    owners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load_settings(
    given: Mapping[str, Any] | None = None,
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Gather the settings.

    :param given: values that win over all others, by the core's names.
    :param file: the TOML file; ``salesman.toml`` in the working folder where not given.
    :param environ: the environment; the process's own where not given.
    :raises ConfigurationError: for a name that nobody knows or a value that cannot be.
    """
    file_core, file_owners = _from_file(file or Path("salesman.toml"))
    env_core, env_owners = _from_environment(os.environ if environ is None else environ)
    core = file_core | env_core | dict(given or {})
    owners = {
        owner: {**file_owners.get(owner, {}), **env_owners.get(owner, {})}
        for owner in file_owners.keys() | env_owners.keys()
    }
    return Settings(judged(CORE, CoreSettingsSchema(), core), owners)


def judged(owner: str, schema: Schema, values: Mapping[str, Any]) -> Any:
    """Give *values* as *schema* makes them.

    :raises ConfigurationError: naming the owner, the setting and the nearest known name.
    """
    try:
        return schema.load(values)
    except ValidationError as error:
        known = list(schema.fields)
        complaints = [
            f"{name}: {_complaint(name, messages, known)}"
            for name, messages in _by_field(error).items()
        ]
        message = f"settings of {owner}: " + "; ".join(complaints)
        raise ConfigurationError(message) from error


def _by_field(error: ValidationError) -> dict[str, Any]:
    found = error.messages
    return found if isinstance(found, dict) else {"_schema": found}


def _complaint(name: str, messages: Any, known: list[str]) -> str:
    if name in known:
        return ", ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
    near = difflib.get_close_matches(name, known, 1)
    return f"no such setting, did you mean {near[0]}?" if near else "no such setting"


def _from_file(file: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    if not file.is_file():
        return {}, {}
    core = tomllib.loads(file.read_text("utf-8"))
    section = core.pop("plugins", {})
    owners = {name: value for name, value in section.items() if isinstance(value, dict)}
    if "load" in section:
        core["plugins"] = _ids(section["load"])
    if "on_error" in section:
        core["on_error"] = section["on_error"]
    return core, owners


def _from_environment(
    environ: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    core: dict[str, Any] = {}
    owners: dict[str, dict[str, Any]] = {}
    known = list(CoreSettingsSchema().fields)
    for name, value in environ.items():
        if not name.startswith(_PREFIX):
            continue
        owner, separator, key = name.removeprefix(_PREFIX).lower().partition("__")
        if separator:
            owners.setdefault(owner, {})[key] = value
        elif owner in known:
            core[owner] = _ids(value) if owner == "plugins" else value
        elif near := difflib.get_close_matches(owner, known, 1, cutoff=_MISTYPED):
            message = f"{name}: no such setting, did you mean {_PREFIX}{near[0].upper()}?"
            raise ConfigurationError(message)  # others belong to tools: SALESMAN_NODE
    return core, owners


def _ids(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if value == "none":
        return []
    return [item.strip() for item in str(value).split(",") if item.strip()]
