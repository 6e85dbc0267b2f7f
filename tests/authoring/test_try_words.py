"""A word of `expect` or `never` that nothing could ever answer to is a fault of the scenario file: such a `never` would hold for ever."""

from pathlib import Path

import pytest

from backbone.protocols import Protocol
from schakel.events import DERIVED, TOLD
from services.rehearsal import scenario as scenarios
from services.rehearsal.known_words import CODED, KnownWords
from services.rehearsal.play import answers_to
from services.rehearsal.setting import setting
from tests.authoring.test_try import OF_CASES, SCENARIO, Run, backbone, flat, scenario, small  # noqa: F401 (fixtures)
from tests.authoring.test_try_why import definitions, played

NEVER = "\nnever: [referral.released victim_support, {}]\n"


def refused(result, line: int, *said: str) -> None:
    assert result.exit_code == 2, result.output
    assert f"een-proef.yaml:{line}:" in result.stderr
    for words in said:
        assert words in flat(result.stderr)


@pytest.mark.parametrize(
    ("never", "said", "do"),
    [
        ("referral.proposed slachtofferhulpp", "`slachtofferhulpp`", "did you mean `victim_support` («slachtofferhulp»)?"),
        ("referral.proposed slachtofferhulp", "`slachtofferhulp`", "write `victim_support`: that is «slachtofferhulp» here"),
        ("referral.propsed victim_support", "`referral.propsed`", "did you mean `referral.proposed`?"),
        ("clock.started contct", "`contct`", "did you mean `contact`?"),
        ("clock.breached hulp bestur", "`bestur`", "did you mean `bestuur`?"),
        ("referral.held victim-suport", "`victim-suport`", "did you mean `victim-support`?"),
        ("referral.held not_askd", "`not_askd`", "did you mean `not_asked`?"),
        ("report.received", "`report.received` is told and never follows", "write it as a line with `tell`"),
    ],
)  # fmt: skip
def test_a_word_that_cannot_occur_is_a_fault_of_the_file(
    backbone: Run,  # noqa: F811
    small: Path,  # noqa: F811
    tmp_path: Path,
    never: str,
    said: str,
    do: str,
):
    text = SCENARIO.rstrip() + NEVER.format(never)
    refused(backbone(small, scenario(tmp_path, text)), 8, said, do)
    expected = SCENARIO.replace("clock.started contact]", f"{never}]")
    refused(backbone(small, scenario(tmp_path, expected)), 7, said, do)


def test_all_of_them_are_said_at_once_each_at_its_line(backbone: Run, small: Path, tmp_path: Path):  # noqa: F811
    text = SCENARIO.rstrip() + "\nnever:\n  - clock.started contct\n  - case.closed\n  - party.informd mayor\n"
    result = backbone(small, scenario(tmp_path, text))
    refused(result, 9, "contct")
    refused(result, 11, "party.informd")
    assert result.stderr.count("een-proef.yaml:") == 2


@pytest.mark.parametrize(
    "never",
    ["clock.suspended waits_for_person", "clock.started 48h", "subject.erased accused-2", "case.opened voorbeeld 1", "clock.resumed"],
)  # fmt: skip
def test_what_no_list_closes_is_taken_as_it_stands(
    backbone: Run,  # noqa: F811
    small: Path,  # noqa: F811
    tmp_path: Path,
    never: str,
):
    result = backbone(small, scenario(tmp_path, SCENARIO.rstrip() + NEVER.format(never)))
    assert result.exit_code == (1 if "opened" in never or "48h" in never else 0), result.output


def test_an_id_of_the_other_version_is_known_when_both_are_played(
    backbone: Run,  # noqa: F811
    small: Path,  # noqa: F811
    tmp_path: Path,
):
    newer = small.with_name("1.1.yaml")
    newer.write_text(small.read_text().replace('"1.0"', '"1.1"').replace("id: contact\n", "id: eerste-woord\n"))
    path = scenario(tmp_path, SCENARIO.rstrip() + NEVER.format("clock.breached eerste-woord"))
    assert backbone(small, path).exit_code == 2
    assert backbone(small, path, "--against", newer).exit_code == 0


@pytest.mark.parametrize(
    ("protocol", "path"), OF_CASES, ids=lambda one: getattr(one, "stem", getattr(one, "protocol", ""))
)
def test_whatever_a_conclusion_answers_to_is_known(protocol: Protocol, path: Path):
    """No right word is refused: each under which a conclusion of these plays could be named may stand in a scenario."""
    told, _ = scenarios.load(path)
    known = KnownWords.of(setting(told.chain, protocol, *definitions()))
    found = played(path, protocol)
    for scene in found.scenes:
        for entry in scene.concluded:
            words = {word for word in answers_to(entry, found.case, found.climbed) if " " not in word}
            line = told.lines[0].model_copy(update={"expect": (" ".join([entry.envelope.type, *sorted(words)]),)})
            one = told.model_copy(update={"lines": (line,), "never": ()})
            assert [fault.what for fault in known.faults(one)] == []


def test_the_types_with_a_reason_of_their_own_are_those_of_the_catalogue():
    """A text field without a list that is no id, moment, term, partner or version: whoever adds one says so there."""
    codes = {
        name
        for name, model in DERIVED.items()
        for field, of in model.model_fields.items()
        if model.IN_CASE and field in ("reason", "rule", "kind") and of.annotation is str
    }
    assert codes - {"aftercare.due"} == CODED, "the kind of aftercare is its id in the file"
    assert not CODED & TOLD.keys()
