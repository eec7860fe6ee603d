"""Whether the API does what its document says: schemathesis tries it as three people.

Each run takes other values, from the seed in pytest's first lines (``--randomly-seed=…`` takes
them again). The quick run asks every operation a few times, ``make soak`` far more often, and with
every value that a document has a border at.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask
from salesman_conveyor.testing import staff

from salesman_core.access.tokens import new_token
from salesman_core.testing.people import Api, Make, apart

from .judging import fault_of, faults_of, shown

if TYPE_CHECKING:
    from schemathesis.engine.recorder import ScenarioRecorder

DOCUMENT = "/api/v1/openapi.json"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXAMPLES = 50
PEOPLE = ("administrator", "seller", "nobody")
PARTS = 2
"""Of so many parts of the operations one has its turn."""

ALL_CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance", "positive_data_acceptance",
    "negative_data_rejection", "use_after_free", "ensure_resource_availability",
    "missing_required_header", "ignored_auth", "object_level_authorization", "unsupported_method",
    "allow_header_conformance",
}  # fmt: skip
"""What schemathesis checks of each answer. A test holds it against what it brings along."""

LEFT_OUT = {
    "ignored_auth": "It asks again without a token, and hands the call in process an option that"
    " only sockets have, which raises. “nobody” asks everything without a token and must get 401"
    " for all of it, which is more.",
    "object_level_authorization": "It wants two identities in one run. What one person may not see"
    " of another's is proved with planted values, over every route, in tests/access.",
}
"""Checks that are not made, and why."""

DOMAIN_REFUSES = ("412", "422")
"""What a request that fits the schema may get too, beside what schemathesis takes for granted:
a rule of the business says no (there is no such currency, the name is taken, the deal is closed),
or the record has changed. That the schema itself never refuses it is checked by :func:`fault_of`.
"""

WELL_FORMED_VERSION = re.compile(r".*[!-~].*")
WELL_FORMED_KEY = re.compile(r"[!-~]{1,200}")
LET_THROUGH = 0.2


class Unguessable:
    """Takes out of requests what only an earlier answer can tell, or what must be new each time.

    Else nearly every request would end at it, with 412 or 422, and try nothing: ``If-Match`` (a
    version, by the answer with the record; ``*`` takes its place), ``cursor`` (by the page before),
    ``Idempotency-Key`` (a second request with one key is a repeat). Some go through all the same:
    nothing that is sent there may break anything. And so does what the document does not allow, as
    a blank ``If-Match``: it is to be refused for what it is. What a right one does is proved in
    tests/rest/test_versions.py, tests/rest/test_repeats.py and tests/records.
    """

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def taken_out(self, environ: dict[str, Any]) -> None:
        """Change a request."""
        if self._chance.random() < LET_THROUGH:
            return
        if WELL_FORMED_VERSION.fullmatch(environ.get("HTTP_IF_MATCH", "")):
            environ["HTTP_IF_MATCH"] = "*"
        if WELL_FORMED_KEY.fullmatch(environ.get("HTTP_IDEMPOTENCY_KEY", "")):
            environ["HTTP_IDEMPOTENCY_KEY"] = uuid.uuid4().hex
        asked = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if [name for name, _value in asked].count("cursor") == 1:
            kept = [(name, value) for name, value in asked if name != "cursor"]
            environ["QUERY_STRING"] = urlencode(kept)


def reached(app: Flask, seed: int) -> Callable[..., Iterable[bytes]]:
    """Give *app* as a stranger reaches it: outside the test's own context."""
    unguessable = Unguessable(seed)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given: Any = app(environ, start_response)
        with closing(given):  # as servers do: the client that asks here leaves files open
            return [*given]

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        unguessable.taken_out(environ)
        return apart(lambda: answer(environ, start_response))

    return call


@pytest.fixture
def token_of(app: Flask, make: Make) -> Callable[[str], str | None]:
    """What gives a token of somebody, who has a few records of every kind, as others do."""

    def give(who: str) -> str | None:
        user_id = None if who == "nobody" else make.user_of(who)
        for owner_id in (user_id, make.user("seller", team_id=make.team())):
            fill(app, make, owner_id)
        return new_token(user_id, "schemathesis") if user_id is not None else None

    return give


def fill(app: Flask, make: Make, owner_id: int | None) -> None:
    """Make what somebody would have after a while."""
    for _number in range(3):
        client_id = make.client(owner_id=owner_id, phones=["+7 916 123-45-67"])
        make.contact(client_id, emails=["anna@example.com"])
        deal_id = make.deal(client_id=client_id, owner_id=owner_id, amount="1000")
        api = Api(app, new_token(make.user_of("administrator"), "records"))
        rack = {"name": "Rack", "prices": [{"level_id": 1, "price": "100.00"}]}
        rack_id = api.post("/catalogue", rack).json["id"]
        sold = {"lines": [{"product_id": rack_id, "quantity": "2"}]}
        sent = api.request("PUT", f"/catalogue/deals/{deal_id}/lines", sold)
        assert sent.status_code == 200
        assert api.post("/leads", {"name": "Boris", "owner_id": owner_id}).status_code == 201
        call = {"kind_id": 1, "day": "2026-03-02", "client_id": client_id, "owner_id": owner_id}
        assert api.post("/calendar", call).status_code == 201
        asked = {"channel_id": 1, "name": "Clara", "owner_id": owner_id}
        assert api.post("/inquiries", asked).status_code == 201
        staff(1, owner_id or make.user_of("administrator"))
        handed = {"deal_id": deal_id, "station_id": 2}
        assert api.post("/conveyor", handed).status_code == 201
        talk = {"text": "Shall we?", "deal_id": deal_id}
        talk |= {"participant_ids": [owner_id]} if owner_id else {}
        assert api.post("/discussions", talk).status_code == 201
        assert api.post("/mailing", {"name": f"Group {client_id}"}).status_code == 201
        goal = {"user_id": owner_id, "month": "2026-03-01", "metric": "turnover", "value": "10"}
        assert api.post("/plans", goal).status_code == 200
        assert api.post("/requisites", {"name": f"Own {client_id}"}).status_code == 201
        paper = {"type_id": 1, "client_id": client_id, "owner_id": owner_id}
        assert api.post("/documents", paper).status_code == 201
        line = {"name": "Boiler", "quantity": "1", "price": "100.00"}
        billed = {"client_id": client_id, "owner_id": owner_id, "lines": [line]}
        for _state in ("draft", "issued"):
            invoice_id = api.post("/invoices", billed).json["id"]
        assert api.post(f"/invoices/{invoice_id}/issue", {}).status_code == 200
        paid = {"amount": "150.00", "invoice_id": invoice_id}
        assert api.post("/invoices/payments", paid).status_code == 201
        steps = {"steps": [{"title": "Ahead", "percent": "30"}]}
        planned = api.request("PUT", f"/invoices/deals/{deal_id}/schedule", steps)
        assert planned.status_code == 200


@dataclass
class Outcome:
    """What somebody's run found."""

    who: str
    faults: dict[str, str] = field(default_factory=dict)
    """A report by what is wrong: the first of its kind."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often by operation."""
    done: Counter[str] = field(default_factory=Counter)
    """How often with success."""
    followed: int = 0
    """How many requests took what they asked for from an earlier answer."""

    @property
    def figures(self) -> str:
        """How much was tried, for the note of an issue."""
        least = ", ".join(f"{label} {count}" for label, count in self.asked.most_common()[:-6:-1])
        return (
            f"{self.who}: {len(self.asked)} operations, {self.asked.total()} requests,"
            f" {self.done.total()} with success, {self.followed} along links; the least: {least}"
        )

    def __str__(self) -> str:
        return "\n\n".join(f"{kind}\n{report}" for kind, report in sorted(self.faults.items()))


def probe(
    app: Flask,
    who: str,
    seed: int,
    token: str | None,
    *,
    labels: Iterable[str],
    examples: int,
    phases: list[str],
) -> Outcome:
    """Try operations as somebody.

    :param examples: for each operation.
    """
    outcome = Outcome(who)
    whole = schema_of(app, seed, configuration(token, seed, examples, phases))
    take(outcome, whole.include(name=list(labels)))
    return outcome


def probe_the_rare(
    outcome: Outcome, app: Flask, seed: int, token: str | None, labels: Iterable[str]
) -> None:
    """Ask operations again that were asked too rarely.

    schemathesis draws on records that it has seen, and lets go of an operation without a word
    where these are gone when it looks again, as after a DELETE.
    """
    for further in range(1, 10):
        rare = [label for label in labels if outcome.asked[label] < EXAMPLES]
        if rare:
            config = configuration(token, seed + further, EXAMPLES, ["fuzzing"])
            take(outcome, schema_of(app, seed, config).include(name=rare))


def walk(
    outcome: Outcome,
    app: Flask,
    seed: int,
    token: str | None,
    collections: Iterable[str],
    *,
    walks: int,
) -> None:
    """Go on from record to record along the links, in one collection after the other.

    All at once, schemathesis would only begin where a request needs no record of another kind.
    """
    from schemathesis import GenerationMode  # noqa: PLC0415  # as in schema_of

    if token is None:
        return  # whoever gets no answer has no link to follow
    config = configuration(token, seed, walks, ["stateful"], [GenerationMode.POSITIVE])
    whole = schema_of(app, seed, config)
    for collection in collections:
        take(outcome, whole.include(path_regex=rf"^{collection}(/|$)"))


def linked(app: Flask) -> list[str]:
    """Give the addresses of the collections whose records have operations of their own."""
    paths = Api(app, None).get("/openapi.json").json["paths"]
    return [
        path
        for path, members in paths.items()
        if "links" in members.get("post", {}).get("responses", {}).get("201", {})
    ]


def schema_of(app: Flask, seed: int, config: Any) -> Any:
    """Give schemathesis's view of the API."""
    import schemathesis  # noqa: PLC0415  # half a second, for these tests alone

    schemathesis.serializer(WORD)(sent_as_it_is)
    return schemathesis.openapi.from_wsgi(DOCUMENT, reached(app, seed), config=config)


def sent_as_it_is(_context: Any, value: Any) -> bytes:
    """Give the body of a request that is a file."""
    return bytes(getattr(value, "data", value))


def take(outcome: Outcome, schema: Any) -> None:
    """Let schemathesis run, and take what it shows into *outcome*."""
    from schemathesis.engine import events, from_schema  # noqa: PLC0415  # as in schema_of

    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            outcome.faults.setdefault(f"{event.label}: {event.info.title}", event.info.message)
        if isinstance(event, events.ScenarioFinished):
            note(outcome, event.recorder)


def configuration(
    token: str | None, seed: int, examples: int, phases: list[str], modes: Any = None
) -> Any:
    """Give schemathesis's configuration."""
    from schemathesis import config as settings  # noqa: PLC0415  # as in schema_of

    project = settings.ProjectConfig(
        headers={"Authorization": f"Bearer {token}"} if token else None,
        generation=settings.GenerationConfig(max_examples=examples, database="none", modes=modes),
        checks=checks_made(),
        continue_on_failure=True,
    )
    project.phases.update(phases=phases)
    return settings.SchemathesisConfig(
        seed=seed,
        suppress_health_check=[settings.HealthCheck.all],
        projects=settings.ProjectsConfig(default=project),
    )


def checks_made() -> Any:
    """Give the checks, without those that are left out."""
    from schemathesis import config as settings  # noqa: PLC0415  # as in schema_of

    accepted = settings.PositiveDataAcceptanceConfig().expected_statuses
    checks = settings.ChecksConfig(
        positive_data_acceptance=settings.PositiveDataAcceptanceConfig(
            expected_statuses=[*accepted, *DOMAIN_REFUSES]
        )
    )
    # Every header that is required is a version. Before it, one is told who may do it at all, and
    # that a key was used for another request (422).
    checks.missing_required_header.expected_statuses = ["401", "403", "422", "428"]
    # A version that is none is told before the body is read.
    refusing = checks.negative_data_rejection
    refusing.expected_statuses = [*refusing.expected_statuses, "412"]
    checks.update(excluded_check_names=list(LEFT_OUT))
    return checks


def note(outcome: Outcome, recorder: ScenarioRecorder) -> None:
    """Take what a scenario has shown into *outcome*."""
    for case_id, node in recorder.cases.items():
        label, response = node.value.operation.label, recorder.find_response(case_id=case_id)
        outcome.asked[label] += 1
        outcome.followed += node.is_transition_applied
        if response is not None and response.status_code < 300:
            outcome.done[label] += 1
        for kind, report in faults_of(recorder, case_id):
            outcome.faults.setdefault(f"{label}: {kind}", report)
        wrong = fault_of(outcome.who, node.value, response) if response is not None else None
        if wrong is not None:
            outcome.faults.setdefault(f"{label}: {wrong}", shown(node.value, response))


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """Another one with each run."""
    found: int = pytestconfig.getoption("randomly_seed", 0)
    return found


@pytest.fixture
def operations(app: Flask) -> dict[str, bool]:
    """All operations, and whether they take anything that could be varied."""
    paths = Api(app, None).get("/openapi.json").json["paths"]
    return {
        f"{verb.upper()} {path}": "{" in path
        or bool({"parameters", "requestBody"} & set(described))
        for path, members in paths.items()
        for verb, described in members.items()
        if verb != "parameters"
    }


@pytest.mark.turns(6, among="probes of the API")
@pytest.mark.timeout(600)  # it takes half a minute, and some where others are busy
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("who", PEOPLE)
def test_every_operation_keeps_its_promises(
    app: Flask,
    token_of: Callable[[str], str | None],
    operations: dict[str, bool],
    seed: int,
    who: str,
    part: int,
) -> None:
    token = token_of(who)
    labels = sorted(operations)[part::PARTS]

    outcome = probe(app, who, seed, token, labels=labels, examples=3, phases=["fuzzing"])
    assert set(outcome.asked) == set(labels)
    walk(outcome, app, seed, token, linked(app)[part::PARTS], walks=2)

    assert not outcome.faults, str(outcome)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_operation_keeps_its_promises_whatever_is_tried(
    app: Flask,
    token_of: Callable[[str], str | None],
    operations: dict[str, bool],
    seed: int,
    who: str,
) -> None:
    token, phases = token_of(who), ["examples", "coverage", "fuzzing"]

    outcome = probe(app, who, seed, token, labels=operations, examples=EXAMPLES, phases=phases)
    varying = {label for label, varies in operations.items() if varies}
    probe_the_rare(outcome, app, seed, token, varying)
    walk(outcome, app, seed, token, linked(app), walks=EXAMPLES)

    print(outcome.figures)  # noqa: T201  # shown by --capture no
    assert not outcome.faults, str(outcome)
    assert {label for label, count in outcome.asked.items() if count >= EXAMPLES} >= varying
    assert set(outcome.asked) == set(operations)
    if who == "administrator":
        assert outcome.followed >= EXAMPLES


def test_checks_left_out_are_known_and_everything_else_is_made() -> None:
    from schemathesis.checks import CHECKS, load_all_checks  # noqa: PLC0415  # as in schema_of

    load_all_checks()

    assert set(CHECKS.get_all_names()) - {"max_response_time"} == ALL_CHECKS
    assert set(LEFT_OUT) <= ALL_CHECKS
