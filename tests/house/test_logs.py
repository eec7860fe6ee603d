"""Every line of the log has one form, whoever writes it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from salesman_core.logs import configure_logs


def test_line_of_the_standard_library_is_written_like_every_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs()

    structlog.get_logger().warning("of ours", number=7)
    logging.getLogger("salesman_core.jobs.worker").warning("job %s ended", 7)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert [line["event"] for line in lines] == ["of ours", "job 7 ended"]
    assert [line["level"] for line in lines] == ["warning", "warning"]
    assert lines[1]["logger"] == "salesman_core.jobs.worker"


def test_traceback_is_told_without_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()

    def fail(password: str) -> None:
        raise ZeroDivisionError(len(password))

    secret = str(123456)
    try:
        fail(secret)
    except ZeroDivisionError:
        logging.getLogger("anybody").exception("it failed")
    (line,) = capsys.readouterr().err.splitlines()

    assert "ZeroDivisionError" in json.loads(line)["exception"]
    assert "123456" not in line


def test_configuring_twice_writes_a_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    configure_logs()

    logging.getLogger("anybody").warning("once")

    assert len(capsys.readouterr().err.splitlines()) == 1
