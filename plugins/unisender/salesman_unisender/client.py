"""Calls of UniSender's API: forms that are posted, JSON that comes back, bounded in size and time.

See the service's documentation of its API: general rules, error codes, and each method. The key
goes in the body of a POST, never in an address, which every log on the way would keep.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import urllib3
from salesman_mailing.toolkit import ServiceError
from urllib3.exceptions import HTTPError

from salesman_hookspecs import Text
from salesman_unisender.settings import is_safe
from salesman_unisender.texts import texts

_ = texts.lazy

TIMEOUT: Final = urllib3.Timeout(connect=10.0, read=30.0)
"""The service answers within 30 seconds, or one is to ask once more, says its documentation."""
MOST_BYTES: Final = 8 * 2**20
MOST_OF_A_FILE: Final = 512 * 2**20
LONGEST_LINE: Final = 2**20
_PIECE: Final = 2**16
SOON: Final = 30.0
NEXT_MINUTE: Final = 60.0
"""The limits of the service are those of a minute."""

_LIMITS: Final = frozenset(
    {"api_call_limit_exceeded_for_api_key", "api_call_limit_exceeded_for_ip"}
)
_CODES: Final[Mapping[str, Text]] = {
    "invalid_api_key": _("UniSender does not know the key of its API: enter it anew."),
    "access_denied": _("UniSender refuses access: is its API switched on in your account there?"),
    "not_enough_money": _("UniSender says that there is not enough money in your account there."),
    "retry_later": _("UniSender asks to be asked again later."),
    **dict.fromkeys(_LIMITS, _("UniSender was asked too often within a minute.")),
}
_SILENT: Final = _("UniSender does not answer.")
_STRANGE: Final = _("UniSender's answer cannot be read.")
_WORDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_OK, _TOO_MANY, _BROKEN = 200, 429, 500

Fields = Sequence[tuple[str, str]]


class Client:
    """A connection to UniSender with a key."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url.rstrip("/"), key
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, maxsize=1)

    def call(self, method: str, fields: Fields = ()) -> Any:
        """Call a method; give its result.

        :param fields: what it is called with, in the notation of forms, as ``data[0][1]``.
        :raises ServiceError: where it did not succeed.
        """
        told = [("format", "json"), ("api_key", self._key), *fields]
        with self._opened("POST", f"{self._url}/{method}", told) as response:
            body = _read(response)
            status = response.status
        return _result(status, body)

    def lines(self, url: str) -> Iterator[str]:
        """Give the lines of a file that the service made for us.

        :raises ServiceError: where it cannot be read, or would be sent without encryption.
        """
        if not is_safe(url):
            raise ServiceError(_STRANGE)
        with self._opened("GET", url) as response:
            if response.status != _OK:
                raise ServiceError(_SILENT, again_in=SOON)
            yield from _bounded(response)

    @contextmanager
    def _opened(
        self, method: str, url: str, fields: Fields | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Ask for something; what goes wrong on the way is told without the address or the key."""
        told: dict[str, Any] = {"redirect": False, "preload_content": False}
        if fields is not None:
            told |= {"body": urlencode(fields), "headers": {"Content-Type": _FORM}}
        try:
            response = self._pool.request(method, url, **told)
        except HTTPError:
            raise ServiceError(_SILENT, again_in=SOON) from None
        try:
            yield response
        except HTTPError:
            raise ServiceError(_SILENT, again_in=SOON) from None
        finally:
            response.close()  # its rest is not read: the connection is not used again


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ServiceError(_STRANGE)
    return body


def _bounded(response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    size, rest = 0, ""
    try:
        for piece in response.stream(_PIECE):
            size += len(piece)
            *lines, rest = (rest + decoder.decode(piece)).split("\n")
            if size > MOST_OF_A_FILE or len(rest) > LONGEST_LINE:
                raise ServiceError(_STRANGE)
            yield from (f"{line}\n" for line in lines)
    except UnicodeDecodeError:
        raise ServiceError(_STRANGE) from None
    if rest:
        yield rest


def _result(status: int, body: bytes) -> Any:
    """Give the result of an answer.

    :raises ServiceError: with words for the error that it tells of.
    """
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and answer.get("error"):
        raise _told(str(answer.get("code", "")), str(answer["error"]))
    if status == _TOO_MANY:
        raise ServiceError(_CODES["api_call_limit_exceeded_for_ip"], again_in=NEXT_MINUTE)
    if status >= _BROKEN:
        raise ServiceError(_SILENT, again_in=SOON)
    if status != _OK or not isinstance(answer, dict) or "result" not in answer:
        raise ServiceError(_STRANGE)
    return answer["result"]


def _told(code: str, error: str) -> ServiceError:
    if code in _LIMITS:
        return ServiceError(_CODES[code], again_in=NEXT_MINUTE)
    if code == "retry_later":
        return ServiceError(_CODES[code], again_in=SOON)
    if code in _CODES:
        return ServiceError(_CODES[code])
    return ServiceError(_("UniSender refuses: %(why)s", why=error[:_WORDS]))
