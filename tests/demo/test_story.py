"""The month is believable, repeatable, and fits the chains it plays in."""

from collections import Counter
from datetime import timedelta

import pytest

from backbone.chains import Chain
from backbone.demo.acts import STEP, Story
from backbone.demo.people import MARKS
from backbone.demo.setting import SETTINGS
from backbone.demo.story import build_story
from schakel.events import vocab
from schakel.events.base import SealedField
from schakel.events.consent import ConsentTerms
from schakel.events.report import ReportReceived
from tests.demo.rehearsal import Rehearsal

SEEDS = range(1, 9)


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story(1)


def reports(story: Story) -> list[ReportReceived]:
    return [act.event for act in story.reports if isinstance(act.event, ReportReceived)]


def test_the_same_seed_gives_the_same_month(story: Story) -> None:
    assert build_story(1) == story


def test_another_seed_gives_another_month(story: Story) -> None:
    assert {act.id for act in build_story(2).acts}.isdisjoint(act.id for act in story.acts)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_has_the_reports_of_a_month(seed: int) -> None:
    assert 120 <= len(build_story(seed).reports) <= 200


def test_fewer_days_have_fewer_reports() -> None:
    assert 20 <= len(build_story(1, days=7).reports) <= 50


@pytest.mark.parametrize("seed", SEEDS)
def test_proportions_are_those_of_the_field(seed: int) -> None:
    told = reports(build_story(seed))
    count = len(told)
    identity = Counter(event.facts.identity for event in told)
    grounds = Counter(motive.ground for event in told for motive in event.facts.grounds)
    assert 0.45 * count < identity[vocab.Identity.BY_NAME] < 0.75 * count
    assert all(identity[form] for form in list(vocab.Identity)[:4])
    assert grounds[vocab.Ground.SEXUAL_ORIENTATION] > grounds[vocab.Ground.GENDER_IDENTITY] > 0.15 * count
    assert any(len(event.facts.grounds) > 1 for event in told)
    assert 0.12 * count < sum(bool(event.consents) for event in told) < 0.45 * count
    nights = [event for event in told if event.facts.place.place_type is vocab.PlaceType.NIGHTLIFE]
    weekend = [event for event in nights if event.facts.occurrence.last_day.weekday() >= 4]  # type: ignore[union-attr]
    assert len(weekend) > len(nights) / 2


def test_both_chains_and_every_door_take_part(story: Story) -> None:
    doors = Counter(act.partner for act in story.reports)
    assert set(doors) == {door.partner for setting in SETTINGS for door in setting.doors}
    assert doors["politie-amsterdam"] == max(doors.values())


def test_nothing_is_told_before_it_happened_or_before_its_case_is_there(story: Story) -> None:
    sent = {act.id: act.at for act in story.reports}
    for act in story.acts:
        event = act.event
        if isinstance(event, ReportReceived):
            assert act.expect or event.reported_at <= act.at
            assert not event.facts.occurrence.last_day or act.at.date() >= event.facts.occurrence.last_day
        else:
            assert act.at >= sent[act.report] + STEP
        if made := getattr(event, "at", None):
            assert made <= act.at


def test_the_month_has_its_mishaps(story: Story) -> None:
    drills = [act for act in story.acts if act.drill and act.opens]
    again = [act for act in story.acts if act.again]
    expected = {act.expect for act in story.acts if act.expect} | {garbage.expect for garbage in story.garbage}
    assert len(drills) == 1
    assert len(again) == 4
    assert len(expected) == 8


def test_every_partner_district_and_recipient_is_in_the_chain(story: Story) -> None:
    chains = Rehearsal().chains
    for setting in SETTINGS:
        chain = chains.get(setting.chain)
        assert set(setting.districts) == set(chain.districts)
        assert setting.coordinator in {
            partner.id for partner in _holders(chain, vocab.Role.COORDINATOR, setting.districts)
        }
        for door in setting.doors:
            assert chain in chains.chains_of(door.partner)
            assert all(chain in chains.chains_of(partner) for partner in door.follow_up)


def _holders(chain: Chain, role: vocab.Role, districts: object) -> list:  # type: ignore[type-arg]
    return [partner for district in districts for partner in chain.partners_for(role, district)]  # type: ignore[attr-defined]


def test_everything_personal_is_marked_as_invented(story: Story) -> None:
    told = 0
    for act in story.acts:
        for field, part in act.parts.items():
            texts = part.values() if isinstance(part, dict) else [part]
            invented = [text for text in texts if any(mark.lower() in text.lower() for mark in MARKS)]
            assert invented, (field, part)
            told += 1
    assert told > 150
    assert {field for act in story.acts for field in act.parts} == {SealedField.CONTACT_DETAILS, SealedField.STORY}


def test_consents_in_a_report_are_given_by_somebody_who_can_give_them(story: Story) -> None:
    given: list[ConsentTerms] = []
    for event in reports(story):
        if event.consents:
            assert event.facts.reporter is vocab.Person.VICTIM
            assert event.facts.identity in (vocab.Identity.BY_NAME, vocab.Identity.KNOWN_TO_DOOR)
            given.extend(event.consents)
    assert all(terms.purpose is vocab.Purpose.REFERRAL for terms in given)


def test_the_month_ends_when_it_should(story: Story) -> None:
    assert story.end - story.start < timedelta(days=30)  # the summer time begins in it
    assert all(story.start < act.at < story.end for act in story.acts)
