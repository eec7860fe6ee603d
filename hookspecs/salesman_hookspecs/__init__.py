"""The contract between SalesMan and its plugins: hook specifications and the values they carry.

A plugin imports from here and from ``salesman_core.toolkit``, and from nothing else of the core.
"""

from salesman_hookspecs._markers import (
    API_VERSION,
    PROJECT_NAME,
    HookRules,
    Phase,
    Policy,
    hookimpl,
    hookspec,
    rules_of,
)
from salesman_hookspecs.access import Permission, Person, PresetGrant, Scope
from salesman_hookspecs.data import (
    AmountSource,
    Change,
    Closing,
    ImportBatch,
    ImportField,
    ImportOutcome,
    ImportPart,
    ImportType,
    Reassigned,
    RecordBin,
    RecordType,
    SearchHit,
    SearchSource,
    StageMove,
    TimelineEntry,
    TimelineQuery,
    TimelineSource,
    Veto,
)
from salesman_hookspecs.demo import Demo
from salesman_hookspecs.doubles import DuplicateKey, RecordsMerged
from salesman_hookspecs.extensions import ExtensionField, RecordExtension
from salesman_hookspecs.insight import Evidence, HealthCheck
from salesman_hookspecs.lists import AddedFilter, BulkAction, BulkField
from salesman_hookspecs.manifest import RESERVED_IDS, ManifestError, Plugin
from salesman_hookspecs.web import (
    BoardBadge,
    DeskWidget,
    NavItem,
    QuickCreate,
    Slot,
    SlotFill,
    Text,
)
from salesman_hookspecs.work import Event, EventHandler, EventType, Job, Schedule

__all__ = [
    "API_VERSION",
    "PROJECT_NAME",
    "RESERVED_IDS",
    "AddedFilter",
    "AmountSource",
    "BoardBadge",
    "BulkAction",
    "BulkField",
    "Change",
    "Closing",
    "Demo",
    "DeskWidget",
    "DuplicateKey",
    "Event",
    "EventHandler",
    "EventType",
    "Evidence",
    "ExtensionField",
    "HealthCheck",
    "HookRules",
    "ImportBatch",
    "ImportField",
    "ImportOutcome",
    "ImportPart",
    "ImportType",
    "Job",
    "ManifestError",
    "NavItem",
    "Permission",
    "Person",
    "Phase",
    "Plugin",
    "Policy",
    "PresetGrant",
    "QuickCreate",
    "Reassigned",
    "RecordBin",
    "RecordExtension",
    "RecordType",
    "RecordsMerged",
    "Schedule",
    "Scope",
    "SearchHit",
    "SearchSource",
    "Slot",
    "SlotFill",
    "StageMove",
    "Text",
    "TimelineEntry",
    "TimelineQuery",
    "TimelineSource",
    "Veto",
    "hookimpl",
    "hookspec",
    "rules_of",
]
