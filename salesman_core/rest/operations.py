"""What an operation takes and gives: enforced and documented by the same decorators."""

from __future__ import annotations

import functools
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from decimal import Decimal
from http import HTTPStatus
from typing import IO, Any, Concatenate, Final, Literal, NamedTuple, ParamSpec, TypeVar

import orjson
from flask import Response, request
from marshmallow import Schema as AnySchema
from marshmallow import fields
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.rest.answers import JSON, json_response
from salesman_core.rest.schemas import Schema, judge, page_schema
from salesman_hookspecs import Text

_ = texts.lazy

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Place = Literal["json", "query"]

FURTHER: Final = "x-further-parameters"
"""Under this an operation's entry holds a function, until the document is made: it gives what is
known of its parameters only then."""

FORM: Final = "multipart/form-data"

_NOTE: Final = "_salesman_operation"
_PART: Final = "file"
_FRACTION: Final = re.compile(rb"\d(\.\d|[eE])")


class OperationNote:
    """What decorators say of an operation, for its entry in the OpenAPI document."""

    def __init__(self) -> None:
        self.operation: dict[str, Any] = {}
        self.problems: set[int] = set()

    def with_(self, operation: Mapping[str, Any], problems: Iterable[int]) -> OperationNote:
        """Give a note that also says this; a decorated function keeps its own."""
        note = OperationNote()
        note.operation = dict(self.operation)
        for name, value in operation.items():
            before = note.operation.get(name)
            if isinstance(value, list) and before is not None:
                note.operation[name] = [*before, *value]
            elif isinstance(value, dict) and before is not None:
                note.operation[name] = before | value
            else:
                note.operation[name] = value
        note.problems = self.problems | set(problems)
        return note


def note_of(view: Callable[..., Any]) -> OperationNote:
    """Give what was said of an operation."""
    found: OperationNote = getattr(view, _NOTE, OperationNote())
    return found


def document(
    view: Callable[..., Any], operation: Mapping[str, Any], problems: Iterable[int] = ()
) -> None:
    """Add to the OpenAPI entry of *view*: lists are joined, objects merged."""
    setattr(view, _NOTE, note_of(view).with_(operation, problems))


def documented(**operation: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Add members to the OpenAPI entry of an operation, as ``description`` or ``parameters``."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        document(view, operation)
        return view

    return decorate


def instance(schema: type[AnySchema] | AnySchema) -> AnySchema:
    """Give a schema as an instance."""
    return schema() if isinstance(schema, type) else schema


def arguments(
    schema: type[AnySchema] | AnySchema, location: Place = "json"
) -> Callable[[Callable[Concatenate[dict[str, Any], P], R]], Callable[P, R]]:
    """Judge what is sent; the operation gets it as its first argument.

    :param location: ``json`` for the body, ``query`` for the parameters of the address.
    """
    judging = instance(schema)
    in_body = location == "json"
    if isinstance(judging, Schema) and not in_body:
        judging.from_text = True

    def decorate(view: Callable[Concatenate[dict[str, Any], P], R]) -> Callable[P, R]:
        @functools.wraps(view)
        def judged(*args: P.args, **kwargs: P.kwargs) -> R:
            sent = json_body() if in_body else _query_of(judging)
            return view(judge(judging, sent), *args, **kwargs)

        if in_body:
            document(judged, body_of(judging), problems=(400, 413, 415, 422))
        else:
            parameters = [{"in": "query", "schema": judging}]
            document(judged, {"parameters": parameters}, problems=(422,))
        return judged

    return decorate


def body_of(schema: Any) -> dict[str, Any]:
    """Give the entry of an operation whose body *schema* describes."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def json_body() -> Any:
    """Give the request's JSON; numbers with a fraction come as exact decimals.

    :raises UnsupportedMediaType: where it says to be something else.
    :raises BadRequest: where it is not well-formed.
    """
    if not request.is_json:
        raise UnsupportedMediaType(str(_("Send JSON, as application/json.")))
    body = request.get_data()
    try:
        plain = orjson.loads(body)  # refuses NaN and halves of characters, which json lets pass
        return json.loads(body, parse_float=Decimal) if _FRACTION.search(body) else plain
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadRequest(str(_("The body is not well-formed JSON."))) from error


def file_body(
    media_type: str,
) -> Callable[[Callable[Concatenate[IO[bytes], P], R]], Callable[P, R]]:
    """Take a file as the body of a request; the operation gets its bytes as its first argument.

    What is said of it comes in the address, by ``arguments(…, "query")``. A body that says to be of
    another type is refused; one that says nothing is taken for what it should be.
    """

    def decorate(view: Callable[Concatenate[IO[bytes], P], R]) -> Callable[P, R]:
        @functools.wraps(view)
        def taken(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.mimetype not in {media_type, ""}:
                raise UnsupportedMediaType(str(_("Send a file, as %(type)s.", type=media_type)))
            return view(io.BytesIO(request.get_data()), *args, **kwargs)

        binary = {"schema": {"type": "string", "format": "binary"}}
        body = {"requestBody": {"required": True, "content": {media_type: binary}}}
        document(taken, body, problems=(413, 415, 422))
        return taken

    return decorate


class SentFile(NamedTuple):
    """A file out of the body of a request.

    :param name: as whoever sent it called it; nothing was judged of it so far.
    """

    name: str
    content: IO[bytes]


def files_body(
    most: int,
) -> Callable[[Callable[Concatenate[list[SentFile], P], R]], Callable[P, R]]:
    """Take several files as the parts ``file`` of a form; the operation gets them first.

    What is said of them comes in the address, as for :func:`file_body`: the form has nothing else.

    :param most: so many files at once.
    """

    def decorate(view: Callable[Concatenate[list[SentFile], P], R]) -> Callable[P, R]:
        @functools.wraps(view)
        def taken(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(_sent_files(most), *args, **kwargs)

        binary = {"type": "string", "format": "binary"}
        files = {"type": "array", "items": binary, "minItems": 1, "maxItems": most}
        form = {
            "type": "object",
            "properties": {_PART: files},
            "required": [_PART],
            "additionalProperties": False,
        }
        body = {"requestBody": {"required": True, "content": {FORM: {"schema": form}}}}
        document(taken, body, problems=(413, 415, 422))
        return taken

    return decorate


def _sent_files(most: int) -> list[SentFile]:
    """Give the files of the form that was sent.

    :raises UnsupportedMediaType: where nothing says that it is one.
    :raises InvalidError: for other parts, and for none or too many files.
    """
    if request.mimetype != FORM:
        raise UnsupportedMediaType(str(_("Send files, as %(type)s.", type=FORM)))
    others = {*request.form, *request.files} - {_PART}
    others |= {_PART} if _PART in request.form else set()
    wrong: dict[str, Text] = {name: _("There is no such field.") for name in others}
    given = request.files.getlist(_PART)
    if not 1 <= len(given) <= most:
        wrong[_PART] = _("Send from 1 to %(most)s files, each with its name.", most=most)
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)
    return [SentFile(one.filename or "", one.stream) for one in given]


def _query_of(schema: AnySchema) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, values in request.args.lists():
        if isinstance(schema.fields.get(name), fields.List):
            sent[name] = values
        elif len(values) == 1:
            sent[name] = values[0]
        else:
            raise InvalidError(_("Some parameters are not right."), {name: _("Give this once.")})
    return sent


def response(
    schema: type[AnySchema] | AnySchema | None, status: int = 200, description: str = ""
) -> Callable[[Callable[P, Any]], Callable[P, Response]]:
    """Say what an operation gives: an object that *schema* writes, or nothing for None.

    What is a ``Response`` already, as ``json_response`` makes it, passes as it is.
    """
    written = None if schema is None else instance(schema)
    said = {"description": description or HTTPStatus(status).phrase}
    content = {} if written is None else {"content": {JSON: {"schema": written}}}

    def decorate(view: Callable[P, Any]) -> Callable[P, Response]:
        @functools.wraps(view)
        def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
            found = view(*args, **kwargs)
            if isinstance(found, Response):
                return found
            if written is None:
                return _empty(status)
            return json_response(written.dump(found), status)

        document(answered, {"responses": {str(status): said | content}})
        return answered

    return decorate


def file_response(
    media_type: str,
    description: str = "",
    *,
    others: Iterable[str] = (),
    problems: Iterable[int] = (),
) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Say that an operation gives a file, as ``toolkit.handed_out`` makes it.

    :param others: what the file may be beside the usual.
    :param problems: what else may go wrong, as 409 for what cannot be made now.
    """
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = dict.fromkeys((media_type, *others), binary)
    said = {"description": description or HTTPStatus.OK.phrase, "content": content}

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        document(view, {"responses": {"200": said}}, problems)
        return view

    return decorate


def _empty(status: int) -> Response:
    """Give an answer without a body, which has no type either."""
    empty = Response(status=status)
    del empty.headers["Content-Type"]
    return empty


def may_leave_sight(view: Callable[P, Response]) -> Callable[P, Response]:
    """Say that an operation may take its record out of the sight of whoever asks, with 204.

    Whoever hands their record over, or leaves its participants, has done so; that they cannot read
    it any more is no error. See :func:`changed_response`.
    """
    description = "Done, and no longer within reach of whoever asked"
    document(view, {"responses": {"204": {"description": description}}})
    return view


def changed_response(
    answer: Callable[[], Response], unseen: Mapping[str, Any] | None = None
) -> Response:
    """Give a record that was made or changed just now, as far as its person sees it.

    :param answer: reads it; raises :class:`MissingError` where it is out of reach.
    :param unseen: what whoever made it gets then, with 201: its id, and what they said themselves.
    """
    alone = _empty(204) if unseen is None else json_response(unseen, 201)
    return seen_or(answer, alone)


def seen_or(read: Callable[[], T], unseen: T) -> T:
    """Give what *read* gives, or *unseen* where that is out of the reach of whoever asks."""
    try:
        return read()
    except MissingError:
        return unseen


def page_response(
    schema: type[AnySchema] | AnySchema,
) -> Callable[[Callable[P, Any]], Callable[P, Response]]:
    """Say that an operation gives pages of what *schema* describes (see ``page_answer``)."""
    return response(page_schema(copy(instance(schema))))
