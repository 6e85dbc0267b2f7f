"""MLD: the doors of the table, and what follows from them at intake and in routing. Named after their lines."""

from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from backbone.chains import Chains
from backbone.overviews.asked import asked
from backbone.overviews.lines import FOR_NOBODY
from backbone.overviews.page import as_html
from backbone.protocols import DefinitionError, Protocols
from backbone.protocols.door_files import check_door
from backbone.protocols.doors import Goal, Group, Hidden, Route
from backbone.protocols.overviews import By
from backbone.protocols.reading import Problem
from schakel.envelope import Envelope
from schakel.events.referral import ReferralProposed
from schakel.events.report import CheckAnswer, ReportReceived
from schakel.events.vocab import Channel, Identity, PlaceType
from schakel.ids import partner_source
from schakel.messages import Refusal
from services.intake.rules import Submission, refusal
from tests.scenarios.desk_stories import items, kinds
from tests.scenarios.region import north
from tests.scenarios.stories import given
from tests.support.casebook import repository
from tests.support.conclusions import delivered, held, needed, of_type, proposed, released
from tests.support.doors import ANSWERS, DOORS, unanswered, with_door
from tests.support.meetings import ADV, POLICE, case, issue_of, keeping, numbers_of, scheme
from tests.support.telling import SEALED, Tell, assessed, close_requested, corrected, granted, moment, report, terms

WORKS_IT = "om-amsterdam"
"""Whoever works the door; nothing of the chain's protocol depends on this one."""
Files = tuple[Chains, Protocols]

TABLE = {
    "almere-veilige-buurtapp": ("insight_nature insight_size", "women girls lhbti disability", "web_form", "yes"),
    "amsterdam-meldpunt-discriminatie": (
        "data insight_nature support",
        "everyone_harassed",
        "web_form email telephone",
        "also",
    ),
    "arnhem-enschede-vizier": (
        "insight_nature insight_size legal_routes norm",
        "women girls lhbti disability bystanders",
        "web_form telephone whatsapp",
        "also",
    ),
    "breda-intimideermijniet": (
        "insight_nature insight_size insight_manner insight_place platform",
        "women girls lhbti",
        "web_form",
        "also",
    ),
    "groningen-dmg": ("one_desk", "everyone_discriminated", "web_form telephone whatsapp email", "also, heard"),
    "rotterdam-stopapp": (
        "insight_nature insight_size insight_place address_offenders",
        "women girls lhbti",
        "app",
        "also",
    ),
    "tilburg": (
        "insight_nature insight_size insight_place awareness",
        "women girls lhbti bystanders",
        "web_form",
        "also",
    ),
    "utrecht-wijblijvenonszelf": ("one_desk", "lhbti", "email web_form app", "also"),
    "zaanstreek-straatintimidatie": ("insight_nature insight_size insight_place", "everyone_harassed", "email", "yes"),
}
"""The table of the scenarios: goal, target group, channels, one-way. `yes`: only so; `also`: beside other forms."""


def told_at(files: Files, *more: Tell, **changed: object):  # type: ignore[no-untyped-def]
    return given(report(by=WORKS_IT, **changed), *more, chains=files[0], protocols=files[1])


def refusal_of(files: Files, by: str = WORKS_IT, **changed: object) -> str | None:
    """The code with which intake answers this report of the door, and the field."""
    found = answer_to(files, by, **changed)
    return f"{found.code} {found.field}" if found else None


def answer_to(files: Files, by: str = WORKS_IT, **changed: object) -> Refusal | None:
    """What intake answers to this report of the door; None when it lets it in."""
    sealed = changed.pop("sealed", ())
    told = report(by=by, **changed)
    partner = files[0].partner(by)
    event = told.event.model_copy(update={"sealed": sealed})  # type: ignore[union-attr]
    envelope = Envelope("01890000-0000-7000-8000-000000000001", partner_source(partner.oin), event.TYPE, told.logged)
    return refusal(Submission(envelope, event, partner, None), files[0], told.logged)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_mld_the_door_file_equals_the_row_of_the_table(name: str):
    goals, groups, channels, one_way = TABLE[name]
    door, _ = check_door(DOORS / f"{name}.yaml")
    assert set(door.goals) == {Goal(word) for word in goals.split()}
    assert set(door.groups) == {Group(word) for word in groups.split()}
    assert set(door.channels) == {Channel(word) for word in channels.split()}
    assert (Identity.ONE_WAY in door.identity, door.one_way_only) == (True, one_way == "yes")
    if "heard" in one_way:
        assert Identity.ANONYMOUS_HEARD in door.identity
    assert set(door.routes) == set(Route)


def test_mld_every_row_has_its_file_and_nothing_else():
    assert {path.stem for path in DOORS.glob("*.yaml")} == set(TABLE)


def test_mld_1_a_door_for_insight_only(tmp_path: Path):
    """No contact fields, help and the criminal route shown, a receipt. NOT a clock, a question, a referral; NOT a hidden identifier."""
    files = with_door(tmp_path, "almere-veilige-buurtapp", WORKS_IT)
    assert refusal_of(files, channel="web_form", identity="by_name") == "door.another_identity facts.identity"
    assert refusal_of(files, channel="web_form", identity="one_way", sealed=(SEALED,)) == "door.no_way_back sealed"
    asked = {"consents": (terms(ADV),)}
    assert refusal_of(files, channel="web_form", identity="one_way", **asked) == "door.no_way_back consents"
    assert refusal_of(files, channel="web_form", identity="one_way") is None
    told = report(by=WORKS_IT, channel="web_form", identity="one_way")
    assert isinstance(told.event, ReportReceived)
    one = case(files, 1, replace(told, event=told.event.model_copy(update={"sealed": ()})))
    assert (one.clocks, one.needed, one.referrals) == ({}, {}, {})
    for name in ("almere-veilige-buurtapp", "zaanstreek-straatintimidatie"):
        door, problems = check_door(DOORS / f"{name}.yaml")
        assert [problem for problem in problems if problem.fault.at == ("drops",)] == []
        assert set(door.drops) >= ({Hidden.SENDER} if name.startswith("z") else {Hidden.IP_ADDRESS, Hidden.DEVICE})


def test_mld_1_the_sender_of_an_e_mail_has_to_be_taken_off(tmp_path: Path):
    path = tmp_path / "zaanstreek-straatintimidatie.yaml"
    text = (DOORS / path.name).read_text(encoding="utf-8").replace("drops: [sender]", "drops: []")
    path.write_text(text, encoding="utf-8")
    _, problems = check_door(path)
    assert "sender" in next(problem for problem in problems if problem.fault.at == ("drops",)).fault.what


CAN_ANSWER = sorted(name for name, row in TABLE.items() if row[3] != "yes")
"""The doors at which one may be known, so that there is somebody to ask."""


@pytest.mark.parametrize("check", ["danger_now", "rape"])
@pytest.mark.parametrize("name", CAN_ANSWER)
def test_mld_2_danger_goes_first_at_any_door(tmp_path: Path, name: str, check: str):
    """The police is proposed at once, with its own consent, before whatever else follows. NOT on her silence.

    NOT in the ordinary queue, NOT only when the form is finished: what she answered so far is taken in.
    """
    files = with_door(tmp_path, name, WORKS_IT)
    door, _ = check_door(DOORS / f"{name}.yaml")
    yes, no = (CheckAnswer(check=check, answer=answer) for answer in ("yes", "no"))
    plain = {"channel": door.channels[0], "grounds": ({"ground": "skin_colour"},)}
    danger = told_at(files, checks=(yes,), **plain)
    assert danger.referral(POLICE).state == "held"
    assert danger.referral(POLICE).step == "gevaar"
    assert next(iter(danger.case.referrals.values())).to == POLICE
    danger.then_among(needed(POLICE), held(POLICE, reason="not_asked")).never(delivered(POLICE))
    assert POLICE not in {one.to for one in told_at(files, checks=(no,), **plain).case.referrals.values()}
    later = told_at(files, **plain).when(assessed(WORKS_IT, check, "yes"))
    later.then_among(proposed(POLICE))
    barely = {"channel": door.channels[0], "natures": (), "checks": (yes,)}
    assert refusal_of(files, **barely) is None
    told_at(files, **barely).then_among(proposed(POLICE))


CENTRE = "centrum-seksueel-geweld"
HAS_A_CENTRE = f"  - {{partner: {CENTRE}, roles: [sexual_violence_centre], districts: all}}\n"


@pytest.mark.parametrize("check", ["danger_now", "rape"])
@pytest.mark.parametrize("name", CAN_ANSWER)
def test_mld_2_the_centre_is_proposed_beside_the_police_each_with_its_own_yes(tmp_path: Path, name: str, check: str):
    """In a chain that has it, at any door. NOT before she said yes to it, NOT on her yes to the police, NOT asked for by an answer no."""
    files = with_door(tmp_path, name, WORKS_IT, members=HAS_A_CENTRE)
    door, _ = check_door(DOORS / f"{name}.yaml")
    yes, no = (CheckAnswer(check=check, answer=answer) for answer in ("yes", "no"))
    plain = {"channel": door.channels[0], "grounds": ({"ground": "skin_colour"},)}
    story = told_at(files, checks=(yes,), **plain)
    story.then_among(
        proposed(POLICE, step="gevaar"),
        proposed(CENTRE, role="sexual_violence_centre", step="gevaar"),
        *(needed(to, ask=WORKS_IT) for to in (POLICE, CENTRE)),
        *(held(to, reason="not_asked") for to in (POLICE, CENTRE)),
    )
    assert [one.to for one in story.case.referrals.values()][:2] == [POLICE, CENTRE], "before whatever else follows"
    story.when(granted(POLICE, by=WORKS_IT)).then_among(delivered(POLICE)).never(released(CENTRE))
    story.when(granted(CENTRE, by=WORKS_IT)).then_among(released(CENTRE, mode="by_name"), delivered(CENTRE))
    assert "danger_without_receiver" not in kinds(story)
    told_at(files, checks=(no,), **plain).never(proposed(CENTRE))


def test_mld_2_a_chain_without_the_centre_says_so_and_so_does_the_case(tmp_path: Path):
    """Its file is warned about, and the door that is in touch with her has it on its list. NOT silent, NOT another partner by guess."""
    files = with_door(tmp_path, "breda-intimideermijniet", WORKS_IT)
    (warned,) = [str(one) for one in files[0].warnings if "sexual_violence_centre" in str(one)]
    assert "nobody holds the role sexual_violence_centre in the whole chain" in warned
    raped = CheckAnswer(check="rape", answer="yes")
    story = told_at(files, checks=(raped,), channel="web_form").never(
        of_type(ReferralProposed, role="sexual_violence_centre")
    )
    (item,) = [one for one in items(story) if one.kind == "danger_without_receiver"]
    assert (item.who, item.what) == (WORKS_IT, ("sexual_violence_centre",))
    later = with_door(
        tmp_path / "later",
        "breda-intimideermijniet",
        WORKS_IT,
        members=f"  - {{partner: {CENTRE}, roles: [sexual_violence_centre], districts: all, since: 2026-03-04}}\n",
    )
    joined = told_at(later, checks=(raped,), channel="web_form")
    assert "danger_without_receiver" in kinds(joined), "not yet"
    joined.when(replace(corrected(WORKS_IT, acute=True), logged=moment("2026-03-05 12:00"))).then_among(
        proposed(CENTRE)
    )
    assert "danger_without_receiver" not in kinds(joined)
    not_raped = CheckAnswer(check="rape", answer="no")
    assert "danger_without_receiver" not in kinds(told_at(files, checks=(not_raped,), channel="web_form"))
    assert "danger_without_receiver" not in kinds(story.when(close_requested()))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_mld_2_112_the_police_and_the_centre_are_shown_at_once(name: str):
    door, _ = check_door(DOORS / f"{name}.yaml")
    assert set(door.emergency.shows) >= {"112", "politie", "Centrum Seksueel Geweld"}


MUST_SHOW = {
    "shows: [politie, Centrum Seksueel Geweld]": "112",
    'shows: [politie, "112", Centrum Seksueel Geweld]': "112",
    'shows: ["112", Centrum Seksueel Geweld]': "politie",
    'shows: ["112", politie]': "Centrum Seksueel Geweld",
    "question: Hoe gaat het met je?": "eerste vraag",
    "question: Ben je nu in gevaar?": "eerste vraag",
    "states: Wij lezen mee.": "noodgevallen",
    "states: Bel 112.": "noodgevallen",
}
"""What a file could say of danger, and what it is told is wrong."""


@pytest.mark.parametrize("wrong", MUST_SHOW)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_a19_no_door_opens_without_danger_first(tmp_path: Path, name: str, wrong: str):
    """At every door of the table: 112 first, police and Centrum Seksueel Geweld, and that it is no emergency channel.

    NOT left out, NOT reworded away.
    """
    path = tmp_path / f"{name}.yaml"
    text = unanswered(name) + ANSWERS
    path.write_text(text, encoding="utf-8")
    assert danger_of(path) == []
    path.write_text(f"{text}emergency: {{{wrong}}}\n", encoding="utf-8")
    (fault,) = danger_of(path)
    assert MUST_SHOW[wrong] in fault.fault.what
    assert fault.is_error, "a warning would not keep it shut"


def danger_of(path: Path) -> list[Problem]:
    door, problems = check_door(path)
    assert door is not None
    return [problem for problem in problems if problem.fault.at[0] == "emergency"]


def test_mld_3_outside_the_target_group_goes_to_the_desk(tmp_path: Path):
    """By the presumed motive: accepted, and passed on to the municipality's desk for all discrimination.

    NOT refused, NOT counted under the door's target group; and unknown is NOT taken for outside.
    """
    files = with_door(tmp_path, "breda-intimideermijniet", WORKS_IT)
    plain = {"channel": "web_form", "identity": "one_way"}
    assert refusal_of(files, grounds=({"ground": "skin_colour"},), **plain) is None
    outside = told_at(files, grounds=({"ground": "skin_colour"},), channel="web_form")
    assert [(one.to, one.step, one.strip) for one in outside.case.referrals.values()] == [
        (ADV, "buiten-doelgroep", True)
    ]
    assert told_at(files, grounds=({"ground": "gender"},), channel="web_form").case.referrals == {}
    assert told_at(files, channel="web_form").case.referrals == {}
    door, _ = check_door(DOORS / "breda-intimideermijniet.yaml")
    assert door.is_for({"grounds": frozenset({"skin_colour"})}) is False
    assert door.is_for({"grounds": frozenset({"gender", "skin_colour"})}) is True
    assert door.is_for({"grounds": frozenset()}) is None
    assert door.is_for({"grounds": frozenset({"unknown"})}) is None


def test_mld_4_a_bystander_is_heard_at_either_door(tmp_path: Path):
    """Arnhem/Enschede and Tilburg are for bystanders, Breda is not: all accepted, and who reported is kept. NOT her consent."""
    for number, name in enumerate(("arnhem-enschede-vizier", "tilburg", "breda-intimideermijniet")):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = with_door(folder, name, WORKS_IT)
        story = told_at(files, channel="web_form", reporter="bystander", consents=(terms(ADV, given_by="bystander"),))
        assert story.case.facts["reporter"] == "bystander"
        assert [one for one in story.case.referrals.values() if one.mode == "by_name"] == []
    vizier, _ = check_door(DOORS / "arnhem-enschede-vizier.yaml")
    assert vizier.is_for({"reporter": "bystander", "grounds": frozenset({"origin"})}) is True


def test_mld_5_a_channel_that_the_door_has_not(tmp_path: Path):
    """WhatsApp to Breda: refused with field, found, expected and remedy. NOT stored under another channel; an old list is taken."""
    files = with_door(tmp_path, "breda-intimideermijniet", WORKS_IT)
    no = answer_to(files, channel="whatsapp")
    assert no is not None
    assert (no.code, no.field, no.found) == ("door.another_channel", "facts.channel", "whatsapp")
    assert "web_form" in no.expected
    assert no.remedy
    assert refusal_of(files, channel="web_form") is None
    assert refusal_of(files, channel="whatsapp", history=True) is None


def test_mld_6_numbers_of_a_quarter_without_small_cells(tmp_path: Path):
    """Kinds, places, hours, five and more, and the note that reports are a small part. NOT free text, NOT a street with three."""
    files = keeping(tmp_path, "samenwerkingsafspraken")
    at_night = {"occurrence": {"day_part": "night"}}
    cases = [case(files, number, report(**at_night)) for number in range(1, 14)]
    cases += [
        case(files, number, report(occurrence={"day_part": "morning"}, place={"place_type": "shop"}))
        for number in range(14, 17)
    ]
    overview = scheme(files, "samenwerkingsafspraken").overview("strategische-cijfers")
    assert overview is not None
    wanted = (By.DAY_PART, By.NATURE, By.PLACE_TYPE)
    by_hour = overview.model_copy(update={"by": wanted})
    chain = files[0].get("proef")
    seen = numbers_of(chain, by_hour, cases, "2026-Q1")
    assert {key: count for key, count in seen.items() if count} == {("nature", "all", "threat"): 16}
    more = [
        case(files, number, report(occurrence={"day_part": "morning"}, place={"place_type": "shop"}))
        for number in range(17, 20)
    ]
    seen = numbers_of(chain, by_hour, [*cases, *more], "2026-Q1")
    assert {key: count for key, count in seen.items() if count} == {
        ("nature", "all", "threat"): 19,
        ("day_part", "all", "night"): 13,
        ("day_part", "all", "morning"): 6,
        ("place_type", "all", "street"): 13,
        ("place_type", "all", "shop"): 6,
    }
    assert {word for table, _, word in seen if table == "place_type"} <= {*PlaceType, ""}, "words of a closed list"
    issue = issue_of(chain, cases, "2026-Q1")
    page = as_html(asked(chain, issue, overview, FOR_NOBODY))
    assert "Wat gemeld wordt is een klein deel van wat er gebeurt." in page
    assert page.count("Wat er is geteld") == page.count("<section id=") == 5


def test_a_door_that_is_not_ready_cannot_be_bound(tmp_path: Path):
    """Its questions first: `backbone door check` names them."""
    with pytest.raises(DefinitionError, match="cannot open yet: 13 things"):
        with_door(tmp_path, "breda-intimideermijniet", WORKS_IT, answered=False)


def test_only_a_door_that_a_chain_here_binds_answers_the_questions():
    """Whose chain is an example answers for its example; of any other door it is the municipality's to say."""
    bound = {door.door for chain in repository()[0] for door in chain.doors.values()}
    answered = {
        path.stem
        for path in DOORS.glob("*.yaml")
        if "answers" in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    }
    assert answered == bound == {"groningen-dmg"}


@pytest.mark.parametrize(
    ("chain", "desk", "whatsapp"),
    [
        ("groningen", "dmg", None),
        ("sudwest-fryslan", "centrum-tumba", "door.another_channel facts.channel"),
        ("assen", "meldpunt-drenthe", "door.another_channel facts.channel"),
    ],
)
def test_nrd_3_what_comes_in_at_a_regions_own_door_stays_there(chain: str, desk: str, whatsapp: str | None):
    """NOT sent to the desk that has it, NOT to that of another region; each door takes what its own file knows."""
    files, place = north(), {"municipality": chain, "district": None}
    story = given(report(by=desk, channel="telephone", place=place), chains=files[0], protocols=files[1])
    assert (story.case.chain, story.case.door, story.case.referrals) == (chain, desk, {})
    assert refusal_of(files, by=desk, channel="telephone", place=place) is None
    assert refusal_of(files, by=desk, channel="whatsapp", place=place) == whatsapp
    assert refusal_of(files, by=desk, channel="picket", place=place) == "door.another_channel facts.channel"


def test_nrd_3_a_chain_that_binds_the_door_of_another_region_is_warned(tmp_path: Path):
    files = with_door(tmp_path, "groningen-dmg", WORKS_IT)
    (warning,) = [one for one in files[0].warnings if "door" in one.fault.what]
    assert "the door `groningen-dmg@2026.2` is for groningen" in str(warning)
