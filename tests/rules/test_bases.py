"""Another basis than consent: which roles may invoke it, for how long, and between whom an agreement counts."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backbone.chains import Agreement, Chain, OtherBasis
from schakel import codec
from schakel.calendar import Limit
from schakel.errors import Unreadable
from schakel.events.consent import BasisInvoked
from schakel.messages import Refusal
from services.intake import bases
from services.intake.bases import objections
from tests.support.casebook import repository
from tests.support.telling import ADV, AUDITOR, CITY, COC, HELP, POLICE, Tell, invoked, moment, opened

NOW = moment("2026-03-03 12:00")
chains, _ = repository()
COVENANT = Agreement(
    agreement="convenant",
    title="Convenant (verzonnen)",
    parties=(POLICE, ADV),
    purposes=("consultation",),
    valid_from=date(2026, 3, 1),
    valid_until=date(2026, 5, 31),
)


def amsterdam() -> Chain:
    """Amsterdam with an agreement, which the police may invoke."""
    chain = chains.get("amsterdam")
    assert chain is not None
    rule = OtherBasis(
        basis="agreement",
        roles=("police",),
        at_most=Limit.parse("12 maanden"),
        source="keuze: verzonnen",
    )
    file = chain.file.model_copy(update={"agreements": (COVENANT,), "bases": (*chain.bases, rule)})
    return replace(chain, file=file)


def answer(told: Tell, now: object = NOW) -> Refusal | None:
    sender = chains.partner(told.by)
    assert sender is not None
    return next(objections(told.event, sender, [amsterdam()], now), None)  # type: ignore[arg-type]


def covenant(to: str = ADV, until: str = "2026-06-01 00:00", purpose: str = "consultation", **more: str) -> Tell:
    return invoked(to, basis="agreement", until=until, purpose=purpose, **{"agreement": "convenant", **more})


@pytest.mark.parametrize(
    "told",
    [
        invoked(HELP, until="2026-03-06 12:00"),
        invoked(HELP, basis="legal_duty", until="2026-04-02 00:00"),
        covenant(),
        covenant(until="2026-03-04 00:00"),
        opened("contact_details", "contact_preference", "story", "label", until="2026-03-17 12:00"),
    ],
    ids=["danger, three days", "law, a month", "agreement, to its last day", "agreement, one day", "audit, two weeks"],
)
def test_whom_the_chain_names_may_for_a_limited_time(told: Tell):
    assert answer(told) is None


REFUSED = [
    (invoked(HELP, basis="consent"), "basis.not_one", "basis"),
    (invoked(HELP, purpose="publication", until="2026-03-04 12:00"), "basis.hers_alone", "purpose"),
    (invoked(HELP, by=CITY, until="2026-03-04 12:00"), "basis.not_allowed", "basis"),
    (invoked(HELP, by=COC, basis="legal_duty", until="2026-03-04 12:00"), "basis.not_allowed", "basis"),
    (invoked(HELP, until="2026-03-06 12:01"), "basis.too_long", "until"),
    (invoked(HELP, until="2026-03-03 12:00"), "basis.ended", "until"),
    (opened("story", basis="vital_interest", until="2026-03-04 12:00"), "basis.not_allowed", "basis"),
    (opened("story", by=POLICE, to=POLICE), "basis.not_allowed", "basis"),
    (opened("story", until="2026-03-18 00:01"), "basis.too_long", "until"),
    (opened("story", until="2026-03-03 11:59"), "basis.ended", "until"),
    (opened("story", to=POLICE), "basis.for_another", "recipient"),
    (opened(), "basis.which_fields", "scopes"),
    (opened("story", "case_facts"), "basis.which_fields", "scopes"),
    (opened("unknown"), "basis.which_fields", "scopes"),
    (invoked(AUDITOR, by=AUDITOR, basis="legal_duty", until="2026-03-04 12:00"), "basis.not_allowed", "basis"),
    (invoked(HELP, by=AUDITOR, until="2026-03-04 12:00"), "basis.not_allowed", "basis"),
    (covenant(agreement="another"), "agreement.unknown", "agreement"),
    (covenant(to=HELP), "agreement.not_party", "recipient"),
    (covenant(purpose="referral"), "agreement.another_purpose", "purpose"),
    (covenant(until="2026-06-01 00:01"), "agreement.ends_before", "until"),
]


@pytest.mark.parametrize(("told", "code", "field"), REFUSED, ids=[f"{code} {told.by}" for told, code, _ in REFUSED])
def test_a_no_with_its_reason(told: Tell, code: str, field: str):
    found = answer(told)
    assert found is not None
    assert (found.code, found.field) == (code, field)


@pytest.mark.parametrize(
    ("day", "in_force"),
    [("2026-02-28 23:59", False), ("2026-03-01 00:00", True), ("2026-05-31 23:00", True), ("2026-06-01 00:00", False)],
)
def test_an_agreement_counts_from_its_first_day_to_the_end_of_its_last(day: str, in_force: bool):
    """On 31 May, and not on 1 June (scenarios.md, TRT-5)."""
    found = answer(covenant(until="2026-06-01 00:05"), moment(day))
    assert found is not None
    assert found.code == ("agreement.ends_before" if in_force else "agreement.not_in_force")


def test_every_code_is_given_here():
    codes = re.findall(r'"((?:basis|agreement)\.[a-z_]+)"', Path(bases.__file__).read_text(encoding="utf-8"))
    assert set(codes) == {code for _, code, _ in REFUSED} | {"agreement.not_in_force"}


def test_the_refusal_names_the_roles_that_may():
    found = answer(invoked(HELP, by=CITY, until="2026-03-04 12:00"))
    assert found is not None
    assert "sexual_violence_centre" in (found.expected or "")


def test_a_basis_that_no_chain_names_is_not_allowed():
    bare = replace(amsterdam(), file=amsterdam().file.model_copy(update={"bases": ()}))
    sender = chains.partner(POLICE)
    assert sender is not None
    (found,) = objections(invoked(HELP).event, sender, [bare], NOW)  # type: ignore[arg-type]
    assert (found.code, found.expected) == (
        "basis.not_allowed",
        "a basis that amsterdam allows for the purpose referral",
    )


def test_a_chain_without_an_auditor_opens_nothing():
    """Groningen lets the role, and has given it to nobody."""
    groningen, sender = chains.get("groningen"), chains.partner(AUDITOR)
    assert groningen is not None
    assert sender is not None
    (found,) = objections(opened("story").event, sender, [groningen], NOW)  # type: ignore[arg-type]
    assert (found.code, found.expected) == ("basis.not_allowed", "a partner in one of the roles auditor")


@pytest.mark.parametrize("motive", [None, "", "because Robin asked", "06-55501947"])
def test_without_a_motive_nothing_is_opened(motive: str | None):
    """A code and no free text: nothing about her can stand in it."""
    told = opened("story").event
    assert isinstance(told, BasisInvoked)
    said = {name: value for name, value in told.model_dump(mode="json").items() if name != "motive"}
    with pytest.raises(Unreadable) as no:
        codec.validate(BasisInvoked, said if motive is None else {**said, "motive": motive})
    assert no.value.field == "motive"


def test_consent_is_no_other_basis_in_a_chains_file():
    with pytest.raises(ValueError, match="consent cannot be invoked"):
        OtherBasis(basis="consent", roles=("police",), at_most=Limit.parse("1h"), source="keuze: fout")
