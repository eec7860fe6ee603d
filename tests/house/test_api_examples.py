"""The examples of ``docs/api.md`` do what the page says, one after the other."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from salesman_core.access.tokens import new_token
from salesman_core.testing.people import Make, apart

PAGE = Path(__file__).parents[2] / "docs/api.md"
EXAMPLE = re.compile(
    r'^```sh\n(?P<command>.*?)^```\n\n^```json title="(?P<status>\d+)"\n(?P<answer>.*?)^```',
    re.DOTALL | re.MULTILINE,
)
ANYTHING = "…"


@dataclass(frozen=True)
class Example:
    """A command of the page and what it says of the answer."""

    command: str
    status: int
    answer: Any


def examples() -> list[Example]:
    return [
        Example(found["command"], int(found["status"]), json.loads(found["answer"]))
        for found in EXAMPLE.finditer(PAGE.read_text("utf-8"))
    ]


@dataclass
class Curl:
    """As much of curl as the page uses, on the test client."""

    app: Flask
    variables: dict[str, str]

    def run(self, command: str) -> TestResponse:
        words = shlex.split(command.replace("\\\n", " "))
        assert words.pop(0) == "curl"
        request: dict[str, Any] = {"headers": {}, "method": None}
        while words:
            self._take(words.pop(0), words, request)
        method = request.pop("method") or ("POST" if "data" in request else "GET")
        client = self.app.test_client()
        return apart(lambda: client.open(request.pop("path"), method=method, **request))

    def _take(self, word: str, rest: list[str], request: dict[str, Any]) -> None:
        if word == "-H":
            name, _colon, value = self._filled(rest.pop(0)).partition(": ")
            request["headers"][name] = value
        elif word == "-X":
            request["method"] = rest.pop(0)
        elif word == "--json":
            request |= {"data": rest.pop(0), "content_type": "application/json"}
        elif word != "-i":
            request["path"] = self._filled(word)

    def _filled(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], text)


def held(said: Any, answered: Any) -> bool:
    """Tell whether an answer has all that the page says of it."""
    if said == ANYTHING:
        return answered is not None
    if isinstance(said, dict):
        return isinstance(answered, dict) and all(
            name in answered and held(value, answered[name]) for name, value in said.items()
        )
    if isinstance(said, list):
        return len(said) <= len(answered) and all(map(held, said, answered))
    return bool(said == answered)


@pytest.mark.databases("sqlite")
def test_examples_of_the_page_answer_as_it_says(app: Flask, make: Make) -> None:
    token = new_token(make.user("head", name="Anna Petrova"), "examples")
    curl = Curl(app, {"URL": "/api/v1", "TOKEN": token, "ETAG": "", "OLD_ETAG": ""})

    for example in examples():
        answer = curl.run(example.command)

        told = f"{example.command}{answer.status} {answer.text}"
        assert answer.status_code == example.status, told
        assert held(example.answer, answer.get_json()), told
        curl.variables["OLD_ETAG"] = curl.variables["ETAG"]
        curl.variables["ETAG"] = answer.headers.get("ETag", "")


def test_every_command_of_the_page_has_its_answer() -> None:
    assert PAGE.read_text("utf-8").count("```sh\n") == len(examples()) > 10
