"""Nothing that goes out says what happened to somebody, who she is, or who helps her: texts, titles, names of files, senders, addresses.

Partners' own names may stand where she asked to see them: inside her opened copy. Nowhere in its title, headings, or file name.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from backbone.cli.person import HTML, JSON
from backbone.definition_files import load_definitions
from backbone.person import words
from backbone.person.event_words import EVENTS
from schakel import her_words
from schakel.case_knows import who_knows
from schakel.envelope import PATTERNS
from schakel.events.base import ce_type
from schakel.her_copy import LANGUAGES, Language, text
from schakel.messages import MESSAGES
from services.gateway import door
from tests.outing.scan import ROOT, exceptions, outs, texts
from tests.support.copies import Copies, copies_in

SOURCES = sorted(
    {
        *(ROOT / "schakel").rglob("*.py"),
        *(ROOT / "services").rglob("*.py"),
        *(
            path
            for name in ("person", "gateway", "keys", "store", "engine")
            for path in (ROOT / "backbone" / name).rglob("*.py")
        ),
        ROOT / "backbone" / "records.py",
        ROOT / "backbone" / "declaration.py",
        ROOT / "backbone" / "cli" / "person.py",
    }
)
"""What can say something to somebody outside: what partners install, the services and what they stand on, the copy, the declaration.

Not overviews, agendas, evaluation, case reports and the operator's commands: officials who have the chain's work before them read those,
they are about no person or sealed from her letterbox, and they cannot speak of victims and offenders without these words.
"""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = copies_in(tmp_path_factory.mktemp("cluster"))
    yield made
    made.cluster.close()


@pytest.fixture(scope="module")
def case(copies: Copies) -> str:
    """A case whose facts, labels and partners all out her."""
    case = copies.whole_story()
    copies.link(case, copies.report(relation="neighbour"))
    return case


# --- texts


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_text_in_the_code_outs_a_person(path: Path) -> None:
    allowed = exceptions()
    found = [
        f"{name_of(path)}:{line}: {said[:80]!r} says {word!r}"
        for line, said in texts(path)
        if (word := outs(said)) and not any(one.covers(name_of(path), said) for one in allowed)
    ]
    assert found == [], "say it otherwise, or write in words.yaml why it reaches nobody whom it could out"


def test_every_exception_is_needed_and_says_why() -> None:
    clocks = [(f"protocols/{name}", text) for name, text in protocol_names()]
    said = [(name_of(path), text) for path in SOURCES for _, text in texts(path) if outs(text)] + clocks
    unused = [one for one in exceptions() if not any(one.covers(path, text) for path, text in said)]
    assert unused == []
    assert [one for one in exceptions() if len(one.why) < 10] == []


def test_what_is_shown_for_each_word_is_plain() -> None:
    """The keys are exempt, what stands for them is not."""
    tables = (
        words.PAGE,
        words.SEALED,
        words.FACTS,
        words.FORM,
        words.MOTIVES,
        words.SUBJECTS,
        words.CLOCK_STATES,
        words.ACTION_STATES,
    )
    hers = [getattr(her_words, name) for name in ("LINES", "SCOPES", "PURPOSES", "BASES", "GIVERS", "WAYS", "REASONS")]
    shown = [
        said for table in (*tables, words.REFERRAL_STATES, EVENTS, *hers) for pair in table.values() for said in pair
    ]
    assert len(shown) > 300
    assert [(said, word) for said in shown if (word := outs(said))] == []


# --- names, senders, addresses


def test_no_name_of_a_file_a_message_or_a_header_outs() -> None:
    names = [JSON, HTML, *map(ce_type, MESSAGES), *MESSAGES, *PATTERNS, "schakel.in.", "schakel.out."]
    names += [field for model in MESSAGES.values() for field in model.model_fields]
    assert [name for name in names if outs(name)] == []


def protocol_names() -> Iterator[tuple[str, str]]:
    """What a reminder or an information calls itself: (protocol, name)."""
    _, protocols = load_definitions(ROOT / "protocols", ROOT / "chains")
    for one in protocols:
        yield one.protocol, one.protocol
        told = (
            *(each for each in one.explain if each.by),
            *one.scheme.outside,
            *one.scheme.checklists,
            *one.scheme.pitfalls,
            *one.scheme.cards,
            *one.scheme.stages,
            *one.scheme.reserved,
        )
        yield from ((one.protocol, named.id) for named in (*one.clocks, *one.informs, *told))


def test_no_reminder_or_information_outs_by_its_name() -> None:
    found = [
        (protocol, name)
        for protocol, name in protocol_names()
        if outs(name) and not any(one.covers(f"protocols/{protocol}", name) for one in exceptions())
    ]
    assert found == []


def test_the_gateway_s_addresses_and_descriptions_tell_nothing() -> None:
    app = door.build(None, None, None)  # type: ignore[arg-type]  # nobody is asked
    described = list(_strings(app.openapi()))
    assert any(text.startswith("/referrals/") for text in described)
    data = {
        word for text in described for word in [text] if re.fullmatch(r"[a-z_]+", text)
    }  # words of closed lists, as values
    assert [(text[:80], word) for text in described if text not in data and (word := outs(text))] == []


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


# --- her copy, as it is made


@pytest.mark.parametrize("language", LANGUAGES)
def test_outside_what_she_asked_to_see_her_page_tells_nothing(copies: Copies, case: str, language: Language) -> None:
    """Title and headings always; all the rest once the partners' names, the facts and her own words are out of it."""
    page = copies.html(copies.made(case), language)
    titles = [unescape(text) for text in re.findall(r"<(?:title|h[1-6])[^>]*>(.*?)</", page)]
    assert len(titles) > 20
    assert [(text, word) for text in titles if (word := outs(text))] == []
    bare = re.sub(r"<dd>.*?</dd>|<blockquote>.*?</blockquote>", "", page, flags=re.DOTALL)
    for partner in copies.cluster.chains.partners.values():
        bare = bare.replace(partner.name, "Organisatie").replace(partner.id, "organisatie")
    assert outs(unescape(bare)) is None
    assert outs(page), "the copy itself shows what she asked to see"


def test_the_summary_of_who_knows_tells_nothing_but_partners_names(copies: Copies, case: str) -> None:
    names = {partner: "Organisatie" for partner in copies.cluster.chains.partners}
    for language in LANGUAGES:
        assert outs(text(who_knows(copies.cluster.replay(case)), language, names)) is None


# --- the list itself


OUT = (
    "Uw melding over discriminatie · LHBTI+ · lhbtiqa-zaak.pdf · schakel.out.coc-amsterdam · homofoob · a gay man · Roze in Blauw · "
    "roze_in_blauw · politie · the police · trans vrouw · transgender · queer · hate-crime.html · slachtofferhulp · victim · aangifte · "
    "non-binary · Meldpunt RITA · sexual_orientation · haatmisdrijf"
)
DO_NOT = (
    "translate · a transaction · transparent · Uw overzicht · person.html · whatever · schaatsen · aangenomen · encoded · cocktail · "
    "gids · a suspended partner · gedeeld"
)


@pytest.mark.parametrize("said", OUT.split(" · "))
def test_what_outs_is_found(said: str) -> None:
    assert outs(said)


@pytest.mark.parametrize("said", DO_NOT.split(" · "))
def test_what_does_not_is_left_alone(said: str) -> None:
    assert outs(said) is None


def test_a_text_that_outs_is_found_wherever_it_hides(tmp_path: Path) -> None:
    hidden = tmp_path / "x.py"
    hidden.write_text(
        '"""the police"""\ndef f(a="politie"):\n    """police"""\n    return f"naar de {a} COC" + "gids"\n'
    )
    assert [text for _, text in texts(hidden) if outs(text)] == ["politie", " COC"]
