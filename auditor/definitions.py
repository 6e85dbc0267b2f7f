"""What was in force: partners, the clocks of each protocol, calendar and roles of each chain, as far as the bundle holds them.

A protocol is used only when what the auditor reads in its file has the digest under which `schakel.definitions` holds it in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from auditor import plainyaml
from auditor.formats import Bundle
from auditor.report import Report, canonical
from auditor.terms import Calendar


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
    of_step: str | None
    when: Mapping[str, Any]


@dataclass(frozen=True)
class Chain:
    calendar: Calendar
    roles: Mapping[str, frozenset[str]]
    """Of each partner."""


class Definitions:
    """The partners by id, chains by name, clock rules by (protocol `name@version`, clock)."""

    def __init__(self, bundle: Bundle, report: Report) -> None:
        said = {str(line["key"]): line.get("value") or {} for line in bundle.lines("definitions.jsonl")}
        self.partners = {
            key.removeprefix("partner/"): value for key, value in said.items() if key.startswith("partner/")
        }
        self.chains: dict[str, Chain] = {}
        self.rules: dict[str, dict[str, Rule]] = {}
        for name in sorted(bundle.files.names):
            folder, _, rest = name.partition("/")
            if folder not in ("protocols", "chains") or not name.endswith((".yaml", ".yml")):
                continue
            try:
                data = plainyaml.read(bundle.text(name) or "")
                if folder == "chains" and "/" not in rest and isinstance(data, dict) and "chain" in data:
                    self.chains[data["chain"]] = _chain(data)
                elif folder == "protocols" and rest.count("/") == 1:
                    self._protocol(data, said, name, report)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                report.noted("clocks", "not_held", name, f"the auditor cannot read this file ({type(error).__name__})")

    def _protocol(self, data: dict[str, Any], said: Mapping[str, Any], name: str, report: Report) -> None:
        ref = f"{data['protocol']}@{data['version']}"
        in_force = said.get(f"protocol/{ref}", {}).get("content")
        if in_force != sha256(canonical(data)).hexdigest():
            why = "is not the one in force" if in_force else "is not among the definitions in force"
            report.noted("clocks", "not_in_force", name, f"what this file says {why}: nothing is judged by it")
            return
        rules = {rule["id"]: rule for rule in data.get("clocks") or ()}
        for variant in data.get("variants") or ():
            rules |= {rule["id"]: rule for rule in variant.get("clocks") or ()}
            for tighter in variant.get("tighter") or ():
                stricter = {**rules[tighter["clock"]], "limit": tighter["limit"], "promise": tighter["promise"]}
                rules[f"{tighter['clock']}-{variant['variant']}"] = stricter
        if aftercare := data.get("aftercare"):
            rules[aftercare["id"]] = _aftercare(aftercare)
        self.rules[ref] = {clock: _rule(clock, rule) for clock, rule in rules.items()}


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
        said.get("of_step"),
        said.get("when") or {},
    )


def _chain(data: Mapping[str, Any]) -> Chain:
    roles: dict[str, frozenset[str]] = {}
    for member in data.get("members") or ():
        roles[member["partner"]] = roles.get(member["partner"], frozenset()) | frozenset(member["roles"])
    return Chain(Calendar(data["calendar"], data["time_zone"]), roles)
