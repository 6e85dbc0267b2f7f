"""Who asked, who knows, since when: what she can hold in her hands, and what never stands in it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from schakel.case_knows import HerCopy, Read, reads_in, who_knows
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.events.vocab import Basis, ConsentWay, HoldReason, Purpose, Scope
from schakel.her_copy import LANGUAGES, WORDS, Language, text
from tests.support.casebook import CASE, World, given
from tests.support.conclusions import delivered, released
from tests.support.telling import (
    ADV,
    AUDITOR,
    CITY,
    COC,
    DMG,
    HELP,
    POLICE,
    about,
    asked,
    contact_made,
    forget,
    granted,
    hold,
    invoked,
    looks,
    moment,
    opened,
    passed,
    refused,
    report,
    report_in_groningen,
    requested,
    terms,
    withdrawn,
)

OUTS = (
    r"lhbt|lgbt|homo|gay|lesb|trans(?!p)|queer|discrimin|haat|hate|politie|police|aangifte|slachtoffer|victim|melding"
)
"""What no paper may say about somebody, in either language."""
MARCH = {"at": "2026-03-02 12:00"}


def known(copy: HerCopy) -> dict[str, str]:
    return {one.partner: one.how for one in copy.knows}


# --- what is in it


def test_at_first_only_the_door_knows():
    copy = who_knows(given(report()).case)
    assert known(copy) == {POLICE: "door"}
    assert {waits.recipient: waits.reason for waits in copy.waits} == {to: "not_asked" for to in (HELP, CITY, ADV)}


def test_who_received_what_since_when_and_on_what_ground():
    copy = who_knows(given(report(consents=(terms(HELP, "contact_details"),), **MARCH)).case)
    (help_,) = [one for one in copy.knows if one.partner == HELP]
    assert (help_.scopes, help_.basis, help_.purpose, help_.named) == (
        ("case_facts", "contact_details"),
        "consent",
        "referral",
        True,
    )
    assert help_.since == moment("2026-03-02 12:05")
    assert help_.until is None


def test_after_a_withdrawal_it_still_says_who_knew_and_until_when():
    copy = who_knows(given(report(consents=(terms(HELP),), **MARCH), withdrawn(HELP)).case)
    (help_,) = [one for one in copy.knows if one.partner == HELP]
    assert (help_.until, help_.ended) == (moment("2026-03-02 12:15"), "withdrawn")
    (yes,), (no,) = copy.agreed, copy.noes
    assert (yes.scopes, yes.left) == (("contact_details", "story"), ())
    assert (no.recipient, no.withdrawn, no.recorded_by, no.at) == (HELP, True, POLICE, moment("2026-03-02 12:15"))


def test_sent_again_with_less_is_two_lines():
    copy = who_knows(given(report(consents=(terms(HELP),)), refused(HELP, "story")).case)
    assert [(one.scopes, one.until is None) for one in copy.knows if one.partner == HELP] == [
        (("case_facts", "contact_details", "story"), False),
        (("case_facts", "contact_details"), True),
    ]
    (yes,) = copy.agreed
    assert (yes.scopes, yes.left) == (("contact_details", "story"), ("contact_details",))


def test_a_message_that_was_out_before_her_no_landed_is_not_kept_from_her():
    """Its delivery is overtaken and the receiver told to stop, but it has had the message."""
    world = World()
    world.tell(report(consents=(terms(HELP),)))
    for name in ("routing", "consent"):
        world.read(name)
        world.land(name)
    world.read("consent")  # the delivery is decided, and its message sent with it
    world.tell(withdrawn(HELP))
    world.settle()
    assert HELP in known(who_knows(world.state()))


def test_what_happened_without_her_yes_stands_first():
    story = given(report(consents=(terms(HELP), terms(CITY))), invoked(ADV)).then_among(released(ADV))
    copy = who_knows(story.case)
    assert (copy.knows[0].partner, copy.knows[0].basis, copy.knows[0].motive) == (ADV, "vital_interest", "danger")
    assert [said.basis for said in copy.agreed] == ["vital_interest", "consent", "consent"]
    lines = text(copy, "en").splitlines()
    assert lines.index("What happened without your yes, and why") < lines.index("What you said yes to")


def test_whom_it_was_told_that_it_happened_and_not_to_whom():
    suspected = ({"check": "discrimination_or_violence", "answer": "yes"},)
    copy = who_knows(given(report_in_groningen(acute=True, high_profile=True, checks=suspected)).case)
    told = [one for one in copy.knows if one.how == "information"]
    assert told
    assert all(one.scopes == ("case_facts",) and one.since and not one.named for one in told)


def test_who_spoke_with_her_without_having_been_sent_to_her():
    """The municipality was passed nothing, and yet called her twice: she sees it once, from the first time on."""
    called = [contact_made(CITY, f"2026-03-0{day} 10:00") for day in (4, 3)]
    copy = who_knows(given(report(consents=(terms(HELP),)), contact_made(HELP, "2026-03-03 09:00"), *called).case)
    (city,) = [one for one in copy.knows if one.partner == CITY]
    assert (city.how, city.scopes, city.since) == ("contact", (), moment("2026-03-03 10:00"))
    assert known(copy)[HELP] == "referral"
    assert "gemeente-amsterdam: spoke with you, first on 3 March 2026" in text(copy, "en")


def test_who_asked_her_and_whether_she_answered():
    copy = who_knows(given(report(), asked(HELP), asked(CITY, by=CITY), refused(HELP)).case)
    assert [(one.by, one.recipient, one.answered) for one in copy.asked] == [(POLICE, HELP, True), (CITY, CITY, False)]


def test_a_yes_that_its_beneficiary_wrote_down_is_marked():
    copy = who_knows(given(report(), granted(HELP, by=HELP)).case)
    assert [said.by_beneficiary for said in copy.agreed] == [True]
    assert "Written down by the one that wanted to have it." in text(copy, "en")


def test_every_read_is_there_with_its_moment():
    story = given(report(consents=(terms(HELP),))).then_among(delivered(HELP))
    referral, at = story.referral(HELP).id, story.case.time
    assert at is not None

    def entry(number: int, event: DisclosureRequested | DisclosurePermitted) -> Entry:
        logged = at + timedelta(minutes=number)
        return Entry(Envelope(id=f"read-{number}", source="urn:schakel:x", type=event.TYPE, time=logged), event)

    request = DisclosureRequested(referral=referral, by=HELP, scopes=("contact_details", "story"))
    refused_one = DisclosureRequested(referral=referral, by=HELP, scopes=("label",))
    permit = DisclosurePermitted(request="read-1", scopes=("contact_details",))
    reads = reads_in([entry(1, request), entry(2, permit), entry(3, refused_one)])
    assert reads == [Read(HELP, ("contact_details",), at + timedelta(minutes=2), referral)]
    (help_,) = [one for one in who_knows(story.case, reads).knows if one.partner == HELP]
    assert help_.reads == tuple(reads)
    assert "Opgehaald op" in text(who_knows(story.case, reads))


# --- what is not in it


def test_that_an_auditor_may_look_stands_first_and_what_it_saw_with_its_moments():
    """In the grounds from when it was invoked; among who knows from the first read on, with just the fields that were read."""
    story = given(report(consents=(terms(HELP),), **MARCH), opened("contact_details", "story"))
    copy = who_knows(story.case)
    assert next((said.basis, said.recipient, said.motive) for said in copy.agreed) == (
        Basis.LEGAL_DUTY,
        AUDITOR,
        "complaint_about_handling",
    )
    assert AUDITOR not in known(copy)
    story.when(looks("story"))
    copy = who_knows(story.case, reads_in(story.world.ledger))
    first = copy.knows[0]
    assert (first.partner, first.how, first.scopes, first.named) == (AUDITOR, "opening", ("story",), False)
    assert len(first.reads) == 1
    said = text(copy, "en")
    assert (
        "ketentoezicht may look into your contact details, your story, for checking how the organisations worked"
        in said
    )
    assert "reason: complaint about handling" in said
    assert "ketentoezicht: looked into your story; since 2 March 2026 12:25, a duty by law" in said


def test_of_the_other_side_of_a_talk_it_says_nothing_but_that_both_have_to_want_it():
    first = report(natures=("neighbour_quarrel",), checks=({"check": "discrimination", "answer": "no"},))
    ask = requested(COC, role="coc", purpose="mediation", needs=("case_facts",))
    his = granted(COC, "case_facts", purpose="mediation", given_by="offender")
    hers = granted(COC, purpose="mediation")
    for words in (
        (hers,),
        (hers, refused(COC, purpose="mediation", person="offender")),
        (his, hers, withdrawn(COC, purpose="mediation", person="offender")),
    ):
        copy = who_knows(given(first, ask, *words).case)
        assert [waits.reason for waits in copy.waits if waits.recipient == COC] == ["other_side"]
        assert [said.recipient for said in copy.agreed] == [COC]
        assert copy.noes == ()
        assert {one.ended for one in copy.knows if one.partner == COC} <= {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_it_outs_a_person(language: Language):
    """All that can ever stand in it but the partners' own names, and the words of a real copy with those taken out."""
    words = WORDS[language]
    every = (words.lines, words.scopes, words.purposes, words.bases, words.givers, words.ways, words.reasons)
    fixed = [*words.months, *(line for table in every for line in table.values())]
    assert [line for line in fixed if re.search(OUTS, line, re.IGNORECASE)] == []
    story = given(
        report(consents=(terms(HELP, text_version="nl-3"),)), asked(CITY), refused(ADV, "story"), invoked(ADV)
    )
    names = {partner: "Organisatie" for partner in (HELP, CITY, ADV, POLICE, DMG)}
    assert re.search(OUTS, text(who_knows(story.case), language, names), re.IGNORECASE) is None


def test_no_part_of_the_case_is_named_in_it():
    """Not what happened, not where, not on which ground: only what is shared."""
    case = given(report(natures=("assault",), grounds=({"ground": "sexual_orientation", "sub_ground": "gay"},))).case
    assert re.search("assault|oost|sexual|gay", text(who_knows(case), "en")) is None


@pytest.mark.parametrize("language", get_args(Language))
def test_every_word_that_may_stand_there_has_its_own(language: Language):
    words = WORDS[language]
    assert set(words.purposes) == {purpose.value for purpose in Purpose}
    assert {*words.scopes, "unknown"} == {scope.value for scope in Scope}
    assert {*words.bases, "unknown"} == {basis.value for basis in Basis}
    assert {*words.ways, "unknown"} == {way.value for way in ConsentWay}
    assert {*words.reasons, "unknown"} == {reason.value for reason in HoldReason}
    assert set(words.lines) == set(WORDS["nl"].lines)


def test_what_becomes_of_a_wish_to_be_erased():
    story = given(report(**MARCH), forget())
    assert "second confirmation" in text(who_knows(story.case), "en")
    story.when(forget(proof="called_back"))
    (wish,) = who_knows(story.case).forgotten
    assert (wish.by, wish.due, wish.kept_until, wish.done) == (POLICE, moment("2026-03-17 00:00"), None, False)
    assert "Tot 17 maart 2026 00:00 kunt u zich bedenken" in text(who_knows(story.case))
    story.when(passed("2026-03-17 00:00"))
    (wish,) = who_knows(story.case).forgotten
    assert wish.done
    assert "U bent hier gewist" in text(who_knows(story.case))


def test_a_wish_that_the_law_holds_back_says_until_when():
    (wish,) = who_knows(given(report(**MARCH), hold(until="2026-12-31"), forget()).case).forgotten
    assert wish.kept_until == moment("2027-01-01 13:00")


def test_that_somebody_else_asks_to_be_erased_is_not_in_her_copy():
    copy = who_knows(given(report(), about("accused"), forget("accused", person="offender")).case)
    assert copy.forgotten == ()
    assert text(copy, "en").count("erased") == 0


def test_it_reads_like_this():
    story = given(
        report(consents=(terms(HELP, "contact_details", text_version="nl-3"),), **MARCH),
        asked(CITY),
        withdrawn(HELP),
    )
    copy = replace(who_knows(story.case), case=CASE)
    assert (
        text(copy, "en", {HELP: "Help", CITY: "City", POLICE: "Door", ADV: "Bureau"})
        == f"""\
Who knows what about you
Number {CASE}. Complete up to 2 March 2026 12:25.

What happened without your yes, and why
- Nothing.

Who knows something about you
- Door: what you told there yourself, since 2 March 2026 12:00.
- Help: what happened, your contact details; with your name; since 2 March 2026 12:05, because you said yes (help). \
Had to stop on 2 March 2026 12:25.

What you said yes to
- 2 March 2026 12:05: Help may have your contact details, for help. You said so yourself, spoken; \
written down by Door. The text you were given: nl-3. No longer holds.

What you said no to
- 2 March 2026 12:25: Help gets nothing any more, for anything.

What you were asked
- 2 March 2026 12:15: Door asked whether City may know something, for help. You have not answered yet.

What is waiting
- Help, for help: you took your yes back.
- City, for help: you have not answered yet.
- Bureau, for help: you have not been asked yet.

You may take back every yes, where you gave it; it counts as soon as it is written down. In danger now? Call 112.
"""
    )
