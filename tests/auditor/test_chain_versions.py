"""A chain goes on to another version: each case is judged by the one it was opened under, as the definitions keep it.

The two versions differ in their time zone, so that the day on which an action has to be done ends an hour apart.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from auditor.formats import Record
from auditor.report import Report, canonical
from backbone.definitions import chain_entry
from services.followup.processor import FollowupRules
from tests.auditor.material import BREACHED, READ, codes, find, ledger, records, verified, without, wrong
from tests.auditor.writer import Ledger, held, lines
from tests.support import telling, telling_clocks
from tests.support.casebook import World
from tests.support.chain_versions import LATER, NOW, gone_on
from tests.support.telling import GRONINGEN

OLD, NEW = BREACHED, READ
"""The case that was opened before the chain went on, and the one behind it."""
Change = Callable[[dict[str, Any]], dict[str, Any]]


def case(case_id: str, *, later: bool, went_on: bool = False) -> World:
    """An action is not done by its day. later: it is opened under the later version; went_on: follow-up reads that one before the
    action is agreed."""
    world = World(gone_on() if later else None, case_id=case_id)
    called = telling.contact_made(GRONINGEN, "2026-03-03 10:00")
    for one in (telling.report_in_groningen(), called):
        world.tell(one)
        world.settle()
    if went_on:
        world.seats["followup"].rules = FollowupRules(gone_on(), world.protocols)
    agreed = telling_clocks.action_agreed(GRONINGEN, GRONINGEN, "2026-03-10")
    for told in (agreed, telling.passed("2026-03-12 12:00")):
        world.tell(told)
        world.settle()
    return world


@cache
def log() -> tuple[Record, ...]:
    return tuple(records(case(OLD, later=False), case(NEW, later=True)))


def kept(change: Change = lambda said: said) -> dict[str, bytes]:
    """The files of a bundle that was made when the later version was in force. change: of the values of its definitions, by key."""
    said = {one["key"]: one["value"] for one in map(json.loads, held()["definitions.jsonl"].splitlines())}
    said[f"chain/{LATER}"] = dict(chain_entry(gone_on().by_name["groningen"]))
    made = dict(held())
    del made["chains/groningen.yaml"]  # what is judged by stands in the definitions
    return made | {"definitions.jsonl": lines({"key": key, "value": value} for key, value in change(said).items())}


def judged(change: Change = lambda said: said, this: Ledger | None = None) -> Report:
    return verified(replace(this or ledger(log()), definitions=kept(change)))


def with_the_other(ref: str, other: str) -> Change:
    """A file of another version in place of this one, with a digest that fits; and no other version beside it."""

    def change(said: dict[str, Any]) -> dict[str, Any]:
        says = said[f"chain/{other}"]["says"] | {"version": ref.partition("@")[2]}
        entry = {"content": sha256(canonical(says)).hexdigest(), "says": says}
        return {key: one for key, one in said.items() if not key.startswith("chain/groningen")} | {
            f"chain/{ref}": entry
        }

    return change


def test_each_case_is_judged_by_the_version_it_was_opened_under() -> None:
    report = judged()
    assert (report.answer("clocks"), codes(report), codes(report, "cannot tell", "clocks")) == ("sound", set(), set())


@pytest.mark.parametrize(("ref", "other"), [(NOW, LATER), (LATER, NOW)], ids=["the older", "the newer"])
def test_by_the_file_of_the_other_version_it_would_be_wrong(ref: str, other: str) -> None:
    mine = ledger(records(case(OLD, later=ref == LATER)))
    assert judged(this=mine).answer("clocks") == "sound"
    report = judged(with_the_other(ref, other), mine)
    assert codes(report, question="clocks") >= {"due"}


@pytest.mark.parametrize("ref", [NOW, LATER])
def test_a_version_that_was_taken_out_is_named(ref: str) -> None:
    report = judged(lambda said: {key: one for key, one in said.items() if key != f"chain/{ref}"})
    assert (report.answer("clocks"), codes(report)) == ("cannot tell", set())
    assert [one.place for one in report.findings if f"the chain {ref}, under which" in one.says] == [
        f"0/{find(log(), 'case.opened', (NOW, LATER).index(ref)).offset}"
    ]
    other = (NOW, LATER)[ref == NOW]
    assert not any(f"the chain {other}, under which" in one.says for one in report.findings), "that one is judged"


def test_a_kept_version_that_says_something_else_than_its_digest_judges_nothing() -> None:
    def change(said: dict[str, Any]) -> dict[str, Any]:
        entry = said[f"chain/{NOW}"]
        return said | {f"chain/{NOW}": entry | {"says": entry["says"] | {"time_zone": "Europe/Helsinki"}}}

    report = judged(change)
    assert (report.answer("clocks"), codes(report)) == ("cannot tell", set())
    assert any(f"in force as the chain {NOW}" in one.says for one in report.findings)


def test_a_clock_that_began_when_the_chain_had_gone_on_is_not_called_wrong() -> None:
    """Services read the chain's file as it stands; by which version they concluded stands nowhere."""
    mixed = ledger(records(case(OLD, later=False, went_on=True)))
    report = judged(this=mixed)
    assert (codes(report), codes(report, "cannot tell", "clocks")) == (set(), {"chain_version"})
    assert any(NOW in one.says and LATER in one.says for one in report.findings)
    alone = judged(lambda said: {key: one for key, one in said.items() if key != f"chain/{LATER}"}, mixed)
    assert "due" in codes(alone), "by the version of its opening alone it is wrong"


def test_what_no_version_allows_is_wrong() -> None:
    broken = without(log(), lambda name: name == "clock.breached")
    report = judged(this=ledger(broken))
    assert {one.code for one in wrong(report, "clocks")} == {"missing"}
    assert len(wrong(report, "clocks")) == 2, "in both cases"
