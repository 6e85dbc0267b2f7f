"""Whose each part of a protocol is, and what each partner's own share comes to: nobody is counted for what another had to do."""

from backbone.evaluation.shares import NOBODYS, Share, shares
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.verdicts import Judged, Part, Verdict
from tests.evaluation.stories import judged
from tests.support.casebook import Story, given
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    HELP,
    POLICE,
    accepted,
    close_requested,
    explained,
    label_given,
    report,
    report_in_groningen,
    requested,
    terms,
)
from tests.support.telling_clocks import action_agreed


def whose(story: Story, part: Part) -> set[tuple[str, str | None]]:
    return {(one.name, one.partner) for one in judged(story) if one.part is part}


def test_asking_her_is_the_doors_and_taking_it_up_the_receivers() -> None:
    story = given(report(consents=(terms(ADV),)), accepted(ADV))
    assert whose(story, Part.STEP) == {
        (name, POLICE) for name in ("slachtofferhulp", "projectleider-veiligheid", "discriminatie-nl")
    }
    assert whose(story, Part.UPTAKE) == {("discriminatie-nl", ADV)}
    assert whose(story, Part.CLOCK) == {("eerste-contact", CITY), ("afgesproken-contact", CITY), ("antwoord", ADV)}
    assert whose(story, Part.CHECK) == {("danger", POLICE), ("lhbtiqa-related", POLICE)}


def test_where_the_door_itself_would_gain_by_her_yes_asking_is_the_coordinators() -> None:
    aftercare = requested(HELP, by=HELP, role="victim_support", purpose="aftercare")
    story = given(report(by=HELP), aftercare)
    assert whose(story, Part.STEP) >= {("by-hand", CITY)}
    elsewhere = given(report(by=HELP), requested(COC, by=HELP, role="coc"))
    assert whose(elsewhere, Part.STEP) >= {("by-hand", HELP)}


def test_explaining_is_whose_word_came_too_early_and_closing_whose_asked_for_it() -> None:
    story = given(report(), label_given(by=ADV), explained("label_benefit_and_risk"), close_requested(by=CITY))
    assert whose(given(report(consents=(terms(ADV),)), accepted(ADV), label_given(by=ADV)), Part.EXPLAIN) == {
        ("label", ADV)
    }
    assert whose(story, Part.CLOSING) == {("closing", CITY)}
    agreed = given(report(), action_agreed(CITY, POLICE, "2026-03-20"))
    assert whose(agreed, Part.ACTION) == {("video_doorbell", POLICE)}


def test_to_inform_a_mayor_is_nobodys_in_the_chain() -> None:
    story = given(report_in_groningen(acute=True, high_profile=True))
    assert whose(story, Part.INFORM) == {("burgemeester-en-wethouder", None)}
    assert NOBODYS in {row.name for row in shares(judged(story), Reader.INSIDE).by_partner}


def test_each_partners_share_is_of_its_own_parts() -> None:
    def part(case: str, name: str, partner: str | None, verdict: Verdict) -> Judged:
        return Judged(case, "p@1", Part.STEP, name, partner, verdict)

    found = shares(
        [
            part("a", "x", POLICE, Verdict.DONE),
            part("a", "y", POLICE, Verdict.SKIPPED),
            part("b", "x", POLICE, Verdict.OWN_WISH),
            part("b", "y", CITY, Verdict.NOT_YET_DUE),
            part("b", "z", CITY, Verdict.LATE),
            part("b", "w", None, Verdict.DONE),
        ],
        Reader.INSIDE,
    )
    assert found.by_partner == (
        Share(CITY, 0, 1, 1, {"late": 1, "not_yet_due": 1}),
        Share(NOBODYS, 1, 0, 0, {"done": 1}),
        Share(POLICE, 2, 1, 0, {"done": 1, "own_wish": 1, "skipped": 1}),
    )
    assert [row.share for row in found.by_partner] == [0.0, 1.0, 2 / 3]
    assert found.total == Share("all", 3, 2, 1, {"done": 2, "own_wish": 1, "late": 1, "skipped": 1, "not_yet_due": 1})
    assert {row.name: row.as_agreed for row in found.by_step_and_partner}[f"p@1 step x · {POLICE}"] == 2
