"""``salesman doctor``: what is wrong with this installation, before its users notice."""

from __future__ import annotations

import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import click
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import database_ready
from salesman_core.cli.application import application
from salesman_core.clock import now
from salesman_core.config import CoreSettings, load_settings
from salesman_core.db import db, make_engine, reading, readonly
from salesman_core.errors import SalesmanError
from salesman_core.i18n import CORE
from salesman_core.jobs.operators import QueueFigures, figures
from salesman_core.plugins import migrations
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.models import PluginFault
from salesman_core.plugins.states import State
from salesman_core.plugins.switches import keep_pending_faults
from salesman_core.services.mail import checked_address, mail_settings
from salesman_core.services.smtp import MailServer
from salesman_core.web import assets
from salesman_hookspecs.insight import salesman_health

WELL: Final = frozenset({State.ACTIVE, State.SUSPENDED, State.INSTALLED})
STUCK: Final = 300.0
"""Seconds after which a job that is due should have begun."""
LATELY: Final = timedelta(hours=24)
_SHORTEST_SECRET: Final = 16
_CONNECT_TIMEOUT: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing."""

    subject: str
    ok: bool
    detail: str

    @property
    def line(self) -> str:
        """How it is told."""
        return f"{'ok   ' if self.ok else 'WRONG'} {self.subject}: {self.detail}"


@click.command()
def doctor() -> None:
    """Say how this installation is, a line for each thing; exits 1 where something is wrong."""
    ill = False
    for finding in findings():
        click.echo(finding.line)
        ill |= not finding.ok
    sys.exit(1 if ill else 0)


def findings() -> Iterator[Finding]:
    """Look at everything that can be looked at: what is told first may prevent the rest."""
    try:
        core = load_settings().core
    except SalesmanError as error:
        yield Finding("settings", ok=False, detail=str(error))
        return
    outside = [_data_folder(core), _secret_key(core), _mail(core), _front_end(), _database(core)]
    yield from outside
    if not all(finding.ok for finding in outside):
        return  # an application that starts would say it all again, in worse words
    try:
        app = application()
    except SalesmanError as error:
        yield Finding("application", ok=False, detail=str(error))
        return
    with app.app_context(), acting_as(SYSTEM):
        yield from _inside(app)


def _data_folder(core: CoreSettings) -> Finding:
    try:
        core.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=core.data_dir):
            return Finding("data folder", ok=True, detail=str(core.data_dir))
    except OSError as error:
        return Finding("data folder", ok=False, detail=str(error))


def _secret_key(core: CoreSettings) -> Finding:
    subject, file = "secret key", core.data_dir / "secret_key"
    if core.secret_key:
        long = len(core.secret_key) >= _SHORTEST_SECRET
        short = f"shorter than {_SHORTEST_SECRET} characters: choose a random one"
        return Finding(subject, ok=long, detail="from the settings" if long else short)
    if file.is_file() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(subject, ok=False, detail=f"others may read it: chmod 600 {file}")
    return Finding(subject, ok=True, detail="kept in the data folder")


def _mail(core: CoreSettings) -> Finding:
    try:
        checked_address(core.mail_from, "mail_from")
        server = MailServer.at(core.smtp_url) if core.smtp_url else None
    except SalesmanError as error:
        return Finding("mail", ok=False, detail=str(error))
    told = f"{server.way}://{server.host}:{server.port}" if server else "no server in the settings"
    return Finding("mail", ok=True, detail=f"{told}, from {core.mail_from}")


def _front_end() -> Finding:
    built = (assets.FOLDER / "manifest.json").is_file()
    return Finding("front end", ok=built, detail="built" if built else "not built: make run")


def _database(core: CoreSettings) -> Finding:
    try:
        url = sa.make_url(core.database_url)
        server = url.get_backend_name() == "postgresql"
        waiting = {"connect_timeout": _CONNECT_TIMEOUT} if server else {}
        engine = readonly(make_engine(url), connect_args=waiting)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
        engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return Finding("database", ok=False, detail=f"not reachable: {said}")
    return Finding("database", ok=True, detail=url.render_as_string(hide_password=True))


def _inside(app: Flask) -> Iterator[Finding]:
    with db.reader.connect() as connection:
        late = migrations.behind(connection, app.extensions["salesman_owners"])
    told = f"{', '.join(late)}: salesman db upgrade" if late else "up to date"
    yield Finding("tables", ok=not late, detail=told)
    host: PluginHost = app.extensions["salesman_host"]
    yield from _plugins(host)
    if database_ready():
        yield _mail_set_on_the_page()
        yield from _health(host)
        yield from _jobs()


def _mail_set_on_the_page() -> Finding:
    """Tell by which server letters really go: what an administrator set wins over the settings."""
    try:
        settings = mail_settings()
    except SalesmanError as error:
        return Finding("outgoing mail", ok=False, detail=str(error))
    server = settings.server
    told = f"{server.way}://{server.host}:{server.port}" if server else "no server: letters wait"
    return Finding("outgoing mail", ok=True, detail=f"{told}, from {settings.sender}")


def _plugins(host: PluginHost) -> Iterator[Finding]:
    for complaint in host.mistaken_settings:
        yield Finding("settings", ok=False, detail=complaint)
    for id_, loaded in sorted(host.plugins.items()):
        state = host.state(id_)
        told = f"{loaded.installed.version} {state}"
        why = f", {loaded.reason}: salesman plugins doctor" if loaded.reason else ""
        yield Finding(f"plugin {id_}", ok=state in WELL, detail=told + why)


def _health(host: PluginHost) -> Iterator[Finding]:
    """Ask the plugins how they are, and tell who failed lately, in answering too."""
    for one in host.call(salesman_health):
        for check in one.value:
            detail = check.detail or ("well" if check.ok else "not well")
            yield Finding(f"{_titled(one.owner)}, {check.name}", ok=check.ok, detail=detail)
    keep_pending_faults(host)
    counts = (
        sa.select(PluginFault.plugin_id, sa.func.count().label("faults"))
        .where(PluginFault.at > now() - LATELY)
        .group_by(PluginFault.plugin_id)
        .order_by(PluginFault.plugin_id)
    )
    for row in reading().execute(counts):
        told = f"faults in a day: {row.faults}, see Administration, Plugins"
        yield Finding(_titled(row.plugin_id), ok=False, detail=told)


def _titled(owner: str) -> str:
    return owner if owner == CORE else f"plugin {owner}"


def _jobs() -> Iterator[Finding]:
    queues = figures()
    if not queues:
        yield Finding("jobs", ok=True, detail="none waits")
    for queue in queues:
        troubles = _troubles(queue)
        told = f"{queue.waiting} wait, {queue.running} run"
        detail = "; ".join([told, *troubles, *(["paused"] if queue.paused else [])])
        yield Finding(f"jobs of {queue.queue}", ok=not troubles, detail=detail)


def _troubles(queue: QueueFigures) -> list[str]:
    troubles = []
    if queue.dead:
        troubles.append(f"{queue.dead} failed for the last time")
    if queue.oldest_waiting > STUCK and not queue.paused:
        minutes = int(queue.oldest_waiting // 60)
        troubles.append(f"the oldest is due for {minutes} minutes: does a worker run?")
    return troubles
