"""The exceptions of the domain. Services raise them; ``web`` and ``rest`` map each kind once.

Every message is for the person who tried: it names the thing, the value and the way out, and is
translated when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from salesman_hookspecs import Text


class SalesmanError(Exception):
    """The base of them all.

    :param message: what is wrong, for a person.
    :param fields: what is wrong with single fields, by their names in the JSON API.
    """

    status = 500

    def __init__(self, message: Text, fields: Mapping[str, Text] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        """Give the message in the language of whoever reads."""
        return str(self.message)


class InvalidError(SalesmanError, ValueError):
    """What was given breaks a rule of the record."""

    status = 422


class VetoedError(SalesmanError):
    """A plugin refused the change.

    :param plugin: its id.
    """

    status = 422

    def __init__(self, message: Text, plugin: str, field: str | None = None) -> None:
        super().__init__(message, {field: message} if field else None)
        self.plugin = plugin


class PluginFailedError(SalesmanError):
    """A plugin that judges the change failed, so the change was not made.

    :param plugin: its id.
    :param reference: by which an administrator finds the cause.
    """

    status = 409

    def __init__(self, message: Text, plugin: str, reference: str) -> None:
        super().__init__(message)
        self.plugin, self.reference = plugin, reference


class MissingError(SalesmanError, LookupError):
    """There is no such record, or the person may not know of it."""

    status = 404


class ForbiddenError(SalesmanError, PermissionError):
    """The person lacks the permission.

    :param permission: its name, for whoever asks an administrator for it.
    :param record: kind and id of what they see, but may not do this with.
    :param fields: the fields that they may not give such values.
    """

    status = 403

    def __init__(
        self,
        message: Text,
        permission: str,
        *,
        record: tuple[str, int] | None = None,
        fields: Mapping[str, Text] | None = None,
    ) -> None:
        super().__init__(message, fields)
        self.permission, self.record = permission, record


class UnauthenticatedError(SalesmanError):
    """Nobody is signed in, or the token does not hold."""

    status = 401


class ConflictError(SalesmanError):
    """The record's state does not allow it, as closing what is closed."""

    status = 409


class StaleError(SalesmanError):
    """Somebody else changed the record since it was read."""

    status = 412


class UnseenError(SalesmanError):
    """A program does not say which version of the record it changes has been seen."""

    status = 428


class ConfigurationError(SalesmanError, ValueError):
    """A setting is unknown or has a value that it cannot have."""


class PluginError(SalesmanError):
    """A plugin broke a rule of the host while it was loaded or called."""
