"""The card of a record of a plugin, as those know it who fill its slots."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordCard:
    """The context of the slots of a plugin's card; its fields are a contract.

    :param kind: the kind of record, as ``leads.lead``.
    :param record_id: the record, which whoever reads sees.
    :param client_id: the client that it belongs to or has become, or None; ``deal_id`` alike.
    """

    kind: str
    record_id: int
    client_id: int | None = None
    deal_id: int | None = None

    @property
    def slot_key(self) -> str:
        """What names the record to a panel that comes after the page."""
        return str(self.record_id)
