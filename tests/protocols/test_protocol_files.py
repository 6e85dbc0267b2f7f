"""The schemes that run in a chain here, against what the documents say (scenarios.md 1, 2, 5 and 17) and what they do not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.protocols import Protocol, Protocols, UnknownProtocolError
from backbone.protocols.versions import by_age
from schakel.case_mediation import is_mediation
from schakel.events.vocab import Nature, Role, Scope, Severity
from tests.protocols.samples import KSC_REPORT, MUNICIPAL, POLICE_REPORT, cases

AMSTERDAM = ("amsterdam-handelingskader", "2023.2")
GRONINGEN = ("groningen-protocolkaart", "2017.4")
SAID_LATER = (
    "referral.accepted",
    "action.agreed",
    "case.closed",
    "complaint.wished",
    "complaint.settled",
    "treatment.complaint",
)
HANDREIKING = ("handreiking-negen-stappen", "2017.4")
ANSWERS = {
    "actieplan-veiligheid@2020.2/antwoord",
    "actieplan-veiligheid@2020.3/antwoord",
    "actieplan-veiligheid@2020.4/antwoord",
    "actieplan-veiligheid@2020.5/antwoord",
    "noord-nederland-alliantie@2016.3/antwoord",
    "utrecht-alert@2017.3/antwoord-adviseur",
    "utrecht-alert@2017.3/antwoord-gebiedsmanager",
    "versterkte-aanpak@2026.2/antwoord",
    "voorbeeldaanpak-woonomgeving@2017.3/antwoord",
    "zwb-aanspreekpunt@2017.3/antwoord",
    "zwb-aanspreekpunt@2017.4/antwoord",
}
"""The clocks that wait for an answer to a referral, and then ask the next: no text gives that term."""
WITH_STEPS: dict[str, set[str]] = {
    "actieplan-veiligheid": set(),
    "amsterdam-treiteraanpak": set(),
    "noord-nederland-alliantie": set(),
    "utrecht-alert": {"coc-als-adviseur"},
    "versterkte-aanpak": set(),
    "voorbeeldaanpak-woonomgeving": set(),
    "zwb-aanspreekpunt": set(),
}
"""Schemes that refer, each with the steps whose answer nobody waits for."""


@pytest.fixture
def amsterdam(protocols: Protocols) -> Protocol:
    return protocols.get(*AMSTERDAM)


@pytest.fixture
def groningen(protocols: Protocols) -> Protocol:
    return protocols.get(*GRONINGEN)


@pytest.fixture
def handreiking(protocols: Protocols) -> Protocol:
    return protocols.get(*HANDREIKING)


def proposed(protocol: Protocol, facts: dict[str, object]) -> set[Role]:
    return {step.refer.to for step in protocol.steps_for(facts)}


def informed(protocol: Protocol, facts: dict[str, object]) -> set[Role]:
    return {role for inform in protocol.informs_for(facts) for role in inform.inform}


def clocks(protocol: Protocol, facts: dict[str, object]) -> set[str]:
    """Those that start with the report alone, before anybody agreed, took up or asked for anything."""
    return {clock.id for clock in protocol.clocks_for(facts) if clock.starts not in SAID_LATER and not clock.of_step}


# --- all of them ----------------------------------------------------------------------------------------------------


def test_x_1_no_file_mediates(protocols: Protocols):
    assert not [
        step for protocol in protocols for step in protocol.steps if is_mediation(step.refer.to, step.refer.purpose)
    ]


@given(cases, st.frozensets(st.sampled_from(sorted(Severity)), max_size=3))
def test_ams_4_help_and_clocks_are_the_same_whatever_the_severity(protocols: Protocols, facts, severity):
    for protocol in protocols:
        marked = {**facts, "severity": severity}
        assert [step.id for step in protocol.steps_for(facts)] == [step.id for step in protocol.steps_for(marked)]
        assert clocks(protocol, facts) == clocks(protocol, marked)


@pytest.mark.parametrize("kind", ["lead", "signal", "for_information", "advice_request"])
def test_less_than_a_report_starts_nothing(protocols: Protocols, kind: str):
    for protocol in protocols:
        for report in (POLICE_REPORT, KSC_REPORT):
            facts = {**report, "record_kind": kind, "acute": True, "high_profile": True}
            assert not proposed(protocol, facts) | informed(protocol, facts) | clocks(protocol, facts)


@pytest.mark.parametrize("identity", ["one_way", "anonymous_heard"])
def test_nobody_asks_or_times_a_person_without_a_name(protocols: Protocols, identity: str):
    for protocol in protocols:
        for door in ({"police"}, {"report_platform"}, {"anti_discrimination"}, MUNICIPAL, {"coc", "coc_confidant"}):
            facts = {**KSC_REPORT, "door": frozenset(door), "identity": identity}
            assert not clocks(protocol, facts)
            for step in protocol.steps_for(facts):
                assert step.refer.if_refused == "strip"
                assert step.refer.needs == (Scope.CASE_FACTS,)


def test_a_limit_runs_only_where_a_text_gives_one_or_the_file_says_that_it_is_our_choice(protocols: Protocols):
    limits = {f"{protocol.ref}/{clock.id}": str(clock.limit) for protocol in protocols for clock in protocol.clocks}
    guide = "@".join(HANDREIKING)
    assert {name for name, limit in limits.items() if limit != "None"} == {
        f"{guide}/contact-met-melder",
        f"{guide}/antwoord",
        f"{guide}/evaluatie",
        "handreiking-negen-stappen@2017.1/contact-met-melder",
        "handreiking-negen-stappen@2017.3/contact-met-melder",
        "handreiking-negen-stappen@2017.3/antwoord",
        "handreiking-negen-stappen@2017.3/evaluatie",
        "handreiking-negen-stappen@2017.1/evaluatie",
        "handreiking-negen-stappen@2017.2/contact-met-melder",
        "handreiking-negen-stappen@2017.2/evaluatie",
        "groningen-protocolkaart@2017.4/eerste-gesprek",
        "amsterdam-treiteraanpak@2013.1/bericht",
        "amsterdam-treiteraanpak@2013.1/contact",
        "amsterdam-treiteraanpak@2013.2/bericht",
        "amsterdam-treiteraanpak@2013.2/contact",
        "amsterdam-treiteraanpak@2013.3/bericht",
        "amsterdam-treiteraanpak@2013.3/contact",
        *ANSWERS,
    }
    answers = {clock.promise for one in protocols for clock in one.clocks if f"{one.ref}/{clock.id}" in ANSWERS}
    assert answers == {"our_choice"}
    kinds = {clock.id: clock.promise for clock in protocols.get(*HANDREIKING).clocks if clock.has_limit}
    ours = dict.fromkeys(("contact-met-melder", "antwoord", "evaluatie"), "our_choice")
    assert kinds == {**ours, "actie": "promised"}


def test_nobody_in_amsterdam_is_late_for_what_nobody_promised(protocols: Protocols):
    """An answer to a referral is measured there, and asked for: no limit, so no breach."""
    (clock,) = (one for one in protocols.get("amsterdam-treiteraanpak", "2013.3").clocks if one.stops.on == "answered")
    assert (clock.of_step, clock.limit, clock.promise, clock.on_breach) == ("any", None, "measured", ())
    assert [str(reminder) for reminder in clock.reminders] == ["2 werkdagen"]


@pytest.mark.parametrize("name", sorted(WITH_STEPS))
def test_who_is_referred_to_is_waited_for_and_not_for_ever(protocols: Protocols, name: str):
    """The newest file of every scheme that refers: each of its steps has a clock that waits for an answer. The adviser's word alone is
    waited for by nobody."""
    newest = max((one for one in protocols if one.protocol == name), key=lambda one: by_age(one.version))
    timed = {clock.of_step for clock in newest.clocks if clock.stops.on == "answered"}
    waited_for = {step.id for step in newest.steps if {step.id, "any"} & timed}
    assert {step.id for step in newest.steps} - waited_for == WITH_STEPS[name]


@pytest.mark.parametrize("name", ["actieplan-veiligheid", "voorbeeldaanpak-woonomgeving", "zwb-aanspreekpunt"])
def test_a29_report_or_complaint_is_explained_first(protocols: Protocols, name: str):
    """Where the police or the prosecutor is proposed."""
    newest = max((one for one in protocols if one.protocol == name), key=lambda one: by_age(one.version))
    assert {Role.POLICE, Role.PROSECUTOR} & {step.refer.to for step in newest.steps}
    assert ("report_vs_complaint", "complaint") in {(one.topic.value, one.before) for one in newest.explain}


def test_an_unknown_version_says_which_are_there(protocols: Protocols):
    with pytest.raises(UnknownProtocolError, match=r"amsterdam-handelingskader@2023\.2"):
        protocols.get("amsterdam-handelingskader", "2024.1")


def test_the_digest_follows_the_meaning(protocols: Protocols, amsterdam: Protocol):
    assert len({protocol.digest for protocol in protocols}) == len(protocols)
    assert amsterdam.model_copy(update={"title": "anders"}).digest != amsterdam.digest
    assert len(protocols.digest) == 64


# --- Amsterdam, Handelingskader 2023 --------------------------------------------------------------------------------


def test_ams_1_a_police_report_of_assault_proposes_three(amsterdam: Protocol):
    steps = list(amsterdam.steps_for(POLICE_REPORT))
    assert sorted(step.refer.to for step in steps) == ["anti_discrimination", "coordinator", "victim_support"]
    for step in steps:  # each waits for its own consent
        assert (step.refer.basis, step.refer.if_refused) == ("consent", "hold")
        assert Scope.CONTACT_DETAILS in step.refer.needs
    topics = {(explain.topic.value, explain.before) for explain in amsterdam.explain}
    assert topics == {("label_benefit_and_risk", "label"), ("report_vs_complaint", "complaint")}


def test_scolding_asks_for_no_project_leader_but_for_the_same_help(amsterdam: Protocol):
    facts = {**POLICE_REPORT, "natures": frozenset({Nature.SCOLDING.value})}
    assert proposed(amsterdam, facts) == {Role.VICTIM_SUPPORT, Role.ANTI_DISCRIMINATION}


def test_ams_2_a_victim_from_elsewhere_goes_to_the_home_town_only(amsterdam: Protocol):
    facts = {**POLICE_REPORT, "residence_elsewhere": "yes"}
    (step,) = amsterdam.steps_for(facts)
    assert (step.id, step.refer.to, step.refer.where) == (
        "slachtofferhulp-eigen-woonplaats",
        "victim_support",
        "residence",
    )
    assert step.refer.duty == "neemt contact op met het slachtoffer"
    (clock,) = [one for one in amsterdam.clocks_for(facts) if one.of_step not in (None, "any")]
    assert clocks(amsterdam, facts) == set()
    assert (clock.starts, clock.of_step, clock.responsible) == ("referral.delivered", step.id, "victim_support")


@pytest.mark.parametrize("residence", ["unknown", None])
def test_ams_2_an_unknown_residence_is_not_guessed(amsterdam: Protocol, residence: str | None):
    facts = {**POLICE_REPORT, "residence_elsewhere": residence}
    assert "slachtofferhulp-eigen-woonplaats" not in {step.id for step in amsterdam.steps_for(facts)}
    (check,) = (check for check in amsterdam.checks if check.id == "residence")
    assert "geen woonplaats geraden" in check.consequences["unknown"]


def test_ams_3_the_label_changes_no_help(amsterdam: Protocol):
    for label in ("given", "refused", "none"):
        assert proposed(amsterdam, {**POLICE_REPORT, "label": label}) == proposed(amsterdam, POLICE_REPORT)


@pytest.mark.parametrize("severity", sorted(Severity))
def test_ams_4_only_serious_informs_the_board(amsterdam: Protocol, severity: str):
    board = {Role.DISTRICT_CHAIR, Role.MAYOR} if severity == "serious" else set()
    assert informed(amsterdam, {**POLICE_REPORT, "severity": frozenset({severity})}) == board


def test_attention_alone_informs_nobody_in_amsterdam(amsterdam: Protocol):
    assert informed(amsterdam, {**POLICE_REPORT, "acute": True, "high_profile": True}) == set()


def test_the_board_never_calls_by_itself(amsterdam: Protocol):
    assert not [step for step in amsterdam.steps if step.refer.purpose == "board_contact"]


def test_ams_6_a_one_way_report_of_the_platform_goes_on_stripped(amsterdam: Protocol):
    facts = {**POLICE_REPORT, "door": frozenset({"report_platform"}), "identity": "one_way"}
    (step,) = amsterdam.steps_for(facts)
    assert (step.refer.to, step.refer.if_refused) == ("anti_discrimination", "strip")
    assert not clocks(amsterdam, facts)


def test_b03_b05_amsterdam_promises_no_term(amsterdam: Protocol):
    assert {(clock.promise.value, clock.limit, clock.on_breach) for clock in amsterdam.clocks} == {
        ("measured", None, ())
    }
    (clock,) = (clock for clock in amsterdam.clocks_for(POLICE_REPORT) if clock.starts == "report.received")
    assert (clock.stops.on, clock.stops.with_, clock.stops.by) == ("made", ("victim",), ())


def test_a59_an_object_has_no_victim_to_refer(amsterdam: Protocol):
    facts = {
        **POLICE_REPORT,
        "target": "object",
        "natures": frozenset({"flag_incident"}),
        "severity": frozenset({"serious"}),
    }
    assert not proposed(amsterdam, facts)
    assert informed(amsterdam, facts)


def test_b10_amsterdam_has_no_cards(amsterdam: Protocol):
    assert amsterdam.scheme.cards == ()
    assert "_card" not in amsterdam.model_dump_json()


def test_b29_the_call_after_a_month_is_our_choice(amsterdam: Protocol):
    assert amsterdam.aftercare is not None
    aftercare = amsterdam.aftercare
    assert (str(aftercare.after), str(aftercare.until), aftercare.promise) == ("1 maand", "2 maanden", "our_choice")


def test_b15_each_partner_closes_its_own(amsterdam: Protocol):
    assert {reason.reason.value for reason in amsterdam.closing.reasons} == {
        "enough_help",
        "no_help_wanted",
        "means_exhausted_referred_on",
        "anonymous",
    }
    assert amsterdam.closing.by == Role.COORDINATOR


# --- Groningen, Protocolkaart ---------------------------------------------------------------------------------------


def test_grn_1_suspicion_goes_to_the_desk_with_the_form(groningen: Protocol):
    (step,) = groningen.steps_for(KSC_REPORT)
    assert (step.refer.to, step.refer.form) == ("anti_discrimination", "meldingsformulier")
    assert clocks(groningen, KSC_REPORT) == {"gemeente-contact-met-slachtoffer"}
    assert informed(groningen, KSC_REPORT) == set()


@pytest.mark.parametrize("door", [{"coc", "coc_confidant"}, {"police"}, {"municipal_desk"}])
def test_grn_2_a_refused_name_strips_and_never_holds(groningen: Protocol, door: set[str]):
    (step,) = groningen.steps_for({**KSC_REPORT, "door": frozenset(door)})
    assert step.refer.if_refused == "strip"
    assert step.refer.needs == (Scope.CASE_FACTS,)
    assert set(step.refer.wants) == {Scope.CONTACT_DETAILS, Scope.STORY}


@pytest.mark.parametrize(
    ("acute", "high_profile", "told"),
    [(True, True, {Role.MAYOR, Role.ALDERMAN}), (True, False, set()), (False, True, set()), (False, False, set())],
)
@pytest.mark.parametrize("suspicion", ["yes", "unknown", None])
def test_grn_3_both_flags_and_not_one(groningen: Protocol, acute: bool, high_profile: bool, told: set[Role], suspicion):
    facts = {**KSC_REPORT, "acute": acute, "high_profile": high_profile, "suspicion": suspicion}
    assert informed(groningen, facts) == told


@pytest.mark.parametrize("suspicion", ["no", "unknown", None])
def test_grn_4_no_and_unknown_are_the_desk_s_own(groningen: Protocol, suspicion: str | None):
    for door in (MUNICIPAL, {"coc_confidant"}, {"police"}):
        facts = {**KSC_REPORT, "door": frozenset(door), "suspicion": suspicion}
        assert not proposed(groningen, facts) | informed(groningen, facts) | clocks(groningen, facts)
    (check,) = (check for check in groningen.checks if check.id == "vermoeden")
    assert "blijft openstaan" in check.consequences["unknown"]
    assert "een mens beslist" in check.consequences["no"]


def test_grn_5_both_must_hold_before_the_process_ends(groningen: Protocol):
    assert {reason.reason.value for reason in groningen.closing.reasons} == {
        "suspicion_removed_and_content",
        "anonymous",
    }
    checks = {check.check.value: check for check in groningen.checks}
    assert "ook tevreden" in checks["suspicion_removed"].consequences["yes"]
    assert "ook het vermoeden" in checks["reporter_content"].consequences["yes"]


def test_grn_6_a_direct_anonymous_call_is_heard_and_that_is_all(groningen: Protocol, handreiking: Protocol):
    facts = {**KSC_REPORT, "door": frozenset({"anti_discrimination"}), "identity": "anonymous_heard", "suspicion": None}
    for protocol in (groningen, handreiking):
        assert not proposed(protocol, facts) | informed(protocol, facts) | clocks(protocol, facts)


def test_coc_and_police_tell_the_municipality_without_a_name(groningen: Protocol):
    assert informed(groningen, {**KSC_REPORT, "door": frozenset({"police"})}) == {Role.PROTOCOL_OFFICER}
    assert informed(groningen, {**KSC_REPORT, "door": frozenset({"coc"})}) == {Role.PROTOCOL_OFFICER}


# --- Handreiking, nine steps ----------------------------------------------------------------------------------------


def test_hrk_1_48_hours_to_the_reporter_until_contact_is_made(handreiking: Protocol):
    (clock,) = (clock for clock in handreiking.clocks_for(POLICE_REPORT) if clock.starts == "report.received")
    assert (str(clock.limit), clock.promise, clock.starts) == ("48h", "our_choice", "report.received")
    assert (clock.stops.on, clock.stops.with_) == ("made", ("reporter",))
    assert "bijvoorbeeld er zal binnen 48 uur na een melding contact worden opgenomen met de melder(s)" in clock.source
    assert [str(reminder) for reminder in clock.reminders] == ["24h"]


def test_the_guide_proposes_nobody_by_itself(handreiking: Protocol):
    assert not proposed(handreiking, POLICE_REPORT)


@pytest.mark.parametrize("reporter", ["victim", "bystander", "professional"])
def test_whoever_reported_is_contacted(handreiking: Protocol, reporter: str):
    assert clocks(handreiking, {**POLICE_REPORT, "reporter": reporter}) == {
        "contact-met-melder",
        "stilte-naar-melder",
        "volhouden",
    }
