"""The list of the police held against the ledger: what is counted, and what somebody learns who brings lists of his own making."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest

from backbone.chains.unknown import ChainUnknown, Unknown
from backbone.overviews import held as module
from backbone.overviews.digests import sealed
from backbone.overviews.held import (
    BOTH,
    KNOWN,
    NOT_IN_CHAIN,
    OTHERS,
    Fate,
    Held,
    NotHeld,
    Registration,
    enough,
    fates,
    free,
    hold,
    registration,
)
from backbone.overviews.held_paper import figures, missing
from backbone.overviews.incident import UNKNOWN, Incident
from backbone.overviews.issues import Issue, press
from backbone.overviews.page import as_html
from backbone.overviews.periods import Period
from backbone.overviews.sheets import as_csv
from backbone.overviews.shelf import Damaged, Shelf
from backbone.overviews.shown import ALL, REST, Shown
from backbone.overviews.tables import INCIDENTS, K
from schakel.events.report import ReportReceived
from tests.overviews.attacker import Attacker
from tests.overviews.made import AFTER, amsterdam, incidents
from tests.support.casebook import repository

POLICE = "politie-amsterdam"
MARCH, QUARTER = Period.parse("2026-03"), Period.parse("2026-Q1")
SEEDS = ((1, 300), (4, 1000), (7, 120))


def issued(told: list[Incident], period: Period) -> dict[str, Issue]:
    return {issue.period: issue for issue in press(amsterdam(), period, told, {}, AFTER)}


@cache
def world(seed: int = 4, many: int = 1000, period: Period = MARCH) -> tuple[list[Incident], dict[str, Issue]]:
    """The incidents of a quarter, and the issues up to this one. Read only."""
    found = incidents(seed, many, days=90)
    return found, issued(found, period)


def number(of: int) -> str:
    return f"0b0e0000-0000-4000-8000-{of:012d}"


def lines(district: str, numbers: Iterable[int], month: str = "2026-03") -> list[Registration]:
    return [Registration(number(of), of + 2, month, district, here=True, report=True) for of in numbers]


def held(listed: Sequence[Registration], told: Mapping[str, str], found: list[Incident] | None = None) -> Held:
    """Of March. found: the incidents as they stand by now."""
    before, kept = world()
    return hold(amsterdam(), POLICE, MARCH, listed, told, before if found is None else found, kept, AFTER)


def some(found: list[Incident], seed: int, share: float) -> dict[str, str]:
    """Reports of the police: of so many of the incidents, by number."""
    dice = random.Random(seed)
    return {number(of): one.id for of, one in enumerate(found) if dice.random() < share}


def test_each_registration_has_one_fate_and_small_ones_count_too() -> None:
    listed = [
        *lines("oost", [1, 2]),
        *lines("oost", [3], "2026-02"),
        Registration(number(4), 6, "2026-03", "oost", here=False, report=True),
        Registration(number(5), 7, "2026-03", UNKNOWN, here=True, report=False),
    ]
    fate = fates(MARCH, listed, {number(1): "c1", number(3): "c3"})
    expected = (Fate.IN_CHAIN, Fate.NOT_IN_CHAIN, Fate.OUTSIDE, Fate.OUTSIDE, Fate.NO_REPORT)
    assert tuple(fate[number(of)] for of in range(1, 6)) == expected


def test_the_day_and_the_district_are_the_chains() -> None:
    """Half past eleven in the evening, UTC, on the last of February is March in Amsterdam."""
    event = ReportReceived.model_validate(
        {
            "reported_at": datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
            "facts": {"identity": "by_name", "place": {"municipality": "amsterdam", "district": "nergens"}},
        }
    )
    assert registration(amsterdam(), amsterdam(), 2, number(1), event) == Registration(
        number(1), 2, "2026-03", UNKNOWN, here=True, report=True
    )


def test_a_registration_is_of_the_chain_that_intake_would_find() -> None:
    """NOT of each chain that covers nothing of it."""
    chains = repository()[0]
    event = ReportReceived.model_validate({"reported_at": AFTER, "facts": {"identity": "by_name"}})
    for found, here in (
        (amsterdam(), True),
        (chains.get("groningen"), False),
        (ChainUnknown(Unknown.MUNICIPALITY_ELSEWHERE, ("amsterdam",)), False),
        (ChainUnknown(Unknown.NOT_ON_THAT_DAY, ("amsterdam",)), False),
    ):
        assert found is not None
        assert registration(amsterdam(), found, 2, number(1), event).here is here


@pytest.mark.parametrize("period", [MARCH, QUARTER], ids=lambda one: one.name)
def test_both_and_others_are_the_incidents_of_the_issue_and_no_one_else(period: Period) -> None:
    """Also what the police told of an incident that another told first, and what became one incident after the issue."""
    found, kept = world(period=period)
    told = {number(of): one.id for of, one in enumerate(found) if of % 3 == 0}
    first = next(one for one in found if one.reported_on.month == 3 and one.id not in told.values())
    now = [msgspec.structs.replace(one, cases=(one.id, "told later")) if one is first else one for one in found]
    told[number(9999)] = "told later"
    exact = hold(amsterdam(), POLICE, period, lines("oost", range(7000, 7009)), told, now, kept, AFTER).counts[KNOWN.id]
    by_row = kept[period.name].counts[INCIDENTS.id]
    assert {row: sum(words.values()) for row, words in exact.items()} == {
        row: words.get("all", 0) for row, words in by_row.items()
    }
    theirs = [one for one in found if one is first or one.id in told.values()]
    mine = [one for one in theirs if period is QUARTER or one.reported_on.month == 3]
    assert {row: words[BOTH] for row, words in exact.items()} == {
        row: sum(one.district == row for one in mine) for row in exact
    }


def learned(made: Held, kept: Mapping[str, Issue]) -> list[str]:
    """By somebody who has the issues and these figures side by side, and subtracts."""
    issue, period = kept[made.period], made.period
    attacker = Attacker(kept, (INCIDENTS.id,))
    names = [(of, row, word) for of in (KNOWN, NOT_IN_CHAIN) for row in (ALL, REST, *issue.rows) for word in of.words]
    others = [row for row in issue.rows if row not in issue.apart]
    for of in (KNOWN, NOT_IN_CHAIN):
        for row, words in made.shown[of.id].items():
            for word, count in words.items():
                if count is not None:
                    attacker.least[of.id, row, word, period] = attacker.most[of.id, row, word, period] = count
        for word in of.words:
            for total, rows in ((ALL, list(issue.rows)), (REST, others)):
                attacker.sums.append(((of.id, total, word, period), [(of.id, row, word, period) for row in rows]))
    for row in (ALL, REST, *issue.rows):
        both = [(KNOWN.id, row, word, period) for word in KNOWN.words]
        attacker.sums.append(((INCIDENTS.id, row, "all", period), both))
    attacker.subtract()
    found = []
    for of, row, word in names:
        inside = {ALL: issue.rows, REST: others}.get(row, [row])
        count = sum(made.counts[of.id].get(one, {}).get(word, 0) for one in inside)
        name = (of.id, row, word, period)
        if 0 < count < K and (attacker.least[name] > 0 or attacker.most[name] < K):
            found.append(f"{name}: {count}, found {attacker.least[name]} to {attacker.most[name]}")
    return found


def everything(period: Period) -> Iterable[tuple[Held, Mapping[str, Issue]]]:
    for seed, many in SEEDS:
        found, kept = world(seed, many, period)
        for share in (0.02, 0.2, 0.5, 0.9, 0.99):
            told = some(found, seed, share)
            unknown = incidents(seed + 50, int(60 * share) + 5, days=90)
            listed = [
                Registration(number(5000 + of), of, str(one.reported_on)[:7], one.district, here=True, report=True)
                for of, one in enumerate(unknown)
            ]
            listed += lines("oost", range(8000, 8005))
            yield hold(amsterdam(), POLICE, period, listed, told, found, kept, AFTER), kept


@pytest.mark.parametrize("period", [MARCH, QUARTER], ids=lambda one: one.name)
def test_beside_the_issues_nobody_works_out_a_small_number(period: Period) -> None:
    shown = 0
    for made, kept in everything(period):
        assert learned(made, kept) == []
        shown += sum(count is not None for of in made.shown.values() for row in of.values() for count in row.values())
        assert all(
            count is None or count >= K for of in made.shown.values() for row in of.values() for count in row.values()
        )
        assert set(made.shown[KNOWN.id]) <= {ALL, REST, *kept[made.period].apart}, "none that the issue hides"
        assert all(len({count is None for count in row.values()}) == 1 for row in made.shown[KNOWN.id].values())
    assert shown > 50, "or there is nothing to attack"


def test_where_the_issue_does_not_show_how_many_there_were_nothing_is_split() -> None:
    found, kept = world()
    hidden = {**kept["2026-03"].shown[INCIDENTS.id], ALL: {"all": None}}
    issue = msgspec.structs.replace(kept["2026-03"], shown={**kept["2026-03"].shown, INCIDENTS.id: hidden})
    listed, told = lines("oost", range(7000, 7009)), some(found, 1, 0.5)
    made = hold(amsterdam(), POLICE, MARCH, listed, told, found, {**kept, "2026-03": issue}, AFTER)
    assert {count for row in made.shown[KNOWN.id].values() for count in row.values()} == {None}
    assert held(listed, told).shown[KNOWN.id][ALL][BOTH]


@pytest.mark.parametrize("all_but", [False, True], ids=["a few of the police", "a few of others"])
def test_none_and_a_few_look_the_same(all_but: bool) -> None:
    """Else the first report that the police tells in a month, or the first that another does, would show in the figures."""
    march = [one.id for one in world()[0] if one.reported_on.month == 3]
    few = (march[:many] for many in range(K))
    told = ({number(of): one for of, one in enumerate(march) if (one in some) is not all_but} for some in few)
    assert len({str(held(lines("oost", range(7000, 7009)), one).shown[KNOWN.id]) for one in told}) == 1


def test_with_numbers_that_are_only_left_out_somebody_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack is one: without what covers, it finds small numbers."""

    def only_small(counts: Mapping[str, Mapping[str, int]], *_: object, **__: object) -> Shown:
        whole = {word: sum(row[word] for row in counts.values()) for word in KNOWN.words}
        return {
            row: {word: count if count >= K else None for word, count in words.items()}
            for row, words in {ALL: whole, **counts}.items()
        }

    monkeypatch.setattr(module, "table", only_small)
    assert any(learned(made, kept) for made, kept in everything(MARCH))


def pages(made: Held) -> str:
    """All that leaves, but the mark of the file."""
    return as_html(figures(amsterdam(), made)).replace(made.digest, "")


def test_a_list_of_one_is_not_held_whatever_the_ledger_says() -> None:
    """Who wants to know whether one registration is in the chain brings a list of that one, or pads it with rows of other months."""
    target = lines("weesp", [1])
    padded = [*target, *lines("weesp", range(2, 40), "2026-02")]
    away = [Registration(number(of), of, "2026-03", "weesp", here=False, report=True) for of in range(2, 40)]
    for listed in (target, padded, [*target, *away], lines("weesp", range(1, K))):
        with pytest.raises(NotHeld, match="single persons") as refused:
            enough(MARCH, listed)
        texts = set()
        for told in ({}, {number(1): "some case"}):
            with pytest.raises(NotHeld) as here:
                held(listed, told)
            texts.add(str(here.value))
        assert texts == {str(refused.value)}, "it says the same whatever is in the ledger"


def test_what_is_split_does_not_hang_on_the_list() -> None:
    """Two of the three figures follow from the ledger alone: whatever lists are made up, they stay the same."""
    told = some(world()[0], 1, 0.5)
    made_up = (lines("oost", range(of, of + many)) for of in (0, 40, 5000) for many in (K, K + 1, 90))
    assert len({str(held(listed, told).shown[KNOWN.id]) for listed in made_up}) == 1


def test_what_is_said_of_the_list_follows_from_what_the_police_told_itself() -> None:
    """The third figure, and each line for the police: what others told, or said to be one incident, changes nothing in them."""
    listed, told = lines("oost", range(19)), {number(1): "c1"}
    fate = fates(MARCH, listed, told)
    found = world()[0]
    together = [msgspec.structs.replace(found[0], cases=(*found[0].cases, *found[1].cases, "c1")), *found[2:]]
    for now in (found, together, found[::2]):
        made = held(listed, told, now)
        assert made.shown[NOT_IN_CHAIN.id]["oost"] == {"registrations": 18}
        rows = [(line.row, ("Z-1",)) for line in listed if fate[line.event_id] is Fate.NOT_IN_CHAIN]
        alone = missing(amsterdam(), made, ["Zaaknummer"], rows, {}).decode("utf-8-sig")
        assert alone.count("Z-1") == 18
        assert f"Alleen voor {POLICE}" in alone


@pytest.mark.parametrize(
    ("before", "asked", "may"),
    [
        (["2026-03"], "2026-Q1", False),
        (["2026-Q1"], "2026-02", False),
        (["2026-Q1"], "2026", False),
        (["2026-03"], "2026-03", True),
        (["2026-Q1", "2026-04"], "2026-05", True),
    ],
)
def test_months_are_held_once(before: Collection[str], asked: str, may: bool) -> None:
    some_held = held(lines("oost", range(100)), {})
    kept = [msgspec.structs.replace(some_held, period=period) for period in before]
    if may:
        free(POLICE, Period.parse(asked), kept)
    else:
        with pytest.raises(NotHeld, match="subtracted"):
            free(POLICE, Period.parse(asked), kept)
    others = [msgspec.structs.replace(one, partner="politie-elders") for one in kept]
    if before == ["2026-Q1", "2026-04"]:
        free(POLICE, Period.parse(asked), others)
    else:
        with pytest.raises(NotHeld, match=r"the list of politie-elders.*ask for .* --as politie-elders"):
            free(POLICE, Period.parse(asked), others)


def test_what_leaves_has_no_name_and_nothing_exact() -> None:
    listed = lines("oost", range(7000, 7020)) + lines("weesp", range(7020, 7023))
    made = held(listed, some(world()[0], 1, 0.5))
    page = pages(made)
    assert "c0ffee" not in page
    assert "0b0e0000" not in page
    for sentence in ("geen drempel", "één keer naast de keten", "klein deel van wat er gebeurt"):
        assert sentence in page
    assert made.shown[NOT_IN_CHAIN.id]["weesp"]["registrations"] is None
    rows = as_csv(figures(amsterdam(), made, "en")).decode("utf-8-sig")
    assert "known to the police and in the chain" in rows
    assert {"Weesp", "Oost"} <= {line.split(";")[1].strip('"') for line in rows.splitlines() if line.count(";") > 2}


def test_no_registration_is_lost_in_a_district_that_the_issue_did_not_know() -> None:
    found, kept = world()
    older = msgspec.structs.replace(kept["2026-03"], rows=tuple(r for r in kept["2026-03"].rows if r != "weesp"))
    listed = lines("weesp", range(7000, 7006))
    gone = {row: ids for row, ids in older.counted.items() if row != "weesp"}
    older = msgspec.structs.replace(older, counted=gone, apart=tuple(row for row in older.apart if row != "weesp"))
    made = hold(amsterdam(), POLICE, MARCH, listed, {}, found, {**kept, "2026-03": older}, AFTER)
    assert made.shown[NOT_IN_CHAIN.id][ALL]["registrations"] == 6
    assert made.counts[KNOWN.id]["oost"][OTHERS] == len(older.counted["oost"])


def test_it_is_kept_once_and_noticed_when_it_was_changed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "amsterdam")
    made = held(lines("oost", range(20)), {})
    shelf.keep_held(made)
    theirs = sealed(msgspec.structs.replace(made, partner="politie-elders"))
    shelf.keep_held(theirs)
    assert shelf.held() == [made, theirs], "of the chain, whoever's list it is"
    assert shelf.issues() == {}, "it is no issue"
    with pytest.raises(FileExistsError):
        shelf.keep_held(made)
    path = tmp_path / "amsterdam" / "held" / POLICE / "2026-03.json"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes().replace(b'"period":"2026-03"', b'"period":"2026-02"'))
    with pytest.raises(Damaged, match="not as it was written"):
        shelf.held()
    path.write_bytes((tmp_path / "amsterdam" / "held" / "politie-elders" / "2026-03.json").read_bytes())
    with pytest.raises(Damaged, match=f"found the list of politie-elders here, expected one of {POLICE}"):
        shelf.held()
