"""Who writes a protocol file in Dutch is told which word it is here; and every word that a file may use can be looked up."""

import pytest
from typer.testing import CliRunner

from backbone.authoring import vocabulary
from backbone.authoring.words import BEFORE
from backbone.chains.model import PartnerKind
from backbone.cli.main import app
from backbone.person.plain import lists
from backbone.protocols import FACTS, DefinitionError
from backbone.protocols.dutch import FACTS as DUTCH_FACTS
from backbone.protocols.dutch import fact_meant, meant
from backbone.protocols.model import EXPLAIN_AFTER, EXPLAIN_BEFORE, IfRefused
from schakel.events.vocab import Check, ClockKind, CloseReason, InformationTopic, Purpose, Role, Scope


@pytest.mark.parametrize("of", [Role, Purpose, Scope, Check, InformationTopic, CloseReason])
def test_every_dutch_word_of_a_list_leads_to_its_own_word(of):
    """Whatever the list has in Dutch, whole: written instead of the word, the word is named. Two of one name: the first."""
    words = [one.value for one in of]
    names = lists()[of.__name__]
    for word, dutch in names.items():
        if word not in words:
            continue
        same = [one for one, said in names.items() if said == dutch]
        assert meant(dutch, words) == f"write `{same[0]}`: that is «{dutch}» here"


@pytest.mark.parametrize(
    ("found", "words", "named"),
    [
        ("gemeente", [*Role], "municipality"),
        ("Gemeente", [*Role], "municipality"),
        ("adv", [*Role], "anti_discrimination"),
        ("projectleider veiligheid", [*Role], "coordinator"),
        ("slachtoferhulp", [*Role], "victim_support"),
        ("polise", [*Role], "police"),
        ("contactgegevens", [*Scope], "contact_details"),
        ("contactgegevns", [*Scope], "contact_details"),
        ("buurtbemiddeling", [*Purpose], "mediation"),
        ("ja", ["yes", "no", "unknown"], "yes"),
        ("meldpunt", [*Role], "municipal_desk"),
        ("meldpunt", [*Role], "anti_discrimination"),
        ("discriminatiezaken", [*Role], "discrimination_contact"),
    ],
)
def test_a_word_in_dutch_or_almost_right_is_named(found: str, words: list[str], named: str):
    assert f"`{named}`" in meant(found, [str(word) for word in words])


def test_words_that_cannot_be_looked_up_send_nobody_to_look():
    assert meant("stichting", [kind.value for kind in PartnerKind]) == "use one of these words"


def test_what_is_like_nothing_says_where_to_look():
    assert "backbone protocol words" in meant("koekje", [str(one) for one in Role])
    assert "backbone protocol words" in fact_meant("koekje", FACTS)


@pytest.mark.parametrize(
    ("found", "named"),
    [("soort", "natures"), ("loket", "door"), ("woning", "tenure"), ("nature", "natures"), ("Ernst", "severity")],
)
def test_a_fact_in_dutch_is_named(found: str, named: str):
    assert f"`{named}`" in fact_meant(found, FACTS)


def test_the_dutch_of_facts_are_facts_and_each_another():
    assert set(DUTCH_FACTS) <= set(FACTS)
    assert len({*DUTCH_FACTS.values()}) == len(DUTCH_FACTS)


def test_the_checker_says_so_with_the_line(checked):
    changes = (("asked_by: [police]", "asked_by: [politie]"), ("identity: [by_name], not", "loket: [by_name], not"))
    _, problems = checked(*changes)
    said = " ".join(" ".join(str(problem).split()) for problem in problems)
    assert "do: write `police`: that is «politie» here" in said
    assert "do: write `door`: that is «loket» here" in said
    assert all(problem.line > 1 for problem in problems)


def test_a_name_without_its_version_says_how_to_write_it(tmp_path, protocols):
    from backbone.chains import load_chains

    folder = tmp_path / "chains"
    folder.mkdir()
    (folder / "partners.yaml").write_text(
        'partners: [{id: aa, name: A, oin: "00000001000000000001", kind: partner}]', encoding="utf-8"
    )
    (folder / "proef.yaml").write_text(
        "chain: proef\nprotocols:\n  - {use: utrecht-alert, districts: all}\n", encoding="utf-8"
    )
    with pytest.raises(DefinitionError) as wrong:
        load_chains(folder, protocols)
    assert "add the version, as its file says it: utrecht-alert@2026.1" in " ".join(str(wrong.value).split())
    with pytest.raises(DefinitionError) as nowhere:
        load_chains(tmp_path / "elsewhere", protocols)
    assert "say where the chains are: with --chains, or in SCHAKEL_CHAINS_DIR" in " ".join(str(nowhere.value).split())


# --- looked up


def test_every_word_that_a_file_may_use_can_be_looked_up():
    """Facts and their words, and the lists that are no facts."""
    for name, fact in FACTS.items():
        found = vocabulary.words_of(name)
        assert found, name
        if fact.words and name not in vocabulary.LISTS:
            assert set(found) == set(fact.words), name
    for name, of in {
        "roles": Role,
        "purposes": Purpose,
        "scopes": Scope,
        "checks": Check,
        "topics": InformationTopic,
    }.items():
        assert set(vocabulary.words_of(name) or ()) == {one.value for one in of}, name
    assert set(vocabulary.words_of("before") or ()) == set(EXPLAIN_BEFORE) == set(BEFORE)
    assert set(vocabulary.words_of("after") or ()) == set(EXPLAIN_AFTER)
    assert vocabulary.words_of("koekje") is None


def run(*said: str):
    return CliRunner().invoke(app, ["protocol", "words", *said])


def test_the_command_shows_all_or_one_list():
    whole = run()
    assert whole.exit_code == 0
    assert all(name in whole.output for name in (*FACTS, *vocabulary.LISTS))
    assert "{" not in whole.output
    one = run("roles")
    assert "victim_support" in one.output
    assert "Slachtofferhulp" in one.output
    assert all(len(line) <= 80 for line in one.output.splitlines())
    wrong = run("koekje")
    assert wrong.exit_code == 2
    assert "expected one of roles, purposes" in wrong.output + str(wrong.stderr)


@pytest.mark.parametrize(("name", "of"), [("promise", ClockKind), ("if_refused", IfRefused)])
def test_what_a_clock_promises_and_what_a_no_does_can_be_looked_up(name: str, of):
    found = vocabulary.words_of(name)
    assert found is not None
    assert list(found) == [str(word) for word in of]
    shown = CliRunner().invoke(app, ["protocol", "words", name])
    assert shown.exit_code == 0
    assert all(word in shown.output for word in of)
