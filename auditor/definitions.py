"""What was in force: partners, the clocks of each protocol, calendar and roles of each chain, as far as the bundle holds them.

A protocol or a chain is used only when what the auditor reads of it has the digest (`content`) under which `schakel.definitions` holds
it, in the version that the case names. Of a chain the definitions keep each version that was in use, with what its file said (`says`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from auditor import plainyaml
from auditor.events import Event
from auditor.formats import Bundle
from auditor.report import Report, canonical
from auditor.terms import Calendar

T = TypeVar("T")


@dataclass(frozen=True)
class Rule:
    """One clock of a protocol."""

    id: str
    starts: str
    on: str
    with_: tuple[str, ...]
    by: frozenset[str]
    limit: str | None
    promise: str
    by_when: bool
    some: bool
    """It times only some of what starts it: of one step, or of some kinds."""
    by_preference: bool
    """A rhythm that was agreed with her is its limit, and promised."""
    when: Mapping[str, Any]
    actions: frozenset[str] = frozenset()
    """Of those that stop when something was agreed: only these kinds; empty: any."""


@dataclass(frozen=True)
class Chain:
    calendar: Calendar
    roles: Mapping[str, frozenset[str]]
    """Of each partner."""


class NotInForce(ValueError):
    """A file says something else than what was in force."""


class Definitions:
    """The partners by id; chains by name and clock rules by protocol, each read when it is asked for."""

    def __init__(self, bundle: Bundle, report: Report) -> None:
        said = {str(line["key"]): line.get("value") for line in bundle.lines("definitions.jsonl")}
        self._said = {key: value if isinstance(value, dict) else {} for key, value in said.items()}
        self.partners = {key[8:]: value for key, value in self._said.items() if key.startswith("partner/")}
        self._bundle, self._report = bundle, report
        self._chains: dict[str, Chain | None] = {}
        self._rules: dict[str, dict[str, Rule] | None] = {}

    def chain(self, ref: str) -> Chain | None:
        """A chain `name@version`. None: it is not in the bundle as it was in force in that version."""
        if ref not in self._chains:
            # Earlier backbones did not keep it: then there is the file
            said = self._said.get(f"chain/{ref}", {}).get("says")
            name = f"chain/{ref}" if said else f"chains/{ref.partition('@')[0]}.yaml"
            self._chains[ref] = self._read(name, lambda data: self._chain(data, ref), said)
        return self._chains[ref]

    def others(self, ref: str) -> dict[str, Chain]:
        """The other versions of a chain that were in use, as far as the bundle holds them."""
        name = ref.partition("@")[0]
        refs = sorted(key[6:] for key in self._said if key.startswith(f"chain/{name}@") and key != f"chain/{ref}")
        return {one: chain for one in refs if (chain := self.chain(one))}

    def rules(self, ref: str) -> dict[str, Rule] | None:
        """The clocks of a protocol `name@version` by their ids. None: its file is not in the bundle as it is in force."""
        if ref not in self._rules:
            self._rules[ref] = self._read(
                f"protocols/{ref.replace('@', '/')}.yaml", lambda data: self._protocol(data, ref)
            )
        return self._rules[ref]

    def _read(self, name: str, make: Callable[[dict[str, Any]], T], said: Any = None) -> T | None:
        """said: what it says, where that is not in the file of this name."""
        text = None if said else self._bundle.text(name)
        try:
            return make(said or plainyaml.read(text or "")) if said or text else None
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            says = (
                f"nothing is judged by it: {error if isinstance(error, NotInForce) else 'the auditor cannot read it'}"
            )
            self._report.cannot_tell("clocks", "not_held", name, says)
            return None

    def _in_force(self, kind: str, data: dict[str, Any], ref: str) -> None:
        """Raises NotInForce when a file is of another version, or says something else, than what was in force."""
        if ref != (found := f"{data[kind]}@{data['version']}"):
            raise NotInForce(f"it is the {kind} {found}; expected {ref}, which a case names")
        if self._said.get(f"{kind}/{ref}", {}).get("content") != sha256(canonical(data)).hexdigest():
            raise NotInForce(f"what it says is not what the definitions hold in force as the {kind} {ref}")

    def _chain(self, data: dict[str, Any], ref: str) -> Chain:
        self._in_force("chain", data, ref)
        roles: dict[str, frozenset[str]] = {}
        for member in data.get("members") or ():
            roles[member["partner"]] = roles.get(member["partner"], frozenset()) | frozenset(member["roles"])
        return Chain(Calendar(data["calendar"], data["time_zone"]), roles)

    def _protocol(self, data: dict[str, Any], ref: str) -> dict[str, Rule]:
        self._in_force("protocol", data, ref)
        rules = {rule["id"]: rule for rule in data.get("clocks") or ()}
        for variant in data.get("variants") or ():
            here = {"district": variant["districts"]}
            for tighter in variant.get("tighter") or ():
                base = rules[tighter["clock"]]
                when = base.get("when") or {}
                stricter = {**base, "limit": tighter["limit"], "promise": tighter["promise"], "when": {**when, **here}}
                rules[f"{tighter['clock']}-{variant['variant']}"] = stricter
                rules[tighter["clock"]] = {**base, "when": {**when, "not": {**(when.get("not") or {}), **here}}}
            added = variant.get("clocks") or ()
            rules |= {rule["id"]: {**rule, "when": {**(rule.get("when") or {}), **here}} for rule in added}
        if aftercare := data.get("aftercare"):
            rules[aftercare["id"]] = _aftercare(aftercare)
        return {clock: _rule(clock, rule) for clock, rule in rules.items()}


def applies(when: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
    """Whether a condition of a protocol holds for these facts. None: it asks about others, and those decide."""
    lines = [(name, words, True) for name, words in when.items() if name != "not"]
    lines += [(name, words, False) for name, words in (when.get("not") or {}).items()]
    answers: set[bool | None] = set()
    for name, words, wanted in lines:
        known, allowed = facts.get(name), words if isinstance(words, list) else [words]
        if known is None:
            answers.add(None)
        else:
            found = not known.isdisjoint(allowed) if isinstance(known, frozenset) else known in allowed
            answers.add(found is wanted)
    return False if False in answers else None if None in answers else True


def facts_of(reports: Sequence[Event], door: frozenset[str]) -> dict[str, Any]:
    """What a report and the corrections behind it say of what a condition may ask; the rest is left out. door: who reported, by roles."""
    said: dict[str, Any] = dict(reports[0]["facts"])
    for one in reports[1:]:
        said |= {name: one["facts"][name] for name in one["replaces"] if name in one["facts"]}
    names = ("record_kind", "identity", "reporter", "target", "channel", "acute", "high_profile")
    place = said.get("place") or {}
    facts = {name: said.get(name) for name in names} | {"door": door}
    facts |= {name: place.get(name) for name in ("place_type", "district", "municipality")}
    facts["natures"] = frozenset(said.get("natures") or ()) or None
    facts["grounds"] = frozenset(one["ground"] for one in said.get("grounds") or ()) or None
    return facts


def _aftercare(said: Mapping[str, Any]) -> dict[str, Any]:
    """The clock that keeps it: only a term that somebody promised has a limit."""
    limit = said.get("until") if said["promise"] == "promised" else None
    stops = {"on": "attempted", "with": ["victim"], "by": [said["responsible"]]}
    promise = "promised" if limit else "measured"
    return {"starts": "case.closed", "stops": stops, "limit": limit, "promise": promise, "when": said.get("when")}


def _rule(clock: str, said: Mapping[str, Any]) -> Rule:
    stops = said["stops"]
    by = stops.get("by", "any")
    return Rule(
        clock,
        said["starts"],
        stops["on"],
        tuple(stops.get("with", ())),
        frozenset() if by == "any" else frozenset(by),
        said.get("limit"),
        said["promise"],
        bool(said.get("by_when")),
        bool(said.get("of") or said.get("of_step")),
        bool(said.get("by_preference")),
        said.get("when") or {},
        frozenset(stops.get("actions", ())),
    )
