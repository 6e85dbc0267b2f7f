"""What the tests of protocols and chains share: a small valid protocol, two reports as facts, and random ones."""

from pathlib import Path

from hypothesis import strategies as st

from backbone.protocols import FACTS
from backbone.protocols.facts import ABSENT, Fact, Kind

ROOT = Path(__file__).parents[2]

# Tests break it one line at a time.
PROTOCOL = """\
protocol: proef
version: "1.0"
title: Proefprotocol
status: held
sources: {"0": een document}
checks:
  - id: danger
    check: danger_now
    question: Ben je nu in gevaar?
    asked_by: [police]
    consequences: {"yes": Bel 112., "no": Verder., "unknown": Vraag door.}
    source: "[0] «Bij nood bel je altijd 112»"
explain:
  - {id: uitleg, topic: report_vs_complaint, before: hulp, source: "[0]"}
steps:
  - id: hulp
    when: {identity: [by_name], not: {record_kind: [lead]}}
    refer: {to: victim_support, purpose: referral, needs: [contact_details], if_refused: hold}
    source: "[0] «hulp»"
informs:
  - {id: bestuur, when: {acute: true}, inform: [mayor], source: "[0]"}
clocks:
  - id: contact
    starts: report.received
    stops: {on: made, with: [reporter], by: any}
    limit: "48h"
    promise: promised
    reminders: ["24h"]
    responsible: coordinator
    on_breach: [coordinator]
    source: "[0] «binnen 48 uur»"
"""

POLICE_REPORT = {
    "record_kind": "report",
    "identity": "by_name",
    "reporter": "victim",
    "target": "person",
    "channel": "desk",
    "door": frozenset({"police", "police_control_room", "roze_in_blauw"}),
    "acute": False,
    "high_profile": False,
    "natures": frozenset({"assault"}),
    "grounds": frozenset({"sexual_orientation"}),
    "place_type": "street",
    "district": "oost",
    "municipality": "amsterdam",
    "residence_elsewhere": "no",
    "label": "none",
    "history": False,
    "severity": frozenset(),
}
MUNICIPAL = frozenset({"municipality", "municipal_desk", "protocol_officer", "coordinator", "mayor", "alderman"})
KSC_REPORT = {**POLICE_REPORT, "door": MUNICIPAL, "municipality": "groningen", "suspicion": "yes"}


# --- random conditions and cases ---


def words_of(fact: Fact) -> list[str | bool]:
    if fact.kind is Kind.FLAG:
        return [True, False]
    if fact.kind is Kind.DATE:
        return ["2025-10-01..", "..2025-06-30", "2026-01-01..2026-12-31"]
    return sorted(fact.words) if fact.words else ["oost", "nieuw-west"]


DAYS = ("2025-06-30", "2025-07-01", "2025-10-01", "2026-06-15")


def values_of(fact: Fact) -> st.SearchStrategy[object]:
    if fact.kind is Kind.DATE:
        return st.none() | st.sampled_from(DAYS)
    words = st.sampled_from(words_of(fact))
    return st.frozensets(words, max_size=3) if fact.kind is Kind.WORDS else st.none() | words


def lines(names: st.SearchStrategy[list[str]]) -> st.SearchStrategy[dict[str, object]]:
    def of(chosen: list[str]) -> st.SearchStrategy[dict[str, object]]:
        return st.fixed_dictionaries(
            {
                name: st.lists(st.sampled_from([*words_of(FACTS[name]), ABSENT]), min_size=1, max_size=4)
                for name in chosen
            }
        )

    return names.flatmap(of)


some_facts = st.lists(st.sampled_from(sorted(FACTS)), unique=True, max_size=3)
conditions = st.builds(lambda must, none: {**must, "not": none}, lines(some_facts), lines(some_facts))
cases = st.fixed_dictionaries({}, optional={name: values_of(fact) for name, fact in FACTS.items()})
