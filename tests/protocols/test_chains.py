"""Chains: which partner fills which role where, under which protocols, who may tell what; and faulty chain files."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backbone.chains import Chain, Chains, ChainUnknown, Relation, Unknown, check_chains, load_chains
from backbone.protocols import DefinitionError, Protocols
from schakel.calendar import Limit
from schakel.events import TOLD
from schakel.events.vocab import Role
from tests.protocols.samples import KSC_REPORT, POLICE_REPORT, ROOT


@pytest.fixture
def amsterdam(chains: Chains) -> Chain:
    chain = chains.get("amsterdam")
    assert chain is not None
    return chain


@pytest.fixture
def groningen(chains: Chains) -> Chain:
    chain = chains.get("groningen")
    assert chain is not None
    return chain


def ids(partners) -> list[str]:
    return [partner.id for partner in partners]


# --- our own files --------------------------------------------------------------------------------------------------


def test_every_role_that_a_protocol_counts_on_is_held(chains: Chains):
    assert chains.warnings == ()
    assert [list(chain.vacancies()) for chain in chains] == [[], []]


def test_the_register_finds_a_partner_by_id_and_by_oin(chains: Chains):
    partner = chains.partner("slachtofferhulp")
    assert partner is not None
    assert chains.by_oin(partner.oin) is partner
    assert chains.partner("nobody") is None
    assert chains.by_oin("0" * 20) is None


def test_a_national_partner_stands_in_both_chains(chains: Chains):
    assert [chain.name for chain in chains.chains_of("slachtofferhulp")] == ["amsterdam", "groningen"]
    assert [chain.name for chain in chains.chains_of("dmg")] == ["groningen"]


@pytest.mark.parametrize(
    ("partner", "municipality", "chain"),
    [
        ("politie-amsterdam", None, "amsterdam"),
        ("politie-amsterdam", "amsterdam", "amsterdam"),
        ("slachtofferhulp", "groningen", "groningen"),
        ("slachtofferhulp", "amsterdam", "amsterdam"),
    ],
)
def test_a_report_finds_its_chain(chains: Chains, partner: str, municipality: str | None, chain: str):
    found = chains.resolve(partner, municipality)
    assert isinstance(found, Chain)
    assert found.name == chain


@pytest.mark.parametrize(
    ("partner", "municipality", "reason", "said"),
    [
        ("slachtofferhulp", None, Unknown.MUNICIPALITY_MISSING, "one of amsterdam, groningen"),
        ("slachtofferhulp", "utrecht", Unknown.MUNICIPALITY_ELSEWHERE, "they cover amsterdam, groningen"),
        ("politie-amsterdam", "groningen", Unknown.MUNICIPALITY_ELSEWHERE, "they cover amsterdam"),
        ("nobody", "amsterdam", Unknown.PARTNER_UNKNOWN, "partners.yaml"),
    ],
)
def test_a_report_without_a_chain_hears_why(chains: Chains, partner, municipality, reason, said):
    found = chains.resolve(partner, municipality)
    assert isinstance(found, ChainUnknown)
    assert found.reason is reason
    assert said in str(found)


def test_the_project_leader_is_that_of_the_district(amsterdam: Chain):
    assert ids(amsterdam.partners_for(Role.COORDINATOR, "oost")) == ["gemeente-amsterdam"]
    assert ids(amsterdam.partners_for(Role.COORDINATOR, "haarlem-oost")) == []
    assert ids(amsterdam.partners_for(Role.COORDINATOR, None)) == []  # whose district is not guessed
    assert ids(amsterdam.partners_for(Role.VICTIM_SUPPORT, None)) == ["slachtofferhulp"]
    assert ids(amsterdam.partners_for(Role.MEDIATION, "oost")) == []


MEMBERS = {
    "amsterdam": {
        "politie-amsterdam": {"police", "police_control_room", "roze_in_blauw"},
        "gemeente-amsterdam": {
            "municipality",
            "municipal_desk",
            "mayor",
            "alderman",
            "coordinator",
            "district_chair",
        },
        "discriminatie-nl-amsterdam": {"anti_discrimination"},
        "slachtofferhulp": {"victim_support"},
        "coc-amsterdam": {"coc"},
        "om-amsterdam": {"prosecutor"},
        "centrum-seksueel-geweld": {"sexual_violence_centre"},
        "veilig-thuis-amsterdam": {"domestic_violence"},
        "rita": {"report_platform"},
        "ketentoezicht": {"auditor"},
    },
    "groningen": {
        "dmg": {"anti_discrimination"},
        "gemeente-groningen": {
            "municipality",
            "municipal_desk",
            "protocol_officer",
            "coordinator",
            "mayor",
            "alderman",
        },
        "coc-groningen": {"coc", "coc_confidant", "coc_safety_coordinator"},
        "politie-noord": {"police", "police_control_room", "roze_in_blauw"},
        "slachtofferhulp": {"victim_support"},
        "om-noord": {"prosecutor"},
        "centrum-seksueel-geweld": {"sexual_violence_centre"},
        "veilig-thuis-groningen": {"domestic_violence"},
        "perspectief": {"restorative_mediation"},
        "college-rechten-mens": {"human_rights_institute"},
    },
}


def test_who_is_what_in_the_two_chains(chains: Chains):
    assert {chain.name: {id_: chain.roles_of(id_) for id_ in chain.partners} for chain in chains} == MEMBERS


def test_the_door_is_every_role_of_the_partner(amsterdam: Chain, groningen: Chain):
    assert {"municipality", "coordinator", "district_chair"} <= amsterdam.roles_of("gemeente-amsterdam")
    assert groningen.roles_of("coc-groningen") == {"coc", "coc_confidant", "coc_safety_coordinator"}
    assert amsterdam.roles_of("dmg") == frozenset()


def test_amsterdam_runs_one_protocol_and_groningen_two(amsterdam: Chain, groningen: Chain):
    assert [ref.name for ref in amsterdam.protocols_for(POLICE_REPORT)] == ["amsterdam-handelingskader"]
    assert [ref.name for ref in groningen.protocols_for(KSC_REPORT)] == [
        "groningen-protocolkaart",
        "handreiking-negen-stappen",
    ]


def test_no_limit_runs_in_amsterdam(amsterdam: Chain):
    assert {clock.limit for protocol in amsterdam.protocols.values() for clock in protocol.clocks} == {None}


def test_a_chain_has_its_own_calendar(amsterdam: Chain):
    due = amsterdam.calendar().add(datetime(2026, 4, 2, 8, tzinfo=UTC), Limit.parse("2 werkdagen"))
    assert due == datetime(2026, 4, 8, 22, tzinfo=UTC)


def test_consent_recorded_by_its_beneficiary_is_provisional(chains: Chains):
    assert all(chain.consent.provisional_if_recorded_by_beneficiary for chain in chains)


# --- who may tell what ----------------------------------------------------------------------------------------------

POLICE = {Role.POLICE}
SUPPORT = {Role.VICTIM_SUPPORT}


@pytest.mark.parametrize(
    ("event_type", "roles", "relation", "allowed"),
    [
        ("report.received", SUPPORT, Relation.NONE, True),
        ("report.received", SUPPORT, Relation.PARTY, False),
        ("report.corrected", POLICE, Relation.REPORTER, True),
        ("report.corrected", POLICE, Relation.PARTY, False),
        ("referral.accepted", SUPPORT, Relation.PARTY, True),
        ("referral.accepted", SUPPORT, Relation.REPORTER, False),
        ("referral.accepted", SUPPORT, {Relation.REPORTER, Relation.PARTY}, True),
        ("consent.granted", POLICE, Relation.MEMBER, False),
        ("consent.withdrawn", POLICE, Relation.MEMBER, True),
        ("consent.withdrawn", POLICE, Relation.PARTY, True),  # whoever is in the case is a member too
        ("consent.withdrawn", POLICE, Relation.NONE, False),
        ("contact.made", SUPPORT, Relation.MEMBER, False),
        ("complaint.taken", POLICE, Relation.REPORTER, True),
        ("complaint.taken", SUPPORT, Relation.PARTY, False),
        ("complaint.settled", {Role.PROSECUTOR}, Relation.PARTY, True),
        ("close.requested", {Role.COORDINATOR}, Relation.PARTY, True),
        ("close.requested", POLICE, Relation.PARTY, False),
        ("event.voided", POLICE, Relation.PARTY, False),
        ("clock.breached", POLICE, Relation.PARTY, False),
        ("no.such.event", POLICE, Relation.PARTY, False),
    ],
)
def test_who_may_tell_what(amsterdam: Chain, event_type: str, roles, relation, allowed: bool):
    assert amsterdam.may_tell(event_type, roles, relation) is allowed


def test_a_chain_file_grants_more(amsterdam: Chain, groningen: Chain):
    desk = {Role.ANTI_DISCRIMINATION}
    assert groningen.may_tell("close.requested", desk, Relation.PARTY)
    assert not amsterdam.may_tell("close.requested", desk, Relation.PARTY)


def test_every_told_event_is_somebody_s_or_the_operator_s(amsterdam: Chain):
    operator = {"partner.suspended", "partner.restored", "agreement.signed", "agreement.ended", "event.voided"}
    told = {name for name in TOLD if any(amsterdam.may_tell(name, set(Role), relation) for relation in Relation)}
    assert told == set(TOLD) - operator


# --- faulty files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "chains", tmp_path / "chains"))


def break_file(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


FAULTY = [
    ("partners.yaml", "id: rita,", "id: RITA,", ["'RITA'", "it becomes part of the topic's name"]),
    ("partners.yaml", 'oin: "99999999100000007000"', "oin: 99999999100000007000", ["is the number", "quotes"]),
    ("partners.yaml", "99999999100000007000", "999999991000", ["'999999991000'", "20 digits"]),
    ("partners.yaml", "99999999100000007000", "99999999100000006000", ["`rita` has the oin of `om-amsterdam`"]),
    (
        "partners.yaml",
        "id: coc-amsterdam,",
        "id: politie-amsterdam,",
        ["`politie-amsterdam` stands in the register twice"],
    ),
    ("partners.yaml", "kind: private", "kind: privat", ["'privat'", "did you mean `private`"]),
    (
        "rights.yaml",
        "report.corrected",
        "report.corected",
        ["not an event that a partner tells", "mean report.corrected"],
    ),
    ("rights.yaml", "tell: [report.corrected]", "tell: [clock.breached]", ["clock.breached is not an event"]),
    ("rights.yaml", "relation: reporter}", "relation: author}", ["'author'", "none, reporter, party, member"]),
    ("rights.yaml", "event.voided]", "event.void]", ["event.void is not an event"]),
    ("amsterdam.yaml", "partner: rita,", "partner: ritta,", ["the partner `ritta` is not in", "did you mean `rita`"]),
    (
        "amsterdam.yaml",
        "roles: [coc]",
        "roles: [slachtofferhulp]",
        ["write `victim_support`: that is «slachtofferhulp»"],
    ),
    (
        "amsterdam.yaml",
        "roles: [coc]",
        "roles: [meldpunt]",
        ["`municipal_desk` («meldpunt overlast en zorg») or `anti_discrimination`"],
    ),
    ("amsterdam.yaml", "roles: [coc]", "roles: [cox]", ["'cox'", "did you mean `coc`"]),
    (
        "amsterdam.yaml",
        "    districts: [centrum",
        "    districts: [sentrum",
        ["the district `sentrum`", "mean `centrum`"],
    ),
    (
        "amsterdam.yaml",
        "@2023.4,",
        "@2024.1,",
        [
            "the protocol `amsterdam-handelingskader@2024.1` is not in",
            "did you mean `amsterdam-handelingskader@2023.4`?",
        ],
    ),
    ("amsterdam.yaml", "@2023.4,", ",", ["name@version"]),
    ("amsterdam.yaml", "Europe/Amsterdam", "Europe/Amsterdm", ["'Europe/Amsterdm'", "IANA name"]),
    ("amsterdam.yaml", "calendar: nl", "calendar: be", ["calendar 'be' is not known; known are: nl"]),
    ("amsterdam.yaml", "chain: amsterdam", "chain: mokum", ["the file says chain `mokum`", "mokum.yaml"]),
    ("amsterdam.yaml", "municipalities: [amsterdam]", "municipalities: [Amsterdam]", ["'Amsterdam'", "small letters"]),
    ("amsterdam.yaml", "agreements: []", "agreement: []", ["`agreement` is not a field", "did you mean `agreements`"]),
    (
        "amsterdam.yaml",
        "@2023.4, districts: all}",
        "@2023.4, districts: all, when: {labl: given}}",
        ["`labl` is not a fact"],
    ),
    ("amsterdam.yaml", "of: [accused]", "of: [acused]", ["'acused' is no kind of person", "accused"]),
    ("amsterdam.yaml", "of: [accused]", "of: [victim]", ["`victim` has two terms for keeping"]),
    ("amsterdam.yaml", "cooling_off: 14 dagen", "cooling_off: soon", ["'soon' is not a limit"]),
    ("groningen.yaml", "handreiking-negen-stappen@2017.4", "groningen-protocolkaart@2017.4", ["is used twice"]),
    ("groningen.yaml", "tell: [close.requested]", "tell: [case.closed]", ["case.closed is not an event"]),
    ("groningen.yaml", "chain: groningen", "chain: [", ["not readable as YAML"]),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), FAULTY)
def test_a_faulty_file_is_answered_with_its_line(folder: Path, protocols: Protocols, name, old, new, said):
    text = (folder / name).read_text()
    break_file(folder, name, old, new)
    with pytest.raises(DefinitionError) as raised:
        load_chains(folder, protocols)
    fitting = [str(problem) for problem in raised.value.problems if all(part in str(problem) for part in said)]
    assert fitting, str(raised.value)
    line = text[: text.index(old)].count("\n") + 1
    shift = 2 if new == "chain: [" else 0
    assert any(f"{name}:{at}: error: " in fitting[0] for at in range(line, line + shift + 1)), fitting[0]


def test_an_agreement_needs_members_and_a_term(folder: Path, protocols: Protocols):
    agreement = "agreements:\n  - {{agreement: convenant, title: Convenant, parties: [{0}], purposes: [referral], valid_from: {1}"
    good = agreement.format("rita, coc-amsterdam", "2026-01-01, valid_until: 2026-05-31}")
    break_file(folder, "amsterdam.yaml", "agreements: []", good)
    (signed,) = next(chain for chain in load_chains(folder, protocols)).agreements
    assert signed.parties == ("rita", "coc-amsterdam")
    break_file(folder, "amsterdam.yaml", "[rita, coc", "[dmg, coc")
    with pytest.raises(DefinitionError, match="the party `dmg` is not in the chain's members"):
        load_chains(folder, protocols)
    break_file(folder, "amsterdam.yaml", "2026-05-31", "2025-05-31")
    with pytest.raises(DefinitionError, match="valid_until 2025-05-31 lies before"):
        load_chains(folder, protocols)


def test_what_the_other_chain_counts_on_is_an_error(folder: Path, protocols: Protocols):
    """Somebody from elsewhere would be handed to nobody."""
    break_file(folder, "amsterdam.yaml", "roles: [victim_support]", "roles: [other]")
    missing = r"groningen\.yaml:\d+: error: nobody holds the role victim_support for the whole of the chain amsterdam"
    with pytest.raises(DefinitionError, match=missing):
        load_chains(folder, protocols)


def test_a_partner_of_no_chain_hears_so(folder: Path, protocols: Protocols):
    break_file(folder, "amsterdam.yaml", "partner: rita,", "partner: coc-amsterdam,")
    found = load_chains(folder, protocols).resolve("rita", "amsterdam")
    assert isinstance(found, ChainUnknown)
    assert found.reason is Unknown.NOT_A_MEMBER


def test_two_chains_may_not_leave_a_report_in_doubt(folder: Path, protocols: Protocols):
    break_file(folder, "groningen.yaml", "municipalities: [groningen]", "municipalities: [groningen, amsterdam]")
    found = load_chains(folder, protocols).resolve("slachtofferhulp", "amsterdam")
    assert isinstance(found, ChainUnknown)
    assert (found.reason, found.candidates) == (Unknown.AMBIGUOUS, ("amsterdam", "groningen"))


def test_a_protocol_bound_to_districts_and_conditions(folder: Path, protocols: Protocols):
    break_file(
        folder,
        "groningen.yaml",
        "stappen@2017.4, districts: all}",
        "stappen@2017.4, districts: [noord, oost], when: {acute: true}}",
    )
    chain = next(chain for chain in load_chains(folder, protocols) if chain.name == "groningen")
    names = {
        (district, acute): len(chain.protocols_for({**KSC_REPORT, "district": district, "acute": acute}))
        for district in ("oost", "zuid", None)
        for acute in (True, False)
    }
    assert [case for case, count in names.items() if count == 2] == [("oost", True)]


def test_a_missing_register_and_an_empty_folder(tmp_path: Path, protocols: Protocols):
    with pytest.raises(DefinitionError, match=r"partners\.yaml:1: error: the file does not exist"):
        load_chains(tmp_path, protocols)
    for name in ("partners.yaml", "rights.yaml"):
        shutil.copy(ROOT / "chains" / name, tmp_path)
    with pytest.raises(DefinitionError, match="holds no chain"):
        load_chains(tmp_path, protocols)


def test_the_digest_follows_members_and_rights(folder: Path, protocols: Protocols, chains: Chains):
    again = load_chains(folder, protocols)
    assert again.digest == chains.digest
    break_file(folder, "partners.yaml", "Meldpunt RITA", "Meldpunt Rita")
    changed = load_chains(folder, protocols)
    assert changed.digest != chains.digest
    assert [chain.digest == old.digest for chain, old in zip(changed, chains, strict=True)] == [False, True]


def test_problems_of_all_files_come_together(folder: Path, protocols: Protocols):
    break_file(folder, "amsterdam.yaml", "calendar: nl", "calendar: be")
    break_file(folder, "groningen.yaml", "partner: dmg,", "partner: dgm,")
    _, problems = check_chains(folder, protocols)
    assert {problem.path.name for problem in problems if problem.is_error} == {"amsterdam.yaml", "groningen.yaml"}
