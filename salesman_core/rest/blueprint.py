"""The blueprint of a JSON API: address, name and documentation follow from its owner."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from salesman_core.access.routes import PUBLIC, access_of
from salesman_core.errors import PluginError
from salesman_core.i18n import CORE
from salesman_core.rest.idempotency import idempotent
from salesman_core.rest.operations import note_of
from salesman_core.rest.smorest import DocumentedBlueprint, note_operation
from salesman_hookspecs import RESERVED_IDS, Text

API: Final = "/api/v1"
_SUFFIX: Final = "-api"


class ApiBlueprint(DocumentedBlueprint):
    """The operations of one owner.

    A plugin has one, at ``/api/v1/<id>``; the core has one for each collection, as
    ``/api/v1/clients``. Each operation states its access by ``@requires``, what it takes by
    ``@arguments`` and what it gives by ``@response``; its name is its operation id for good.

    :param owner_id: the plugin's id, or ``core``.
    :param import_name: the module's ``__name__``.
    :param collection: the last part of the address, for the core alone.
    :param title: what the documentation calls the group of operations, in English.
    :param description: a sentence or more about it, in English.
    """

    def __init__(
        self,
        owner_id: str,
        import_name: str,
        *,
        collection: str | None = None,
        title: Text = "",
        description: str = "",
    ) -> None:
        self.owner = owner_id
        self.collection = _checked_collection(owner_id, collection)
        self.title = str(title) or self.collection.capitalize()
        self.about = description
        super().__init__(
            f"{self.collection}{_SUFFIX}", import_name, url_prefix=f"{API}/{self.collection}"
        )

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,  # noqa: FBT001  # Flask's signature
        **options: Any,
    ) -> None:
        """Register an operation; one that changes something by POST can be repeated safely."""
        methods = options.get("methods") or ["GET"]
        if len(methods) != 1 or view_func is None:
            message = f"{self.name}: an operation has one function and one method, at {rule!r}"
            raise PluginError(message)
        operation = idempotent(view_func) if methods == ["POST"] else _own(view_func)
        note_operation(operation, self._described(operation, methods[0], rule))
        options["tags"] = [self.title]
        super().add_url_rule(rule, endpoint, operation, provide_automatic_options, **options)

    def _described(self, view: Callable[..., Any], method: str, rule: str) -> dict[str, Any]:
        """Give the OpenAPI entry of an operation, with every problem that it may answer."""
        note, access = note_of(view), access_of(view)
        statuses = note.problems | _problems(access, method, rule)
        responses = {
            str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses
        }
        described = dict(note.operation)
        described["operationId"] = f"{self.collection}.{view.__name__}"
        described["responses"] = described.get("responses", {}) | responses
        if access == PUBLIC:
            described["security"] = []
        return described


def _own(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of its own for a rule, so that no other rule's notes hang on it."""

    @functools.wraps(view)
    def call(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return call


def _problems(access: str | None, method: str, rule: str) -> set[int]:
    """Give what may go wrong; a change may also refer to what its person cannot see."""
    statuses = set() if access == PUBLIC else {401, 403}
    if "<" in rule:
        statuses.add(404)
    if method != "GET":
        statuses |= {404, 409, 422}
    return statuses


def _checked_collection(owner_id: str, collection: str | None) -> str:
    if owner_id != CORE:
        if collection is not None:
            message = f"the API of plugin {owner_id} stands at /{owner_id}, not at /{collection}"
            raise PluginError(message)
        return owner_id
    if collection is None:
        message = "an API of the core names its collection"
        raise PluginError(message)
    if collection.isalnum() and collection not in RESERVED_IDS:
        message = f"a plugin could be called {collection!r}: add it to the reserved ids first"
        raise PluginError(message)
    return collection
