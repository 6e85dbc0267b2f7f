"""Variants of a protocol by district: they add or tighten, loosen nothing, and every fault has its line."""

from pathlib import Path

import pytest

from backbone.protocols import Protocol, check_protocol, load_protocol
from schakel.calendar import Limit
from tests.protocols.samples import POLICE_REPORT, PROTOCOL

VARIANTS = """\
variants:
  - variant: oost
    districts: [oost]
    steps:
      - id: wijkteam
        refer: {to: social_work, purpose: referral, needs: [contact_details], if_refused: hold}
        source: "[0] «wijkteam»"
    informs:
      - {id: voorzitter, when: {acute: true}, inform: [district_chair], source: "[0]"}
    tighter:
      - {clock: contact, limit: "24h", promise: our_choice, source: "keuze: Oost belt binnen een dag"}
    source: "[0] «maatwerk voor ieder stadsdeel»"
"""
ELSEWHERE = {**POLICE_REPORT, "district": "centrum"}


def written(folder: Path, variants: str = VARIANTS, protocol: str = PROTOCOL) -> Path:
    path = folder / "proef" / "1.0.yaml"
    path.parent.mkdir()
    path.write_text(protocol + variants, encoding="utf-8")
    return path


def shown(protocol: Protocol, facts: dict[str, object]) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    return (
        [step.id for step in protocol.steps_for(facts)],
        [inform.id for inform in protocol.informs_for({**facts, "acute": True})],
        [(clock.id, str(clock.limit)) for clock in protocol.clocks_for(facts)],
    )


def test_a_district_gets_what_its_variant_adds_and_the_others_the_base(tmp_path: Path):
    protocol = load_protocol(written(tmp_path))
    assert shown(protocol, POLICE_REPORT) == (
        ["hulp", "wijkteam"],
        ["bestuur", "voorzitter"],
        [("contact-oost", "24h")],
    )
    assert [str(after) for after in protocol.clock("contact-oost").reminders] == ["24h"]  # those of the base
    assert shown(protocol, ELSEWHERE) == (["hulp"], ["bestuur"], [("contact", "48h")])
    assert shown(protocol, {**POLICE_REPORT, "district": None})[2] == [("contact", "48h")]


def test_a_file_without_variants_is_what_it_was(tmp_path: Path):
    protocol = load_protocol(written(tmp_path, ""))
    assert protocol.variants == ()
    assert [step.id for step in protocol.steps] == ["hulp"]


def test_a_changed_variant_is_another_digest(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = load_protocol(written(tmp_path / "a"))
    other = load_protocol(written(tmp_path / "b", VARIANTS.replace("24h", "12h")))
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        ('limit: "24h"', 'limit: "48h"', "tighter", "does not hold the clock `contact` to more"),
        ('limit: "24h"', 'limit: "72h"', "tighter", "does not hold the clock `contact` to more"),
        ('limit: "24h"', 'limit: "1 werkdag"', "tighter", "does not hold the clock `contact` to more"),
        ("{clock: contact,", "{clock: contakt,", "tighter", "the base has no clock `contakt`"),
        ("to: social_work", "to: victim_support", None, None),
        ("id: wijkteam", "id: hulp", "steps", "the id `hulp` stands twice"),
        (
            "{id: voorzitter, when: {acute: true}, ",
            "{id: voorzitter, when: {acute: true, not: {acute: true}}, ",
            "informs",
            "can never hold",
        ),
    ],
)
def test_a_fault_is_said_at_the_variants_own_line(
    tmp_path: Path, before: str, after: str, line: str | None, what: str | None
):
    text = VARIANTS.replace(before, after)
    assert text != VARIANTS
    path = written(tmp_path, text)
    protocol, problems = check_protocol(path)
    if what is None:
        assert protocol is not None
        return
    assert protocol is None
    [problem] = [problem for problem in problems if problem.is_error]
    assert what in problem.fault.what
    assert problem.fault.at[:2] == ("variants", 0)
    assert problem.fault.at[2] == line
    said = path.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert after.split(":")[0].strip("{") in said or "id:" in said


@pytest.mark.parametrize("looser", ["if_refused: strip", "if_refused: hold, basis: scheme"])
def test_asking_her_less_than_the_base_is_refused(tmp_path: Path, looser: str):
    text = VARIANTS.replace("to: social_work", "to: victim_support").replace("if_refused: hold", looser)
    protocol, problems = check_protocol(written(tmp_path, text))
    assert protocol is None
    assert any("with less of her word than the base's `hulp`" in problem.fault.what for problem in problems)


def test_two_variants_for_one_district_are_refused(tmp_path: Path):
    twice = VARIANTS + '  - {variant: nog-een, districts: [oost], source: "[0] «nog een»"}\n'
    protocol, problems = check_protocol(written(tmp_path, twice))
    assert protocol is None
    assert any("in the variants `oost` and `nog-een`" in problem.fault.what for problem in problems)


def test_a_step_after_one_that_is_not_above_it_is_refused(tmp_path: Path):
    protocol, problems = check_protocol(
        written(tmp_path, "", PROTOCOL.replace("  - id: hulp\n", "  - id: hulp\n    after: later\n"))
    )
    assert protocol is None
    assert any(problem.fault.at == ("steps", 0, "after") for problem in problems)


@pytest.mark.parametrize(
    ("limit", "base", "is_shorter"),
    [
        ("24h", "48h", True),
        ("48h", "48h", False),
        ("30 minuten", "1h", True),
        ("1 week", "8 dagen", True),
        ("2 werkdagen", "48h", False),
        ("1 werkdag", "2 werkdagen", True),
        ("1 maand", "60 dagen", False),
    ],
)
def test_only_what_is_shorter_for_certain_tightens(limit: str, base: str, is_shorter: bool):
    assert Limit.parse(limit).is_shorter_than(Limit.parse(base)) is is_shorter
