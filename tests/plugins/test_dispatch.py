"""Calling hooks: policies, isolation, the breaker, and who said what."""

from __future__ import annotations

import pytest

from salesman_core.errors import PluginFailedError, VetoedError
from salesman_core.plugins.dispatch import Denied
from salesman_core.plugins.faults import Breaker
from salesman_hookspecs import Change, Person
from salesman_hookspecs.access import salesman_record_filter
from salesman_hookspecs.data import salesman_before_save
from salesman_hookspecs.insight import salesman_health
from salesman_hookspecs.web import salesman_board_badges

from .conftest import Host, Write

CHANGE = Change("client", 1, {"name": "a"}, {"name": "b"})
GUARDING = "@hookimpl\ndef salesman_guarded_kinds(): return ['deal']\n"


def test_collect_skips_the_failing_and_says_whose_answer_is_whose(
    write_plugin: Write, host_of: Host
) -> None:
    broken = write_plugin("broken", "@hookimpl\ndef salesman_health(): raise SystemExit")
    sound = write_plugin(
        "sound", "@hookimpl\ndef salesman_health(): return [HealthCheck('it', True)]"
    )

    answers = host_of(broken, sound).call(salesman_health)

    assert [(one.owner, [check.name for check in one.value]) for one in answers] == [
        ("sound", ["it"])
    ]


def test_veto_aborts_and_names_plugin_and_field(write_plugin: Write, host_of: Host) -> None:
    strict = write_plugin(
        "strict", "@hookimpl\ndef salesman_before_save(change): raise Veto('not so', field='name')"
    )

    with pytest.raises(VetoedError, match="not so") as caught:
        host_of(strict).call(salesman_before_save, change=CHANGE)

    assert (caught.value.plugin, caught.value.fields) == ("strict", {"name": "not so"})


def test_error_in_a_strict_hook_aborts_the_operation(write_plugin: Write, host_of: Host) -> None:
    host = host_of(write_plugin("broken", "@hookimpl\ndef salesman_before_save(change): 1 / 0"))

    with pytest.raises(PluginFailedError) as caught:
        host.call(salesman_before_save, change=CHANGE)

    assert (caught.value.plugin, caught.value.status) == ("broken", 409)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_error_in_a_closed_hook_means_no(write_plugin: Write, host_of: Host) -> None:
    hooks = f"{GUARDING}@hookimpl\ndef salesman_record_filter(kind, permission, person): 1 / 0"

    with pytest.raises(Denied):
        host_of(write_plugin("guard", hooks)).call(
            salesman_record_filter, kind="deal", permission="p", person=Person(1, "A")
        )


def test_implementation_may_take_fewer_arguments(write_plugin: Write, host_of: Host) -> None:
    hooks = f"{GUARDING}@hookimpl\ndef salesman_record_filter(kind): return kind"
    plugin = write_plugin("few", hooks)

    answers = host_of(plugin).call(
        salesman_record_filter, kind="deal", permission="p", person=Person(1, "A")
    )

    assert [one.value for one in answers] == ["deal"]


def test_nobody_changes_the_list_with_which_the_caller_goes_on(
    write_plugin: Write, host_of: Host
) -> None:
    clears = write_plugin(
        "clears", "@hookimpl\ndef salesman_board_badges(deal_ids): deal_ids.clear()"
    )
    sound = write_plugin(
        "sound",
        "@hookimpl\ndef salesman_board_badges(deal_ids):"
        " return [BoardBadge(one, 'late') for one in deal_ids]",
    )
    deals = [1, 2]

    answers = host_of(clears, sound).call(salesman_board_badges, deal_ids=deals)

    assert [[badge.deal_id for badge in one.value] for one in answers] == [[1, 2]]
    assert deals == [1, 2]


def test_hook_that_keeps_failing_is_taken_out_for_a_while() -> None:
    moment = [0.0]
    breaker = Breaker(failures=3, window=10, rest=60, clock=lambda: moment[0])

    opened = [breaker.failed("p", "hook") for _ in range(3)]

    assert opened == [False, False, True]
    assert not breaker.allows("p", "hook")
    assert breaker.allows("p", "other")
    assert breaker.allows("q", "hook")
    assert breaker.open_places() == {"p": ["hook"]}
    moment[0] = 61.0
    assert breaker.allows("p", "hook")


def test_breaker_closes_after_a_call_that_went_well() -> None:
    moment = [0.0]
    breaker = Breaker(failures=1, rest=5, clock=lambda: moment[0])
    breaker.failed("p", "hook")
    moment[0] = 6.0

    breaker.worked("p", "hook")

    assert breaker.allows("p", "hook")
    assert breaker.open_places() == {}


def test_failures_far_apart_do_not_open_the_breaker() -> None:
    moment = [0.0]
    breaker = Breaker(failures=2, window=10, clock=lambda: moment[0])
    breaker.failed("p", "hook")
    moment[0] = 20.0

    assert not breaker.failed("p", "hook")
    assert breaker.allows("p", "hook")


def test_failing_function_gives_nothing_and_is_skipped_once_taken_out(
    write_plugin: Write, host_of: Host
) -> None:
    host = host_of(write_plugin("panel"))
    calls: list[int] = []

    def render() -> str:
        calls.append(1)
        raise RuntimeError

    for _ in range(9):
        assert host.guarded("panel", "fill", render) is None

    assert len(calls) == 5


def test_place_that_is_taken_out_is_noted_once_beside_its_faults(
    write_plugin: Write, host_of: Host
) -> None:
    host = host_of(write_plugin("broken", "@hookimpl\ndef salesman_health(): 1 / 0"))

    for _call in range(8):
        host.call(salesman_health)

    noted = [fault.error for fault in host.dispatcher.faults._waiting]
    assert noted == [
        *["ZeroDivisionError: division by zero"] * 5,
        "TakenOutError: not called for 60 s: it failed too often",
    ]
