"""What is held against an answer of the API, by schemathesis and by us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from salesman_core.characters import UNSEEN, shows_something

if TYPE_CHECKING:
    from schemathesis.core.transport import Response
    from schemathesis.engine.recorder import ScenarioRecorder
    from schemathesis.generation.case import Case

SCHEMA_REFUSES = (
    "Some fields are not right.",
    "Some parameters are not right.",
    "The list cannot be asked like this.",
)
"""How the problem begins that a schema, not a rule of the business, answers with."""

CHECKED_NUMBER = re.compile(
    r"(items\.\d+\.)?extensions\.requisites"
    r"\.(inn|kpp|ogrn|vat_number|bic|account|correspondent)"
)
"""Numbers that are judged by their check digits and without the spaces of whoever typed them: no
document can say so much of a text."""


def faults_of(recorder: ScenarioRecorder, case_id: str) -> Iterator[tuple[str, str]]:
    """Give what schemathesis holds against a case."""
    response = recorder.find_response(case_id=case_id)
    case = recorder.cases[case_id].value
    for check in recorder.checks.get(case_id, ()):
        if check.failure_info is not None and not looks_right(check.name, case):
            failure, request = check.failure_info.failure, check.failure_info.code_sample
            answer = "" if response is None else response.text[:2000]
            yield f"{check.name}, {failure.title}", f"{failure.message}\n{request}\n{answer}"


def looks_right(check: str, case: Case) -> bool:
    """Tell whether a request was meant to be wrong, and its wrongness is lost on the way.

    A list in the address that is none at all (null) is sent as ``name__in=``, and cannot be told
    from a list of one empty text.
    """
    if check != "negative_data_rejection":
        return False
    return any(
        name.endswith("__in") and value is None for name, value in (case.query or {}).items()
    )


def fault_of(who: str, case: Case, response: Response) -> str | None:
    """Give what we hold against an answer beyond what schemathesis checks."""
    if who == "nobody" and response.status_code != 401:
        return f"answers {response.status_code} without a token"
    expected = meant_to_be_right(case) and not holds_unseen_text(case)
    if response.status_code == 422 and expected:
        problem = response.json()
        detail, fields = str(problem.get("detail", "")), problem.get("errors", {})
        judged = fields and all(CHECKED_NUMBER.fullmatch(field) for field in fields)
        if detail.startswith(SCHEMA_REFUSES) and not judged:
            return f"its schema refuses what its document allows: {detail}"
    return None


def meant_to_be_right(case: Case) -> bool:
    """Tell whether each part of a request is made to fit its schema.

    A case counts as right by the part that it varies: beside an id at its border, schemathesis
    sends a wrong body where it has made no right one, as of a picture.
    """
    parts = case.meta.components.values()
    return case.meta.generation.mode.is_positive and all(part.mode.is_positive for part in parts)


def holds_unseen_text(case: Case) -> bool:
    """Tell whether a text of a request has nothing to be seen but what is beyond 16 bits.

    The document cannot say that: see ``salesman_core.characters``.
    """
    sent = (case.body, case.query, case.path_parameters)
    return any(
        re.search(f"[^{UNSEEN}]", text) and not shows_something(text)
        for part in sent
        for text in texts_of(part)
    )


def texts_of(value: object) -> Iterator[str]:
    """Give every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(texts_of, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(texts_of, value))


def shown(case: Case, response: Response) -> str:
    """Give a request, as it can be repeated, with its answer."""
    return f"{case.as_curl_command()}\n{response.status_code} {response.text[:2000]}"
