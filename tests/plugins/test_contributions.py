"""What plugins contribute is judged at start: its types, its number, its names."""

from __future__ import annotations

import pytest

from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_hookspecs.insight import salesman_health
from salesman_hookspecs.web import salesman_nav_items
from salesman_hookspecs.work import salesman_jobs

from .conftest import Host, Write


def reason(host: PluginHost, id_: str) -> str:
    return host.plugins[id_].reason


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ('NavItem("a", "A", "a.b", "sale", "star", ["p"])', "permission of NavItem"),
        ('NavItem("a", "A", 7, "sale", "star")', "endpoint of NavItem"),
        ('NavItem("a", "A", "a.b", "sale", "star", order="first")', "order of NavItem"),
        ('NavItem("a", "A", "a.b", "sale", "star", badge=3)', "badge of NavItem"),
    ],
)
def test_value_with_a_field_of_another_type_is_left_out(
    write_plugin: Write, host_of: Host, item: str, complaint: str
) -> None:
    host = host_of(
        write_plugin("bad", f"@hookimpl\ndef salesman_nav_items(): return [{item}]"),
    )

    assert host.contributions(salesman_nav_items) == []
    (fault,) = host.dispatcher.faults._waiting
    assert complaint in fault.error


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("'a string'", "several values, not one string"),
        ("__import__('itertools').repeat(None)", "gave more than 1000 values"),
        ("5", "'int' object is not iterable"),
    ],
)
def test_answer_that_is_no_collection_fails_a_strict_hook(
    write_plugin: Write, host_of: Host, answer: str, complaint: str
) -> None:
    hooks = f"@hookimpl\ndef salesman_permissions(): return {answer}"

    host = host_of(write_plugin("bad", hooks))

    assert host.state("bad") is State.FAILED
    assert complaint in reason(host, "bad")


@pytest.mark.parametrize(
    ("hook", "value", "name"),
    [
        ("salesman_jobs", 'Job("other.tidy", print)', "other.tidy"),
        ("salesman_schedules", 'Schedule("tidy", "0 3 * * *", "bad.tidy")', "tidy"),
        ("salesman_event_types", 'EventType("core.deal.moved", "Mine")', "core.deal.moved"),
        ("salesman_permissions", 'Permission("core.deal.view", "Mine")', "core.deal.view"),
        (
            "salesman_record_types",
            'RecordType("deal", "Deal", "Deals", object, "bad.deal.view", "bad.card")',
            "deal",
        ),
    ],
)
def test_name_that_belongs_to_another_fails_the_plugin(
    write_plugin: Write, host_of: Host, hook: str, value: str, name: str
) -> None:
    host = host_of(write_plugin("bad", f"@hookimpl\ndef {hook}(): return [{value}]"))

    assert host.state("bad") is State.FAILED
    assert f"{name!r} must begin with 'bad' and a dot" in reason(host, "bad")


def test_word_of_an_import_belongs_to_who_comes_first(write_plugin: Write, host_of: Host) -> None:
    hooks = """
        @hookimpl
        def salesman_import_types():
            return [ImportType("guests", "Guests", "x.y.z", (), list)]
    """
    host = host_of(write_plugin("second", hooks), write_plugin("first", hooks))

    assert (host.state("first"), host.state("second")) == (State.ACTIVE, State.FAILED)
    assert "'guests' is first's already" in reason(host, "second")


def test_failed_plugin_leaves_the_contributions_of_others(
    write_plugin: Write, host_of: Host
) -> None:
    bad = write_plugin("bad", '@hookimpl\ndef salesman_jobs(): return [Job("x.y", print)]')
    good = write_plugin("good", '@hookimpl\ndef salesman_jobs(): return [Job("good.y", print)]')

    host = host_of(bad, good)

    assert [one.value.name for one in host.contributions(salesman_jobs)] == ["good.y"]


def test_generator_that_fails_while_it_gives_concerns_nobody_else(
    write_plugin: Write, host_of: Host
) -> None:
    bad = write_plugin(
        "bad",
        "@hookimpl\ndef salesman_health():\n    yield HealthCheck('a', True)\n    1 / 0",
    )
    good = write_plugin("good", "@hookimpl\ndef salesman_health(): yield HealthCheck('b', True)")

    answers = host_of(bad, good).call(salesman_health)

    assert [(one.owner, len(list(one.value))) for one in answers] == [("good", 1)]


def test_plugin_that_narrows_records_without_saying_which_is_failed(
    write_plugin: Write, host_of: Host
) -> None:
    silent = write_plugin("silent", "@hookimpl\ndef salesman_record_filter(kind): return None")
    named = write_plugin(
        "named",
        "@hookimpl\ndef salesman_guarded_kinds(): return ['deal']\n"
        "@hookimpl\ndef salesman_record_filter(kind): return None",
    )

    host = host_of(silent, named)

    assert {id_: str(host.state(id_)) for id_ in host.plugins} == {
        "silent": "failed",
        "named": "active",
    }
    assert "salesman_guarded_kinds" in host.plugins["silent"].reason
