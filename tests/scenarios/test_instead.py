"""What is proposed instead of a talk that a suspicion rules out, a safe place first, two tracks: domain-detail A18, A19, A20, A23.

The guide of nine steps, as the chain of Groningen runs it, and the approach for neighbourhoods.
"""

import pytest

from schakel.case_scheme import scheme_of
from schakel.messages import Information
from tests.scenarios.region import given_in
from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.conclusions import (
    clock_started,
    clock_stopped,
    delivered,
    held,
    informed,
    needed,
    proposed,
    reminded,
    revoked,
)
from tests.support.telling import (
    Tell,
    accepted,
    assessed,
    completed,
    contact_made,
    corrected,
    granted,
    label_given,
    passed,
    report,
    report_in_groningen,
    requested,
)
from tests.support.telling_schemes import agreed, answered

GUIDE = "handreiking-negen-stappen"
CITY, DMG, COC, POLICE = "gemeente-groningen", "dmg", "coc-groningen", "politie-noord"
NO_SUSPICION = {"check": "discrimination", "answer": "no"}
THREE = {"roze_in_blauw", "anti_discrimination", "coc_safety_coordinator"}


def quarrel(*words: Tell, natures: tuple[str, ...] = ("neighbour_quarrel",)) -> Story:
    """Neighbours quarrel, nobody suspects anything, and a talk is asked for at the municipality's social work."""
    talk = requested(DMG, by=CITY, role="anti_discrimination", needs=("case_facts",), purpose="mediation")
    return given(report_in_groningen(by=CITY, natures=natures, checks=(NO_SUSPICION,), consents=()), talk, *words)


def instead(story: Story) -> set[str]:
    """Who was proposed to help her, by role. Where the city's own card asks for one of them already, she is asked about it once."""
    return {one.role for one in story.case.referrals.values() if one.purpose == "referral"}


def both_say_yes() -> tuple[Tell, Tell]:
    hers = granted(DMG, by=CITY, purpose="mediation")
    return hers, granted(DMG, "case_facts", by=CITY, purpose="mediation", given_by="offender")


@pytest.mark.parametrize(
    "word",
    [assessed(CITY, "discrimination", "yes"), assessed(CITY, "discrimination", "unknown"), label_given(by=CITY)],
    ids=["suspected", "unknown", "label"],
)
@pytest.mark.parametrize("running", [False, True], ids=["waiting", "running"])
def test_a18_where_a_suspicion_rules_the_talk_out_three_others_are_proposed(word: Tell, *, running: bool) -> None:
    """Roze in Blauw, the bureau, the COC's coordinator: each waits for a yes of its own. NOT released, NOT before the suspicion."""
    story = quarrel(*(both_say_yes() if running else ()))
    assert instead(story) == set()
    story.when(word)
    assert instead(story) == THREE
    story.then_among(
        proposed(POLICE, step="in-plaats-van-bemiddeling-roze-in-blauw"),
        proposed(DMG, purpose="referral"),
        proposed(COC, step="in-plaats-van-bemiddeling-coc"),
        needed(COC, purpose="referral"),
        held(COC, reason="not_asked"),
        *((revoked(DMG, reason="not_allowed"),) if running else ()),
    )
    story.never(delivered(POLICE), delivered(COC))
    story.then_quiet()
    story.when(granted(COC, by=CITY)).then_among(delivered(COC)).never(delivered(POLICE))


def test_a18_a_threat_alone_is_no_suspicion() -> None:
    """Violence sends it to police and prosecutor. NOT the three in the mediator's place."""
    assert instead(quarrel(corrected(by=CITY, natures=("neighbour_quarrel", "threat")))) == set()


def test_a18_without_a_talk_nobody_takes_anybodys_place() -> None:
    told = report_in_groningen(by=CITY, natures=("neighbour_quarrel",), consents=())
    assert instead(given(told, label_given(by=CITY))) == set()


def test_a18_a_talk_that_was_completed_is_over() -> None:
    story = quarrel(*both_say_yes(), accepted(DMG), completed(DMG)).when(label_given(by=CITY))
    assert instead(story) == set()


def test_a18_in_the_approach_for_neighbourhoods_too() -> None:
    place = {"municipality": "rotterdam", "district": "noord", "place_type": "home", "tenure": "owned"}
    here, adv = "gemeente-rotterdam", "radar-rotterdam"
    told = report(by=here, place=place, natures=("neighbour_quarrel",), checks=(NO_SUSPICION,), consents=())
    talk = requested(adv, by=here, role="anti_discrimination", needs=("case_facts",), purpose="mediation")
    story = given_in("woonomgeving", told, talk)
    assert instead(story) == set()
    assert instead(story.when(assessed(here, "discrimination", "yes"))) == THREE


# --- A20


def refugee(answer: str = "yes", *checks: dict[str, str], **more: object) -> Story:
    """A status holder reports at the police."""
    return given(
        report_in_groningen(by=POLICE, checks=({"check": "refugee", "answer": answer}, *checks), consents=(), **more)
    )


def test_a20_a_refugee_in_severe_unsafety_gets_a_safe_place_first() -> None:
    """The municipality hears it at once without a name, is the first whom the guide proposes, and is asked again in minutes.

    NOT held up by her answer, NOT in the place of another step; another action is NOT a safe place.
    """
    story = refugee("yes", {"check": "discrimination_or_violence", "answer": "yes"}, acute=True)
    first = next(one for one in story.case.referrals.values() if (one.protocol or "").startswith(GUIDE))
    assert (first.to, first.step, first.state) == (CITY, "veilige-plek", "held")
    story.then_among(
        informed("municipality", to=CITY, inform="veilige-plek-nodig"), clock_started("veilige-plek"), proposed(DMG)
    )
    assert "veilige-plek-nodig" in [message.inform for message in story.sent(Information, CITY)]
    story.when(agreed(CITY, "camera"), passed("2026-03-02 12:31")).then_among(reminded("veilige-plek", to=CITY))
    story.when(agreed(CITY, "safe_place")).then_among(clock_stopped("veilige-plek"))


@pytest.mark.parametrize("check", ["danger_now", "rape"])
def test_a20_danger_that_somebody_hears_of_later_counts_too(check: str) -> None:
    story = refugee()
    assert "veilige-plek" not in {one.step for one in story.case.referrals.values()}
    story.when(assessed(POLICE, check, "yes")).then_among(informed("municipality", inform="veilige-plek-nodig"))


def test_a20_unknown_is_not_no_and_no_asks_nothing() -> None:
    """Unknown: the coordinator looks. No: the ordinary steps. NOT the municipality on a guess; NOT without severe unsafety."""
    refugee("unknown", acute=True).then_among(informed("coordinator", inform="vluchteling-uitzoeken")).never(
        informed("municipality")
    )
    for story in (refugee("no", acute=True), refugee("yes")):
        story.never(informed("municipality"), informed("coordinator", inform="vluchteling-uitzoeken"))


# --- A23


def test_a23_a_conflict_that_turned_keeps_two_tracks() -> None:
    """Both lines wait for an answer of their own.

    NOT the one done with the other; NOT for a motive from the start, or presumed in public.
    """
    for origin in ("motive_from_start", "presumed_in_public", "unknown"):
        given(report_in_groningen(origin=origin)).never(informed("coordinator", inform="twee-sporen"))
    story = given(report_in_groningen(origin="conflict_that_turned"))
    story.then_among(informed("coordinator", to=CITY, inform="twee-sporen"))
    story.when(answered(CITY, GUIDE, "twee-sporen", "conflict"))
    lines = scheme_of(story.case).lines
    assert f"{GUIDE}/twee-sporen/conflict" in lines
    assert f"{GUIDE}/twee-sporen/discriminatie" not in lines


# --- A19


def test_a19_danger_gives_the_door_a_clock_in_minutes() -> None:
    """The desk that heard of it is asked after ten minutes whether somebody spoke with her, until somebody did.

    NOT without danger, NOT for unknown.
    """
    danger = ({"check": "danger_now", "answer": "yes"},)
    story = given(report_in_groningen(by=COC, checks=danger)).then_among(clock_started("bij-gevaar"))
    story.when(passed("2026-03-02 12:11")).then_among(reminded("bij-gevaar", to=COC))
    story.when(contact_made(COC, "2026-03-02 12:15")).then_among(clock_stopped("bij-gevaar"))
    for answer in ("no", "unknown"):
        calm = given(report_in_groningen(by=COC, checks=({"check": "danger_now", "answer": answer},)))
        calm.never(clock_started("bij-gevaar"))
