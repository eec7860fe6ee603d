"""The pytest plugin: what a plugin author's own test run sees."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
import sqlalchemy as sa

from salesman_core.testing import postgres

pytest_plugins = ["pytester"]

BOTH_KINDS = """
    def test_url(database_url):
        assert database_url
"""
NOTHING_IN_IT = """
    import pytest
    from salesman_core.testing.databases import EMPTY

    @pytest.fixture
    def database_template():
        return EMPTY  # tables would take seconds
"""
NO_SERVER = f"""{NOTHING_IN_IT}
    from salesman_core.testing import postgres

    @pytest.fixture(autouse=True)
    def no_server(monkeypatch):
        monkeypatch.setattr(postgres, "absence", lambda: "no server here")
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the tests in a process of their own, without the plugins that take long to load.

    A run inside this process would leave two copies of each module that it is the first to import.
    """
    without = [f"-pno:{name}" for name in ("playwright", "schemathesis", "hypothesispytest")]
    return pytester.runpytest_subprocess(*without, *arguments)


def ids_of(pytester: pytest.Pytester, source: str) -> list[str]:
    """Give the names of the tests in *source*, with their parameters."""
    pytester.makepyfile(source)
    listed = run(pytester, "--collect-only", "-q", "-p", "no:randomly")
    return [line.partition("::")[2] for line in listed.outlines if "::" in line]


def run_without_server(pytester: pytest.Pytester) -> pytest.RunResult:
    """Run a test on both kinds of database where there is no PostgreSQL."""
    pytester.makeconftest(NO_SERVER)
    pytester.makepyfile(BOTH_KINDS)
    return run(pytester, "-rs")


def test_database_url_runs_a_test_on_both_kinds(pytester: pytest.Pytester) -> None:
    assert ids_of(pytester, BOTH_KINDS) == ["test_url[sqlite]", "test_url[postgresql]"]


def test_database_url_is_one_that_works(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()


MANY = """
    import pytest

    @pytest.mark.parametrize("number", range(40))
    def test_url(database_url, number):
        pass

    @pytest.mark.databases("sqlite", "postgresql")
    def test_both(database_url):
        pass
"""


def taking_turns(pytester: pytest.Pytester, seed: int) -> dict[str, list[str]]:
    """Give the databases that each test meets in a run where they take turns."""
    pytester.makepyfile(MANY)
    listed = run(pytester, "--collect-only", "-q", "--databases=turns", f"--randomly-seed={seed}")
    found: dict[str, list[str]] = {}
    for name in sorted(line.partition("::")[2] for line in listed.outlines if "::" in line):
        test, _, parameters = name.partition("[")
        kind, _, number = parameters.rstrip("]").partition("-")
        found.setdefault(test + number, []).append(kind)
    return found


def test_databases_take_turns_where_a_run_is_told_so(pytester: pytest.Pytester) -> None:
    one, other = taking_turns(pytester, 1), taking_turns(pytester, 2)
    assert one.pop("test_both") == other.pop("test_both") == ["postgresql", "sqlite"]
    assert {len(kinds) for kinds in (*one.values(), *other.values())} == {1}
    assert len(one) == len(other) == 40
    assert {kind for kinds in one.values() for kind in kinds} == {"postgresql", "sqlite"}
    assert [test for test in one if one[test] == other[test]] == []  # each meets the other one next
    assert taking_turns(pytester, 1) == one | {"test_both": ["postgresql", "sqlite"]}


CASES = """
    import pytest

    @pytest.mark.turns(3)
    @pytest.mark.parametrize("number", range(6))
    def test_case(number):
        pass

    @pytest.mark.turns(2)
    @pytest.mark.databases("sqlite", "postgresql")
    @pytest.mark.parametrize(("role", "pages"), [("seller", 2), ("head", 3)])
    def test_matrix(database_url, role, pages):
        pass

    @pytest.mark.turns(9)
    @pytest.mark.parametrize("number", range(2))
    def test_few(database_url, number):
        pass
"""


def taken_turns(pytester: pytest.Pytester, *arguments: str) -> dict[str, set[str]]:
    """Give the cases of each test that a run takes."""
    pytester.makepyfile(CASES)
    found: dict[str, set[str]] = {}
    for line in run(pytester, "--collect-only", "-q", *arguments).outlines:
        if "::" in line:
            test, _, parameters = line.partition("::")[2].rstrip("]").partition("[")
            found.setdefault(test, set()).add(parameters)
    return found


def test_cases_take_turns_where_a_run_is_told_so(pytester: pytest.Pytester) -> None:
    whole = taken_turns(pytester)
    runs = [
        taken_turns(pytester, "--databases=turns", f"--randomly-seed={seed}") for seed in (7, 8, 9)
    ]
    assert [len(run["test_case"]) for run in runs] == [2, 2, 2]
    assert set().union(*(run["test_case"] for run in runs)) == whole["test_case"]
    both = [{"seller-2-sqlite", "head-3-postgresql"}, {"head-3-sqlite", "seller-2-postgresql"}]
    assert [run["test_matrix"] for run in runs] in ([*both, both[0]], [*both[::-1], both[1]])
    assert [len(run["test_few"]) for run in runs] == [1, 1, 1]
    numbers = [min(run["test_few"]).partition("-") for run in runs[:2]]
    assert {n for one in numbers for n in (one[0], one[2]) if n.isdigit()} == {"0", "1"}
    assert {test: len(cases) for test, cases in whole.items()} == {
        "test_case": 6,
        "test_matrix": 4,
        "test_few": 4,
    }


WHOLE_TESTS = """
    import pytest

    pytestmark = pytest.mark.turns(3, among="walks")

    def test_plain():
        pass

    def test_of_data(database_url):
        pass

    @pytest.mark.databases("sqlite", "postgresql")
    def test_both(database_url):
        pass
"""


def listed(pytester: pytest.Pytester, seed: int, *arguments: str) -> list[str]:
    """Give the tests of a run in which they take turns, without their databases."""
    turn = ("--databases=turns", f"--randomly-seed={seed}", *arguments)
    lines = run(pytester, "--collect-only", "-q", *turn).outlines
    return [line.partition("[")[0] for line in lines if "::" in line]


def test_whole_tests_take_turns_among_those_that_name_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_one=WHOLE_TESTS, test_other=WHOLE_TESTS)
    runs = [listed(pytester, seed) for seed in (7, 8, 9)]
    assert sorted(map(len, runs)) == [2, 3, 3]
    both = ["test_both", "test_both", "test_of_data", "test_plain"]
    assert sorted(itertools.chain(*runs)) == [
        f"{file}.py::{test}" for file in ("test_one", "test_other") for test in both
    ]


def test_cases_meet_the_other_database_when_their_turn_comes_round(
    pytester: pytest.Pytester,
) -> None:
    source = """
        import pytest

        @pytest.mark.turns(2)
        @pytest.mark.parametrize("number", range(4))
        def test_case(database_url, number):
            pass
    """
    pytester.makepyfile(source)
    met = []
    for seed in (7, 8, 9, 10):  # each case has two turns
        turn = ("--databases=turns", f"--randomly-seed={seed}")
        lines = run(pytester, "--collect-only", "-q", *turn).outlines
        met += [line for line in lines if "::" in line]
    assert len(met) == len(set(met)) == 8


def test_tests_that_share_something_expensive_have_one_turn(pytester: pytest.Pytester) -> None:
    shared = f"{WHOLE_TESTS}\n    pytestmark = [pytestmark, pytest.mark.xdist_group('shared')]"
    pytester.makepyfile(test_one=shared, test_other=shared, test_third=WHOLE_TESTS)
    runs = [listed(pytester, seed) for seed in (7, 8, 9)]
    together = [sum("test_third" not in name for name in run) for run in runs]
    assert sorted(together) == [0, 0, 8]


def test_test_that_runs_alone_waits_for_no_turn(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_one=WHOLE_TESTS)
    for seed in (7, 8, 9):
        assert listed(pytester, seed, "-k", "plain") == ["test_one.py::test_plain"]


def test_tests_of_a_module_take_their_turn_together(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.fixture(scope="module")
        def filled(module_database_kind):
            return module_database_kind

        @pytest.mark.parametrize("number", range(9))
        def test_read(filled, number):
            pass
    """
    pytester.makepyfile(source)
    met = set()
    for seed in range(1, 5):
        turn = ("--databases=turns", f"--randomly-seed={seed}", "--randomly-dont-reorganize")
        listed = run(pytester, "--collect-only", "-q", *turn)
        ids = [line for line in listed.outlines if "::" in line]
        kinds = {line.partition("[")[2].partition("-")[0] for line in ids}
        assert (len(ids), len(kinds)) == (9, 1)
        met |= kinds
    assert met == {"postgresql", "sqlite"}


def test_those_that_share_something_expensive_meet_the_same_kind(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        pytestmark = pytest.mark.xdist_group("shared")

        @pytest.fixture(scope="module")
        def filled(module_database_kind):
            return module_database_kind

        def test_read(filled):
            pass

        @pytest.mark.parametrize("number", range(4))
        def test_write(database_kind, number):
            pass
    """
    pytester.makepyfile(test_one=source, test_other=source)
    met = set()
    for seed in range(1, 7):
        turn = ("--databases=turns", f"--randomly-seed={seed}", "--randomly-dont-reorganize")
        listed = run(pytester, "--collect-only", "-q", *turn)
        ids = [line for line in listed.outlines if "::" in line]
        kinds = {kind for kind in ("postgresql", "sqlite") if any(kind in line for line in ids)}
        assert (len(ids), len(kinds)) == (10, 1)
        met |= kinds
    assert met == {"postgresql", "sqlite"}


def test_databases_mark_limits_a_test_to_the_kinds_it_names(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.databases("sqlite")
        def test_url(database_url):
            pass
    """
    assert ids_of(pytester, source) == ["test_url[sqlite]"]


def test_databases_mark_limits_a_whole_module(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        pytestmark = pytest.mark.databases("postgresql")

        def test_url(database_url):
            pass

        def test_sum():
            pass
    """
    assert ids_of(pytester, source) == ["test_url[postgresql]", "test_sum"]


def test_databases_mark_stands_beside_other_parameters(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.databases("sqlite")
        @pytest.mark.parametrize("number", [1, 2])
        def test_url(database_url, number):
            pass
    """
    assert sorted(ids_of(pytester, source)) == ["test_url[1-sqlite]", "test_url[2-sqlite]"]


def test_databases_mark_refuses_a_kind_that_it_does_not_know(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.databases("oracle")
        def test_url(database_url):
            pass
    """)

    result = run(pytester)

    assert result.ret != 0
    result.stdout.fnmatch_lines(["*databases takes names out of*oracle*"])


def test_missing_server_skips_with_its_reason(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)

    result = run_without_server(pytester)

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*no server here"])


def test_missing_server_is_an_error_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    result = run_without_server(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no server here*"])


def test_template_can_be_overridden_by_a_suite(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest
        import sqlalchemy as sa
        from salesman_core.testing.databases import Template

        def fill(url):
            engine = sa.create_engine(url)
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE TABLE client (name text)"))
            engine.dispose()

        @pytest.fixture
        def database_template():
            return Template("with_clients", fill)

        @pytest.mark.databases("sqlite")
        def test_table(database_url):
            engine = sa.create_engine(database_url)
            assert sa.inspect(engine).get_table_names() == ["client"]
            engine.dispose()
    """)

    run(pytester).assert_outcomes(passed=1)


@pytest.mark.skipif(postgres.absence() is not None, reason="shares a PostgreSQL server")
@pytest.mark.turns(3, among="long")
def test_workers_of_a_run_share_one_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the others' imports take seconds
    pytester.makeconftest(NOTHING_IN_IT)
    pytester.makepyfile("""
        import pathlib
        import pytest
        import sqlalchemy as sa

        @pytest.mark.databases("postgresql")
        @pytest.mark.parametrize("number", [1, 2, 3, 4])
        def test_host(database_url, number, worker_id):
            with pathlib.Path("hosts").open("a") as file:
                print(sa.make_url(database_url).query["host"], file=file)
    """)

    pytester.runpytest_subprocess("-p", "salesman", "-p", "xdist", "-n2").assert_outcomes(passed=4)

    hosts = (pytester.path / "hosts").read_text().split()
    assert len(hosts) == 4
    assert len(set(hosts)) == 1


def test_other_suites_fixture_of_the_same_name_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def database_kind():
            return "my own"

        def test_kind(database_kind):
            assert database_kind == "my own"
    """)

    run(pytester).assert_outcomes(passed=1)


def test_import_of_the_plugin_brings_nothing_heavy_with_it() -> None:
    program = """
import pytest, sys
before = set(sys.modules)
import salesman_core.testing.pytest_plugin
print(*sorted(name.partition(".")[0] for name in set(sys.modules) - before))
"""
    imported = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )

    assert set(imported.stdout.split()) == {"salesman_core"}
