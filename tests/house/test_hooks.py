"""Every hook is used by the sample plugin, documented, exampled and tested."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import salesman_analytics.hookspecs
import salesman_calendar.hookspecs
import salesman_documents.hookspecs
import salesman_mailing.hookspecs
import salesman_plans.hookspecs
import salesman_sample.hooks
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.config import load_settings
from salesman_core.errors import VetoedError
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.plugins.host import PluginHost, boot_specifications, specifications
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.testing.people import Make
from salesman_hookspecs import (
    Change,
    Closing,
    Demo,
    Person,
    Plugin,
    Reassigned,
    RecordsMerged,
    StageMove,
    rules_of,
)

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "hooks"
OF_PLUGINS = {
    name: one
    for module in (
        salesman_analytics.hookspecs,
        salesman_calendar.hookspecs,
        salesman_documents.hookspecs,
        salesman_mailing.hookspecs,
        salesman_plans.hookspecs,
    )
    for name, one in vars(module).items()
    if name.startswith(f"{module.__name__.partition('.')[0]}_")
}
EVERY_HOOK = {one.__name__: one for one in specifications()} | OF_PLUGINS
AT_START = {one.__name__: one for one in boot_specifications()}
CALLED = {
    name: one for name, one in EVERY_HOOK.items() if name not in AT_START and name not in OF_PLUGINS
}

every_hook = pytest.mark.parametrize("name", EVERY_HOOK)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def section(name: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page(name), re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/hooks/{name}.md has no section {heading!r}"
    return found.group(1)


def signature(specification: Callable[..., Any]) -> str:
    written = str(inspect.signature(specification)).replace("'", "")
    return f"def {specification.__name__}{written}: ..."


@every_hook
def test_hook_is_implemented_by_the_sample_plugin(name: str) -> None:
    implementation = getattr(salesman_sample.hooks, name, None)

    assert getattr(implementation, "salesman_impl", None), f"the sample plugin lacks {name}"


@every_hook
def test_hook_has_a_test_of_its_own(name: str) -> None:
    files = [*ROOT.glob("tests/house/test_hook_*.py"), *ROOT.glob("tests/sample/test_*.py")]
    wanted = f"def test_hook_{name.removeprefix('salesman_')}_"

    assert any(wanted in file.read_text("utf-8") for file in files), f"no test {wanted}…"


@every_hook
def test_hook_has_a_page_that_says_what_the_specification_says(name: str) -> None:
    specification = EVERY_HOOK[name]
    rules = rules_of(specification)
    text = page(name)

    assert text.startswith(f"# {name}\n")
    assert f"```python\n{signature(specification)}\n```" in text
    told = (
        f"Policy **{rules.policy.value}** · phase **{rules.phase.value}** · since **{rules.since}**"
    )
    assert told in text


@every_hook
def test_page_of_a_hook_explains_each_argument_and_the_result(name: str) -> None:
    arguments = list(inspect.signature(EVERY_HOOK[name]).parameters)
    explained = re.findall(r"^- `(\w+)`: \S", section(name, "Arguments"), re.MULTILINE)

    assert explained == arguments
    assert section(name, "Result").strip()


@every_hook
def test_hook_has_a_docstring_with_an_example(name: str) -> None:
    documentation = inspect.getdoc(EVERY_HOOK[name]) or ""

    assert "Example::" in documentation
    assert f"def {name}(" in documentation


def test_index_leads_to_every_page_and_no_page_is_left_over() -> None:
    named = set(re.findall(r"\]\((\w+)\.md\)", (PAGES / "index.md").read_text("utf-8")))
    pages = {file.stem for file in PAGES.glob("*.md")} - {"index"}

    assert named == pages
    assert pages - {"slots", "events"} == set(EVERY_HOOK)


# -- the examples, as plugins


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Installed]]:
    """Give what makes a plugin called ``notes`` of the example on a hook's page."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def make(name: str) -> Installed:
        found = re.search(r"```python\n(.*?)```", section(name, "Example"), re.DOTALL)
        assert found is not None
        package = f"example_of_{name}"
        (tmp_path / package).mkdir()
        head = "from salesman_hookspecs import Plugin\n"
        manifest = 'plugin = Plugin(id="notes", title="Notes", api=">=0.1,<1")\n'
        (tmp_path / package / "__init__.py").write_text(head + manifest)
        (tmp_path / package / "hooks.py").write_text(found.group(1))
        importlib.invalidate_caches()
        made.append(package)
        return Installed("notes", "1.0", package)

    yield make
    for package in made:
        sys.modules.pop(package, None)
        sys.modules.pop(f"{package}.hooks", None)


@pytest.mark.parametrize("name", AT_START)
def test_example_of_a_boot_hook_contributes_something(
    name: str, example: Callable[..., Installed], tmp_path: Path
) -> None:
    host = PluginHost(load_settings({"data_dir": str(tmp_path)}, environ={}))

    host.load([example(name)])
    host.boot()

    assert (host.state("notes"), host.plugins["notes"].reason) == (State.ACTIVE, "")
    assert host.contributions(AT_START[name])


@pytest.mark.parametrize("name", OF_PLUGINS)
def test_example_of_a_plugins_hook_contributes_something_beside_that_plugin(
    name: str, example: Callable[..., Installed], tmp_path: Path
) -> None:
    owner = name.removeprefix("salesman_").partition("_")[0]
    manifest: Plugin = import_module(f"salesman_{owner}").plugin
    wanted = {owner, *manifest.requires}
    installed = [one for one in installed_plugins() if one.id in wanted]
    host = PluginHost(load_settings({"data_dir": str(tmp_path)}, environ={}))

    host.load([example(name), *installed])
    host.boot()

    assert (host.state("notes"), host.plugins["notes"].reason) == (State.ACTIVE, "")
    assert "notes" in {one.owner for one in host.contributions(OF_PLUGINS[name])}


PERSON = Person(7, "Anna")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def arguments_of(name: str, make: Make) -> list[tuple[dict[str, Any], bool]]:
    """Give calls of a hook, each with whether its example refuses it."""
    client_id = make.client(source="exhibition")
    deal_id = make.deal(client_id=client_id, amount=None)
    nobodys = make.deal(client_id=None, amount="10")
    people = {"head": make.person(make.user_of("head"))}
    told = Demo("en", date(2026, 3, 2), 1, people, [client_id], [deal_id], _at)
    calls: dict[str, list[tuple[dict[str, Any], bool]]] = {
        "salesman_before_save": [
            ({"change": Change("client", None, {}, {"name": "Test"})}, True),
            ({"change": Change("client", 1, {"name": "A"}, {"name": "B"})}, False),
        ],
        "salesman_before_stage_move": [
            ({"move": StageMove(nobodys, 1, 1, 2, 1)}, True),
            ({"move": StageMove(deal_id, 1, 1, 2, 1)}, False),
        ],
        "salesman_board_badges": [({"deal_ids": [deal_id]}, False)],
        "salesman_before_close": [({"closing": Closing(nobodys, "won", None)}, False)],
        "salesman_defaults": [({"language": "ru"}, False)],
        "salesman_demo": [({"demo": told}, False)],
        "salesman_health": [({}, False)],
        "salesman_records_reassigned": [
            ({"reassigned": Reassigned("client", (client_id,), 1, 2)}, False)
        ],
        "salesman_record_filter": [
            ({"kind": "deal", "permission": "core.deal.view", "person": PERSON}, False)
        ],
        "salesman_records_merged": [
            ({"merged": RecordsMerged("client", client_id, [make.client()])}, False)
        ],
        "salesman_relationship_evidence": [({"client_ids": [client_id]}, False)],
    }
    return calls[name]


def _at(_moment: datetime, person: Person) -> Any:
    return acting_as(person)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", CALLED)
def test_example_of_a_called_hook_answers(
    name: str, example: Callable[..., Installed], database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path / "data", installed=[example(name)]) as app:
        host: PluginHost = app.extensions["salesman_host"]
        assert host.state("notes") is State.ACTIVE
        with acting_as(SYSTEM):
            for arguments, refused in arguments_of(name, Make(app)):
                assert _is_refused(host, CALLED[name], arguments) is refused
        assert not host.dispatcher.faults.pending()


def _is_refused(host: PluginHost, hook: Callable[..., Any], arguments: dict[str, Any]) -> bool:
    try:
        answers = host.call(hook, **arguments)
    except VetoedError as veto:
        return veto.plugin == "notes"
    returned = inspect.signature(hook).return_annotation
    assert returned == "None" or [one.owner for one in answers if one.owner == "notes"]
    return False


def test_built_application_knows_the_hooks_of_the_contract(built: Flask) -> None:
    host: PluginHost = built.extensions["salesman_host"]

    assert {name for name in vars(host.manager.hook) if name.startswith("salesman_")} == set(
        EVERY_HOOK
    )
