"""Every message of the checker, provoked: file and line, what was found, what was expected, what to do."""

import pytest

from backbone.protocols import DefinitionError, load_protocol, load_protocols
from tests.protocols.samples import PROTOCOL

STEP = "  - id: hulp\n"
MEDIATION = """\
  - id: bemiddeling
    when: {when}
    refer: {{to: {to}, purpose: {purpose}, needs: [case_facts]}}
    source: "[0]"
"""


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_small_protocol_is_right(checked):
    protocol, problems = checked()
    assert protocol is not None
    assert problems == []


# Replace this by that: the line that is named (by a text on it), and what the message says.
BROKEN = [
    # form
    pytest.param(
        "title: Proefprotocol\n", "", "protocol:", ["`title` is missing", "the scheme's own title"], id="missing"
    ),
    pytest.param(
        "refer: {to:", "refer: {too:", "too:", ["`steps[0].refer.too` is not a field", "mean `to`"], id="unknown"
    ),
    pytest.param(
        "title: Proefprotocol\n",
        "title: Proefprotocol\nbronnen: {x: een document}\n",
        "bronnen:",
        ["`bronnen` is not a field", "do: correct the name (`", "` is nearest), or drop the line"],
        id="unknown with content",
    ),
    pytest.param(
        "title: Proefprotocol\n",
        "title: Proefprotocol\nxyz:\n",
        "xyz:",
        ["is not a field", "do: drop the line"],
        id="unknown, empty",
    ),
    pytest.param(
        "title: Proefprotocol\n",
        "title: Proefprotocol\nxyzq: 1\n",
        "xyzq:",
        ["do: correct the name, or drop the line"],
        id="unlike",
    ),
    pytest.param(
        "status: held", "status: helt", "status:", ["'helt'", "held, mentioned", "did you mean `held`"], id="word"
    ),
    pytest.param('version: "1.0"', "version: 1.0", "version:", ["is the number 1.0", '"1.0"', "quotes"], id="number"),
    pytest.param("victim_support", "victimsupport", "refer:", ["mean `victim_support`", "to` cannot be"], id="role"),
    pytest.param(
        "purpose: referral", "purpose: help", "refer:", ["`steps[0].refer.purpose`", "aftercare"], id="purpose"
    ),
    pytest.param("inform: [mayor]", "inform: mayor", "inform: mayor", ["a list", "[mayor]"], id="not a list"),
    pytest.param(
        "asked_by: [police]", "asked_by: []", "asked_by:", ["asked_by` has 0", "at least 1: the roles"], id="empty list"
    ),
    pytest.param("protocol: proef", "protocol: Proef!", "protocol:", ["'Proef!'", "the same as the folder"], id="slug"),
    pytest.param(
        "stops: {on: made, with: [reporter], by: any}", "stops: made", "stops:", ["'made'", "on, with"], id="fields"
    ),
    pytest.param("[reporter]", "[somebody]", "stops:", ["'somebody' is not one of reporter, victim"], id="with whom"),
    pytest.param("on: made", "on: called", "stops:", ["'called'", "one of made, attempted"], id="made or attempted"),
    pytest.param(
        'limit: "48h"', 'limit: "48 hours"', "limit:", ["'48 hours' is not a limit", "2 werkdagen"], id="limit"
    ),
    pytest.param(
        '"unknown": Vraag', '"maybe": Vraag', "consequences:", ["consequences.maybe", "yes, no, unknown"], id="key"
    ),
    pytest.param("title: Proef", "valid_until: soon\ntitle: Proef", "valid_until", ["a date such as 2026"], id="date"),
    # conditions
    pytest.param(
        "identity: [by", "identiti: [by", "identiti", ["`identiti` is not a fact", "mean `identity`"], id="fact"
    ),
    pytest.param(
        "[by_name]", "[by_nam]", "when: {id", ["cannot be 'by_nam'", "did you mean `by_name`"], id="fact's word"
    ),
    pytest.param("acute: true", 'acute: "true"', "acute:", ["`acute` cannot be 'true'", "true or false"], id="flag"),
    pytest.param("acute: true", "suspicion: true", "suspicion:", ['write "yes" between quotes'], id="yes is no flag"),
    pytest.param("acute: true", "district: Nieuw West", "district:", ["small letters", "'nieuw-west'"], id="slug fact"),
    pytest.param("[by_name]", "[]", "when: {id", ["`identity` has no words"], id="no words"),
    pytest.param("not: {record_kind: [lead]}", "not: lead", "when: {id", ["`not` is 'lead'", "not: {fact"], id="not"),
    pytest.param("{acute: true}", "acute", "bestuur", ["the condition is 'acute'", "when: {fact: [word]}"], id="when"),
    pytest.param("not: {record_kind: [lead]", "not: {identity: [by_name]", "when: {id", ["can never hold"], id="never"),
    # meaning
    pytest.param(STEP, f"{STEP}    when: {{}}\n", "    when: {id", ["duplicate key"], id="key twice"),
    pytest.param("[0] «hulp»", "ergens", "ergens", ["names no document", "[0]", "keuze:"], id="no source"),
    pytest.param("[0] «hulp»", "[7] «hulp»", "[7]", ["the source names [7]", "add 7 under"], id="unknown mark"),
    pytest.param(
        "before: hulp", "before: hulk", "uitleg", ["no step of this file", "complaint, consent, hearing"], id="before"
    ),
    pytest.param(
        ', "unknown": Vraag door.',
        "",
        "consequences:",
        ["no consequence", "never the same as no"],
        id="unknown is not no",
    ),
    pytest.param("promised", "measured", "promise:", ["measured but has the limit 48h", "limit: null"], id="measured"),
    pytest.param('limit: "48h"', "limit: null", "promise:", ["promised but has no limit"], id="no limit"),
    pytest.param(
        "[0] «binnen 48 uur»", "[0] zonder", "zonder", ["quotes nothing", "promise: our_choice"], id="no passage"
    ),
    pytest.param("if_refused: hold", "if_refused: strip", "refer:", ["strips on refusal", "move the rest"], id="strip"),
    pytest.param(
        "starts: report.received",
        "starts: referral.delivered",
        "- id: contact",
        ["of step `None`", "one of hulp"],
        id="of no step",
    ),
    pytest.param(
        "limit:",
        "by_preference: true\n    limit:",
        "by_preference",
        ["does not time how long she hears nothing", "starts: last_word"],
        id="follows her, and times no silence",
    ),
    pytest.param(
        "starts: report.received\n    stops: {on: made, with: [reporter], by: any}",
        "starts: last_word\n    by_preference: true\n    stops: {on: word, with: [offender]}",
        "by_preference",
        ["does not time how long she hears nothing"],
        id="follows her, and times another",
    ),
    pytest.param(
        "starts: report.received\n    stops: {on: made, with: [reporter], by: any}",
        "starts: last_word\n    by_preference: true\n    stops: {on: word, with: [reporter]}",
        "limit:",
        ["else has the limit 48h", "in days"],
        id="follows her in days, else in hours",
    ),
    pytest.param("limit:", "of_step: hulp\n    limit:", "of_step", ["which has no step"], id="of_step too many"),
    pytest.param(
        "held\n", "held\nadopted_on: 2025-01-02\nvalid_until: 2024-01-01\n", "valid_until", ["before"], id="term"
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "said"), BROKEN)
def test_says_where_what_and_what_to_do(checked, old: str, new: str, place: str, said: list[str]):
    protocol, problems = checked((old, new))
    assert protocol is None
    line = line_of(PROTOCOL.replace(old, new, 1), place)
    messages = [str(problem) for problem in problems if problem.is_error]
    fitting = [message for message in messages if all(part in message for part in said)]
    assert fitting, messages
    assert f"proef/1.0.yaml:{line}: error: " in fitting[0]
    assert "\n    expected: " in fitting[0]
    assert "\n    do: " in fitting[0]


def test_a_measured_clock_never_breaches(checked):
    _, problems = checked(('limit: "48h"', "limit: null"), ("promise: promised", "promise: measured"))
    assert any("never breaches" in str(problem) for problem in problems if problem.is_error)
    protocol, problems = checked(
        ('limit: "48h"', "limit: null"),
        ("promise: promised", "promise: measured"),
        ("    on_breach: [coordinator]\n", ""),
    )
    assert protocol is not None
    assert problems == []


def test_a_clock_that_follows_what_is_agreed_with_her_may_breach_without_a_limit_of_its_own(checked):
    """Who hears of it may be named then, and a ladder may stand above it."""
    follows = "starts: last_word\n    by_preference: true\n    stops: {on: word, with: [reporter]}"
    measured = (('limit: "48h"', "limit: null"), ("promise: promised", "promise: measured"))
    start = ("starts: report.received\n    stops: {on: made, with: [reporter], by: any}", follows)
    protocol, problems = checked(*measured, start)
    assert (protocol is not None, problems) == (True, [])


def test_an_id_stands_once_a_section(checked):
    informs = '  - {id: bestuur, inform: [alderman], source: "[0]"}\nclocks:'
    protocol, problems = checked(("clocks:", informs))
    assert protocol is None
    assert "the id `bestuur` stands twice under informs" in str(problems[0])


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "the file is empty", 1),
        ("- a\n- b\n", "the file is one CommentedSeq", 1),
        ("protocol: a\n  title: b\n", "not readable as YAML", 2),
        ("protocol: a\nsteps: [a\n", "not readable as YAML", 3),
        ("protocol: a\nprotocol: b\n", "duplicate key", 2),
    ],
)
def test_a_file_that_is_no_yaml(checked, text: str, said: str, line: int):
    protocol, problems = checked(text=text)
    assert protocol is None
    assert said in str(problems[0])
    assert problems[0].line == line


def test_a_missing_file_and_bytes_that_are_no_text(tmp_path):
    with pytest.raises(DefinitionError, match="does not exist"):
        load_protocol(tmp_path / "none.yaml")
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_protocol(path)


def test_all_faults_of_a_file_come_together(checked):
    _, problems = checked(("status: held", "status: helt"), ("[by_name]", "[by_nam, one_wai]"), ("police", "polise"))
    assert len([problem for problem in problems if problem.is_error]) == 4


def test_the_file_stands_where_it_says(tmp_path):
    path = tmp_path / "proef" / "2.0.yaml"
    path.parent.mkdir()
    path.write_text(PROTOCOL)
    with pytest.raises(DefinitionError, match=r"says proef@1\.0 and stands at proef/2\.0\.yaml"):
        load_protocol(path)


def test_a_folder_that_is_missing_or_empty(tmp_path):
    with pytest.raises(DefinitionError, match="no such folder"):
        load_protocols(tmp_path / "none")
    with pytest.raises(DefinitionError, match="holds no protocol"):
        load_protocols(tmp_path)


# --- A17: the rule above all files ----------------------------------------------------------------------------------

VIOLENT = "threat, intimidation, stalking, assault, robbery, sexual_offence, arson, weapon, homicide"
LOCKED = 'honour: ["yes"], domestic: ["yes"]'


def with_mediation(when: str, to: str = "mediation", purpose: str = "mediation") -> tuple[str, str]:
    return "informs:", MEDIATION.format(when=when, to=to, purpose=purpose) + "informs:"


def test_mediation_is_allowed_for_a_quarrel_without_violence_or_suspicion(checked):
    allowed = f'{{suspicion: ["no"], not: {{natures: [{VIOLENT}], {LOCKED}}}}}'
    protocol, problems = checked(with_mediation(allowed))
    assert protocol is not None
    (weigh,) = problems  # nobody takes the mediator's place (A18)
    assert not weigh.is_error
    assert "`talk_ruled_out: [suspicion]`" in str(weigh)
    talk, steps = with_mediation(allowed)
    instead = MEDIATION.format(when="{talk_ruled_out: [suspicion]}", to="roze_in_blauw", purpose="referral")
    _, problems = checked((talk, instead.replace("id: ", "id: instead-") + steps))
    assert problems == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{}", "nature arson, assault"),
        ('{suspicion: ["no"]}', "nature arson, assault"),
        ('{suspicion: ["no"], natures: [neighbour_quarrel]}', "threat"),  # a case can have both natures
        ('{suspicion: ["no"], not: {natures: [threat, assault]}}', "intimidation"),
        ('{suspicion: ["no"], target: [person], not: {natures: [violence]}}', "cannot be 'violence'"),
        (f"{{not: {{natures: [{VIOLENT}]}}}}", "suspicion of discrimination is yes, unknown, absent"),
        (f'{{suspicion: ["no", "unknown"], not: {{natures: [{VIOLENT}]}}}}', "is unknown"),
        (f'{{not: {{suspicion: ["yes", "unknown"], natures: [{VIOLENT}]}}}}', "is absent"),
        (f'{{suspicion: ["no"], not: {{natures: [{VIOLENT}]}}}}', "where honour and domestic is yes"),
        (f'{{suspicion: ["no"], not: {{natures: [{VIOLENT}], honour: ["yes"]}}}}', "where domestic is yes"),
    ],
)
@pytest.mark.parametrize(
    ("to", "purpose"), [("mediation", "mediation"), ("social_work", "mediation"), ("mediation", "referral")]
)
def test_mediation_that_violence_or_suspicion_can_reach_is_refused(
    checked, when: str, said: str, to: str, purpose: str
):
    protocol, problems = checked(with_mediation(when, to, purpose))
    assert protocol is None
    message = "\n".join(str(problem) for problem in problems)
    assert said in message
    if "violence'" not in said:
        assert "«" in message  # the passage is the reason
        assert f":{line_of(PROTOCOL, 'informs:') + 1}:" in message  # the `when` of the step


def test_the_protocol_s_own_opening_counts(checked):
    opens = f'opens: {{when: {{suspicion: ["no"], not: {{natures: [{VIOLENT}], {LOCKED}}}}}, source: "[0]"}}\nchecks:'
    protocol, _ = checked(with_mediation("{}"), ("checks:", opens))
    assert protocol is not None


# --- warnings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", ["severity: [serious]", "not: {severity: [light]}"])
def test_help_that_depends_on_severity_is_warned_about(checked, severity: str):
    protocol, problems = checked(("not: {record_kind: [lead]}", severity))
    assert protocol is not None
    assert [problem.is_error for problem in problems] == [False]
    assert "the help of step `hulp` depends on severity" in str(problems[0])
    assert ":17: warning:" in str(problems[0])


def test_a_clock_that_depends_on_severity_too_and_informing_the_board_does_not(checked):
    _, problems = checked(("limit:", "when: {severity: [serious]}\n    limit:"))
    assert ["clock `contact` depends on severity" in str(problem) for problem in problems] == [True]
    _, problems = checked(("{acute: true}", "{severity: [serious]}"))
    assert problems == []


def test_asking_somebody_whom_nobody_can_ask_is_warned_about(checked):
    protocol, problems = checked(("identity: [by_name]", "identity: [by_name, one_way]"))
    assert protocol is not None
    assert "can be proposed for one_way reports" in str(problems[0])


@pytest.mark.parametrize(
    ("reminder", "warned"), [("24h", False), ("47h", False), ("48h", True), ("72h", True), ("2 werkdagen", False)]
)
def test_a_reminder_when_the_limit_is_over_is_warned_about(checked, reminder: str, warned: bool):
    """Both count from the start. Working days are not compared with hours: it hangs on the calendar which is longer."""
    protocol, problems = checked(('reminders: ["24h"]', f'reminders: ["{reminder}"]'))
    assert protocol is not None
    assert ["reminds after" in str(problem) for problem in problems] == [True] * warned
    assert all(":28: warning:" in str(problem) and "they count from the start" in str(problem) for problem in problems)


STEP = "refer: {{to: {}, purpose: referral, needs: [case_facts], if_refused: strip}}"
TO_COC = STEP.format("coc")
SECOND = f"  - {{id: tweede, when: {{accepted: [victim_support]}}, {TO_COC}, source: '[0]'}}\ninforms:"
THIRD = f"  - {{id: derde, when: {{accepted: [youth_work, coc]}}, {STEP.format('police')}, source: '[0]'}}\ninforms:"
AFTER = SECOND.replace("when: {accepted: [victim_support]}", "after: hulp").replace(
    "\ninforms:", "\n" + THIRD.replace("youth_work, ", "")
)
WAITS = ("identity: [by_name],", "identity: [by_name], accepted: [{}],")


@pytest.mark.parametrize(
    ("changes", "lines", "said"),
    [
        ([(WAITS[0], WAITS[1].format("victim_support"))], [17], "no step that refers to victim_support can come before this"),
        ([(WAITS[0], WAITS[1].format("youth_work"))], [17], "no step refers to youth_work"),
        ([(WAITS[0], WAITS[1].format("coc")), ("informs:", SECOND)], [17, 20], "no step that refers to coc can come before this"),
        ([("{acute: true}", "{accepted: [coc]}")], [21], "no step refers to coc"),
        ([("informs:", SECOND)], [], ""),
        ([("informs:", SECOND.replace("\ninforms:", "\n" + THIRD))], [], ""),
        ([(WAITS[0], WAITS[1].format("youth_work, absent"))], [], ""),
        ([(WAITS[0], WAITS[1].format("youth_work")), ("informs:", AFTER)], [17, 21], "no step refers to youth_work"),
        ([("informs:", AFTER)], [], ""),
    ],
)  # fmt: skip
def test_what_waits_for_a_role_that_no_step_can_reach_first_is_warned_about(checked, changes, lines, said: str):
    """One that waits for itself, two that wait for each other; not a chain of steps, or a line that also holds without."""
    protocol, problems = checked(*changes)
    assert protocol is not None
    found = [problem for problem in problems if "only after a referral by hand" in problem.fault.what]
    assert [(problem.line, problem.is_error) for problem in found] == [(line, False) for line in lines]
    assert not said or said in found[0].fault.what


def test_a_scheme_whose_text_is_not_held_does_nothing(checked):
    protocol, problems = checked(("status: held", "status: mentioned"))
    assert protocol is not None
    assert "the text of this scheme is not held, yet the file has steps and informs and clocks" in str(problems[0])


def test_that_it_exists_may_be_said_to_whoever_coordinates(checked):
    """NOT to anybody else: that would be acting by a text that nobody has (domain-detail A06)."""
    changes = (("status: held", "status: mentioned"), ("inform: [mayor]", "inform: [coordinator]"))
    _, problems = checked(*changes)
    assert "yet the file has steps and clocks" in str(problems[0])
    _, problems = checked(changes[0], ("inform: [mayor]", "inform: [coordinator, mayor]"))
    assert "yet the file has steps and informs and clocks" in str(problems[0])
