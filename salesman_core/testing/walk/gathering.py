"""Finding out what there is to visit: addresses from the rules and from the pages themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from salesman_core.access.person import load_person
from salesman_core.access.records import known_type, reaches
from salesman_core.db import reading
from salesman_core.testing.walk.acts import acts_on
from salesman_core.testing.walk.bodies import Bodies
from salesman_core.testing.walk.canaries import COMMON, Planted
from salesman_core.testing.walk.pages import Offer, asked_of, own_addresses, path_of
from salesman_core.testing.walk.planting import RecordSet, about_any
from salesman_core.testing.walk.routes import KIND, Route, Routes
from salesman_core.testing.walk.visiting import Answer, Visit

_HTML: Final = "text/html"
_PHONES: Final = "9120000"
"""What all planted telephone numbers hold, and no answer that repeats it gives away."""
_OWN_PHONE: Final = "+79120000000"
_OWN_LINK: Final = "https://example.com"
_PROBES: Final = (COMMON, _PHONES)
_MOST, _EVERY = 4, 10_000
"""So many addresses of one route for one set are tried, of those that name the same by words: each
widget and each field counts for itself."""
_VARIANTS: Final = 3
"""So many ways to ask one address for something else are tried."""


class Gathered:
    """What there is to visit, by the set of records that it is about.

    :param usual: what fields may refer to that is nobody's own, as ``stage_id``.
    :param full: whether every address of a route is tried, or only some.
    :param fields: fields of forms that no page has, by endpoint.
    """

    def __init__(
        self,
        routes: Routes,
        known: Mapping[tuple[str, int], Planted],
        usual: Mapping[str, int],
        fields: Mapping[str, Mapping[str, Any]],
        *,
        full: bool,
    ) -> None:
        self.routes, self._known, self._usual, self._fields = routes, known, usual, fields
        self._bodies: Bodies | None = None
        self._addresses: dict[str, dict[str, None]] = defaultdict(dict)
        self._variants: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
        self._counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        self._most = _EVERY if full else _MOST
        self._short: set[str] = set()
        self._contents: dict[str, bytes] = {}
        self._forms: dict[tuple[str, str], Visit] = {}
        self._by_endpoint: dict[tuple[str, str], Visit] = {}

    def describe(self, document: Mapping[str, Any]) -> None:
        """Take the OpenAPI document, from which bodies are made."""
        self._bodies = Bodies(document)

    # -- reading

    def begin(self, planted: RecordSet) -> None:
        """Note the addresses that the rules give for a set of records."""
        for route in self.routes.routes:
            if route.method == "GET":
                for address in self.routes.addresses(route, planted):
                    self._note(address)
                    if not route.rule.arguments:
                        for probe in _PROBES:
                            self._note(f"{address}?q={probe}")

    def take_in(self, address: str, answer: Answer) -> None:
        """Note what a page leads to, and the forms in it."""
        self._contents.setdefault(address, answer.lasting)
        if not answer.success or answer.media_type != _HTML:
            return
        offer = Offer(address, answer.content.decode("utf-8", "replace"))
        for found in own_addresses(offer.links):
            if self.routes.matched("GET", found) is not None:
                self._note(found)
        for visit in offer.visits:
            self._note_form(visit)

    def drop_idle_probes(self) -> None:
        """Forget those searches that change nothing: there is nothing to search in."""
        for address, content in self._contents.items():
            bare, mark, _probe = address.partition("?q=")
            if mark and self._contents.get(bare) == content:
                self._addresses[""].pop(address, None)
        self._contents.clear()

    def matters(self, address: str) -> bool:
        """Tell whether an address shows each person something else: a page as it opens, a search.

        What a filter or another order shows is a part of that.
        """
        _bare, _mark, asked = address.partition("?")
        return not asked or asked.startswith("q=")

    def _note(self, address: str) -> None:
        matched = self.routes.matched("GET", address)
        if matched is None:
            return
        path, asked = path_of(address), asked_of(address)
        ways, set_ = self._variants[matched[0].endpoint, path], self._set_of(*matched)
        key = (matched[0].endpoint, set_, _words(matched[1]))
        if asked in ways or len(ways) > _VARIANTS or self._counts[key] >= self._most:
            return
        ways.add(asked)
        self._counts[key] += 1
        self._addresses[set_][address] = None

    def _set_of(self, route: Route, arguments: Mapping[str, object]) -> str:
        subjects = self.routes.subjects(route.rule, arguments, self._known)
        return subjects[0].set if subjects else ""

    def _note_form(self, visit: Visit) -> None:
        matched = self.routes.matched(visit.method, visit.address)
        if matched is None:
            return
        form = {name: _nobodys(name, value) for name, value in visit.form.items()}
        kept = replace(visit, form=form)
        _keep_fuller(self._forms, (visit.method, path_of(visit.address)), kept)
        _keep_fuller(self._by_endpoint, (matched[0].endpoint, visit.method), kept)

    def of(self, sets: Iterable[str]) -> list[str]:
        """Give the addresses that are about these sets; an empty name for those about none."""
        return [address for name in sets for address in self._addresses[name]]

    def is_about_records(self, visit: Visit) -> bool:
        """Tell whether a visit names a record of any set, or acts on many of one."""
        matched = self.routes.matched(visit.method, visit.address)
        if matched is None:
            return False
        acts = self.routes.kind_of_acts(matched[0].rule) is not None
        return acts or bool(self._set_of(*matched))

    def is_of_words(self, address: str) -> bool:
        """Tell whether an address names something by a word, as one field of many."""
        matched = self.routes.matched("GET", address)
        return matched is not None and bool(_words(matched[1]))

    # -- changing

    def changes(self, route: Route, planted: RecordSet) -> Iterator[Visit]:
        """Give a route's visits for the records of a set, with plausible content."""
        kind = self.routes.kind_of_acts(route.rule)
        for address in self._targets(route, planted):
            if kind is None:
                yield self._change(route, address, planted)
            else:
                for body in acts_on(kind, planted):
                    yield Visit(route.method, address, json=body)

    def _change(self, route: Route, address: str, planted: RecordSet) -> Visit:
        if address.startswith("/api/v1/"):
            return Visit(route.method, address, json=self.body(route, self.ids_of(planted)))
        form = self._forms.get((route.method, path_of(address)))
        form = form or self._by_endpoint.get((route.endpoint, route.method))
        fields = {**(form.form if form else {}), **self._fields.get(route.endpoint, {})}
        return Visit(route.method, address, fields, page=form.page if form else "")

    def change_at(self, route: Route, arguments: Mapping[str, object], planted: RecordSet) -> Visit:
        """Give a route's visit for the arguments of another one's."""
        address = self.routes.built(route.rule, arguments)
        return self._change(route, address, planted)

    def _targets(self, route: Route, planted: RecordSet) -> list[str]:
        """Give addresses built from the rule, and those of forms where it cannot be built."""
        built = list(self.routes.addresses(route, planted))
        if built:
            return built
        sent = [path for method, path in self._forms if method == route.method]
        found = [path for path in sent if self._belongs(path, route, planted)]
        return found[:_VARIANTS]

    def _belongs(self, path: str, route: Route, planted: RecordSet) -> bool:
        """Tell whether an address is one of a route, and about no other set of records."""
        matched = self.routes.matched(route.method, path)
        if matched is None or matched[0] != route:
            return False
        return self._set_of(*matched) in {"", planted.owned.name}

    def shorten(self, route: Route) -> None:
        """Let bodies of an operation hold only what is required: its fields may exclude another."""
        self._short.add(str(route))

    def body(self, route: Route, ids: Mapping[str, Any]) -> Any:
        """Give a plausible body of an operation."""
        assert self._bodies is not None, "the document was not read"
        path = _documented(route.rule.rule)
        return self._bodies.body(route.method, path, ids, needed=str(route) in self._short)

    def ids_of(self, planted: RecordSet) -> dict[str, Any]:
        """Give what a body may refer to, by the names of fields: records of one set."""
        named = {f"{one.kind.rpartition('.')[2]}_id": one.id for one in reversed(planted.records)}
        owner = planted.owned.owner_id
        person = load_person(reading(), owner)
        seen = [
            one
            for one in planted.records
            if known_type(one.kind) and reaches(one.kind, one.id, person=person)
        ]
        named |= about_any(seen)
        return {**self._usual, **named, "owner_id": owner, "user_id": owner}


def _words(arguments: Mapping[str, object]) -> tuple[str, ...]:
    """Give what is named by a word, but for the kind of record that an id belongs to."""
    named = (one for name, one in arguments.items() if name != KIND)
    return tuple(one for one in named if isinstance(one, str))


def _nobodys(name: str, value: Any) -> Any:
    """Give a field's value without what was planted: others send this form too."""
    if isinstance(value, str) and COMMON in value:
        return _OWN_LINK if value.startswith("https://") else f"Walk {len(name)}"
    return _OWN_PHONE if isinstance(value, str) and _PHONES in value else value


def _keep_fuller(forms: dict[tuple[str, str], Visit], key: tuple[str, str], form: Visit) -> None:
    """Keep the form with the most fields: one button may send more than another."""
    known = forms.get(key)
    if known is None or len(known.form) < len(form.form):
        forms[key] = form


def _documented(rule: str) -> str:
    """Give a rule as the OpenAPI document writes it."""
    parts = []
    for part in rule.split("/"):
        inner = part.strip("<>").rpartition(":")[2]
        parts.append(f"{{{inner}}}" if part.startswith("<") else part)
    return "/".join(parts)
