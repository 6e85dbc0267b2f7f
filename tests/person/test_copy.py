"""A copy holds everything about one person and nothing about another: what is in it, what is not, and that it is logged."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from backbone.cli.person import access_given
from backbone.person import plain, words
from backbone.person.copy import names_of
from backbone.person.event_words import EVENTS
from backbone.protocols.clock_rules import WITH_A_PERSON, StopOn
from backbone.records import ledger_record
from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import CATALOGUE
from schakel.events.base import SealedField
from schakel.events.consent import ConsentTerms
from schakel.events.contact import ActionAgreed, ActionDone, ContactMade, ContactPreferenceSet, InformationGiven
from schakel.events.data import AccessGiven, DisclosureRequested, StatementRetracted
from schakel.events.report import AssessmentRecorded, ReportCorrected, ReportFacts
from schakel.ids import new_event_id, service_source
from schakel.sealing import Json
from tests.support.copies import CITY, COC, DOOR, HELP, HIS_PHONE, HIS_STORY, PHONE, STORY, WISH, Copies, copies_in
from tests.support.minicluster import START


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """One cluster for all: a test that changes a case reports one of its own."""
    made = copies_in(tmp_path_factory.mktemp("cluster"))
    yield made
    made.cluster.close()


@pytest.fixture(scope="module")
def story(copies: Copies) -> str:
    """The case in which much has happened."""
    return copies.whole_story()


def test_every_step_of_the_ledger_is_in_it_in_order(copies: Copies, story: str) -> None:
    (found,) = copies.json(copies.made(story))["cases"]
    stored = [(raw.partition, raw.offset) for raw in copies.records(story)]
    shown = [tuple(step["position"].values()) for step in found["steps"] if "position" in step]
    hidden = sum("about_somebody_else" in step for step in found["steps"])
    assert len(found["steps"]) == len(stored)
    assert [place for place in stored if place in shown] == shown
    assert hidden == 2, "the contact with the accused, and his no"


def test_what_it_says_of_her(copies: Copies, story: str) -> None:
    (found,) = copies.json(copies.made(story))["cases"]
    assert found["facts"]["grounds"][0]["sub_ground"] == "gay"
    assert (found["told_at"], found["other_people"]) == (DOOR, ["accused"])
    (yes,) = [said for said in found["agreed"] if said["recipient"] == HELP]
    assert (yes["way"], yes["wording"], yes["left"]) == ("spoken", "nl-3", [])
    (knows,) = [one for one in found["who_knows"] if one["partner"] == HELP]
    assert (knows["named"], knows["ended"]) == (True, "withdrawn")
    assert knows["since"] <= knows["until"]
    assert {one["recipient"] for one in found["asked"]} >= {CITY}
    assert [(one["by"], one["made"]) for one in found["contacts"]] == [(HELP, False), (HELP, True)]
    assert found["clocks"]
    assert {one["to"] for one in found["referrals"]} >= {HELP, CITY}


def test_what_was_agreed_for_her_shows_with_who_and_by_when_also_when_the_day_has_passed(copies: Copies) -> None:
    case = copies.report(DOOR)
    day = START.date() + timedelta(days=3)
    told = ActionAgreed(action="letter", owner=DOOR, due_on=day)
    agreed = copies.tell(DOOR, told, case)
    by = names_of(copies.cluster.chains.partners)[DOOR]
    name = f"brief: door {by}, uiterlijk {plain.day(day, 'nl')}; "
    assert f"{name}nog niet gedaan." in copies.html(copies.made(case))
    copies.cluster.advance(timedelta(days=5))
    copies.tell(DOOR, InformationGiven(topic="what_happens_next", whom="victim"), case)
    assert f"{name}nog niet gedaan, en de dag is voorbij." in copies.html(copies.made(case))
    copies.tell(DOOR, ActionDone(agreed=agreed), case)
    made = copies.made(case)
    assert f"{name}gedaan." in copies.html(made)
    (action,) = copies.json(made)["cases"][0]["actions"]
    assert (action["owner"], action["due_on"]) == (DOOR, day.isoformat())


def test_her_page_says_who_asked_to_read_her_and_whether_that_was_allowed(copies: Copies) -> None:
    case = copies.report(DOOR, ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details",)))
    referral, names = copies.referral(case, HELP), names_of(copies.cluster.chains.partners)
    for by in (HELP, COC):
        event, now = DisclosureRequested(referral=referral, by=by, scopes=()), copies.cluster.time.now()
        made = Envelope(new_event_id(), service_source("gateway"), event.TYPE, now, case, logtime=now)
        copies.cluster.append(ledger_record(Entry(made, event), None, case))
    copies.cluster.settle()
    for language, asked, no in (
        ("nl", "vroeg om iets van u te lezen.", "Dat mocht niet."),
        ("en", "asked to read something of you.", "That was not allowed."),
    ):
        page = copies.html(copies.made(case), language)
        assert [page.count(f"{names[by]} {asked}") for by in (HELP, COC)] == [1, 1]
        assert page.index(f"{names[COC]} {asked}") < page.index(no)


def test_what_had_to_happen_in_time_is_called_in_her_words_and_not_by_the_files_names(
    copies: Copies, story: str
) -> None:
    made = copies.made(story)
    names = names_of(copies.cluster.chains.partners)
    nl, en = copies.html(made), copies.html(made, "en")
    assert f"Contact met u, door {names[CITY]}: gedaan." in nl
    assert f"Contact with you, by {names[CITY]}: done." in en
    for clock in made[0].clocks():
        assert f"{clock.name.replace('-', ' ')}:" not in nl
    assert words.CLOCKS.keys() == {stop.value for stop in StopOn}
    assert words.NOT_WITH_HER.keys() == {stop.value for stop in WITH_A_PERSON}


def test_whether_the_offender_is_confused_is_in_no_copy_of_hers(copies: Copies) -> None:
    """Somebody else's health: neither in a page nor in any step, and the copy says where something was left out."""
    checks = ({"check": "confused_offender", "answer": "yes"}, {"check": "danger_now", "answer": "no"})
    case = copies.report(DOOR, checks=checks)
    copies.tell(DOOR, AssessmentRecorded(check="confused_offender", answer="yes"), case)
    mine: dict[SealedField, Json] = {SealedField.STORY: STORY}
    copies.tell(DOOR, AssessmentRecorded(check="confused_offender", answer="yes"), case, {"victim": mine})
    facts = copies.cluster.replay(case).facts | {"checks": checks}
    copies.tell(DOOR, ReportCorrected(replaces=("checks",), facts=ReportFacts.model_validate(facts)), case)
    made = copies.made(case)
    written = copies.json(made)
    (found,) = written["cases"]
    assert "confused_offender" not in str(written)
    assert "confused" not in copies.html(made, "en") + copies.html(made)
    left_out = [step["type"] for step in found["steps"] if step.get("also_about_somebody_else")]
    assert left_out == ["report.received", "assessment.recorded", "report.corrected"]
    (beside,) = [step for step in found["steps"] if step.get("type") == "assessment.recorded"]
    assert (beside["says"], beside["hers"]) == (None, {"story": STORY}), "her own words beside it are hers"
    (told,) = [step["says"]["facts"]["checks"] for step in found["steps"] if step.get("type") == "report.received"]
    assert [one["check"] for one in told] == ["danger_now"]
    assert sum("about_somebody_else" in step for step in found["steps"]) == 1


def test_her_own_words_are_opened_and_his_are_not(copies: Copies, story: str) -> None:
    made = copies.made(story)
    (found,) = copies.json(made)["cases"]
    opened = {name: value for step in found["steps"] for name, value in step.get("hers", {}).items()}
    assert opened == {"contact_details": {"phone": PHONE}, "story": STORY, "contact_preference": WISH}
    for text in (str(copies.json(made)), copies.html(made)):
        assert PHONE in text
        assert HIS_PHONE not in text
        assert HIS_STORY not in text


def test_of_the_other_side_s_answer_nothing_stands_in_it(copies: Copies, story: str) -> None:
    (found,) = copies.json(copies.made(story))["cases"]
    assert "offender" not in str(found["steps"])
    assert [one for one in found["refused_or_withdrawn"] if one["purpose"] == "mediation"] == []


def test_that_the_other_side_was_asked_stands_in_it(copies: Copies, story: str) -> None:
    """He knows of it since. The same whatever he said: nothing of that."""
    made = copies.made(story)
    (found,) = copies.json(made)["cases"]
    (asked,) = found["other_side_asked"]
    assert asked.keys() == {"by", "recipient", "purpose", "at"}
    assert (asked["by"], asked["recipient"], asked["purpose"]) == (DOOR, COC, "mediation")
    assert "Wat aan de ander is gevraagd" in copies.html(made)


def test_his_copy_holds_what_is_about_him_and_nothing_of_her(copies: Copies, story: str) -> None:
    made = copies.made(story, "accused")
    (found,) = copies.json(made)["cases"]
    assert {name: value for step in found["steps"] for name, value in step["hers"].items()} == {
        "contact_details": {"phone": HIS_PHONE},
        "story": HIS_STORY,
    }
    assert [(step["type"], step["says"] is None) for step in found["steps"]] == [
        ("report.received", True),
        ("contact.made", False),
        ("consent.refused", False),
        ("access.given", False),
    ]
    whole = str(found) + copies.html(made)
    for hers in (PHONE, STORY[:10], "gay", "threat", "bedreiging", HELP, "Slachtofferhulp"):
        assert hers not in whole
    assert "facts" not in found


def test_with_two_of_a_role_what_may_be_the_other_s_is_in_neither_copy(copies: Copies) -> None:
    his = {SealedField.CONTACT_DETAILS: {"phone": HIS_PHONE}}
    case = copies.report()
    copies.tell(DOOR, ContactMade(whom="offender", at=START, channel="visit"), case)
    assert [step["type"] for step in copies.json(copies.made(case, "accused"))["cases"][0]["steps"]][
        1
    ] == "contact.made"
    facts = ReportFacts(identity="by_name")
    copies.tell(DOOR, ReportCorrected(replaces=("acute",), facts=facts), case, {"accused-2": his})
    for subject in ("accused", "accused-2"):
        (found,) = copies.json(copies.made(case, subject))["cases"]
        assert "contact.made" not in [step["type"] for step in found["steps"]]
        assert any(step["hers"] for step in found["steps"])


def test_that_it_was_made_is_logged_before_and_stands_in_it(copies: Copies) -> None:
    case = copies.report()
    first, second = copies.made(case), copies.made(case)
    for made, count in ((first, 1), (second, 2)):
        (found,) = copies.json(made)["cases"]
        logged = [step for step in found["steps"] if step.get("type") == AccessGiven.TYPE]
        assert [step["says"]["motive"] for step in logged] == ["her_request"] * count
        assert {step["effect"] for step in logged} == {Effect.RECORDED}
        assert copies.html(made).count("u vroeg erom") == count
    copies.cluster.settle()
    replayed = copies.cluster.replay(case)
    assert {name for name, desks in copies.cluster.desks().items() if desks[case].case != replayed} == set()


def test_another_s_word_that_a_copy_was_made_is_not_believed(copies: Copies) -> None:
    case = copies.report()
    state = copies.cluster.replay(case)
    record = access_given(state, copies.records(case)[0].partition, "victim", "her_request", case)
    headers = tuple((name, b"urn:schakel:cases" if name == "ce_source" else value) for name, value in record.headers)
    copies.cluster.append(msgspec.structs.replace(record, headers=headers))
    made = copies.made(case)
    steps = copies.json(made)["cases"][0]["steps"]
    assert [step["effect"] for step in steps if step.get("type") == AccessGiven.TYPE] == ["not_understood", "recorded"]
    assert copies.html(made).count("u vroeg erom") == 1


def test_what_was_erased_is_said_to_be_gone(copies: Copies) -> None:
    case = copies.report()
    copies.cluster.keys.destroy(case, "victim")
    made = copies.made(case)
    (found,) = copies.json(made)["cases"]
    assert {value for step in found["steps"] for value in step.get("gone", {}).values()} == {"erased"}
    assert not any(step.get("hers") for step in found["steps"])
    assert "Dit kan niemand meer lezen" in copies.html(made)


def test_one_part_that_does_not_open_is_named_and_hides_no_other(copies: Copies) -> None:
    case = copies.report()
    copies.tell(DOOR, ContactPreferenceSet(whom="victim"), case, {"victim": {SealedField.CONTACT_PREFERENCE: WISH}})
    log = copies.cluster.topics["schakel.ledger", copies.records(case)[0].partition]
    (number,) = [
        n for n, raw in enumerate(log) if raw in copies.records(case) and b"contact.preference" in str(raw).encode()
    ]
    broken = log[number]
    value = bytearray(broken.value or b"")
    value[-20] ^= 1
    log[number] = msgspec.structs.replace(broken, value=bytes(value))
    (found,) = copies.json(copies.made(case))["cases"]
    assert [step["gone"] for step in found["steps"] if step.get("gone")] == [{"contact_preference": "part.cannot_open"}]
    assert any(step.get("hers", {}).get("story") == STORY for step in found["steps"])


def test_every_kind_of_event_of_a_case_has_its_words() -> None:
    assert set(EVENTS) == {name for name, model in CATALOGUE.items() if model.IN_CASE}


# --- linked cases


def test_a_linked_case_of_the_same_person_is_in_it_and_logged_there(copies: Copies) -> None:
    case, other, series = copies.report(), copies.report(natures=("scolding",)), copies.report()
    copies.link(case, other)
    copies.link(case, series, kind="series")
    for asked_in, linked in ((case, other), (other, case)):
        made = copies.made(asked_in)
        found = copies.json(made)
        assert [one["case"] for one in found["cases"]] == [asked_in, linked]
        assert [one["linked_because"] and one["linked_because"]["by"] for one in found["cases"]] == [None, DOOR]
        for one in found["cases"]:
            (*_, logged) = [step for step in one["steps"] if step.get("type") == AccessGiven.TYPE]
            assert logged["says"]["asked_in"] == asked_in
        assert series not in [one["case"] for one in found["cases"]]
        assert "wat u bij het ene laat wissen of intrekt, verandert niets bij het andere" in copies.html(made)


def test_each_case_is_opened_with_its_own_key(copies: Copies) -> None:
    case, other = copies.report(), copies.report()
    copies.link(case, other)
    copies.cluster.keys.destroy(other, "victim")
    first, second = copies.json(copies.made(case))["cases"]
    assert any(step.get("hers") for step in first["steps"])
    assert not any(step.get("hers") for step in second["steps"])


def test_a_link_that_was_taken_back_covers_nothing(copies: Copies) -> None:
    case, other = copies.report(), copies.report()
    link = copies.link(case, other)
    copies.tell(DOOR, StatementRetracted(event=link, reason="mistake"), case)
    assert [one["case"] for one in copies.json(copies.made(case))["cases"]] == [case]
    assert [one["case"] for one in copies.json(copies.made(other))["cases"]] == [other]
