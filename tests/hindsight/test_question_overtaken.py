"""The question to the accused, when a threat comes between (docs/adr/0043): what whoever looks after the case sees, and what she does."""

from pathlib import Path

import pytest

from schakel.case_knows import OtherAsked, who_knows
from schakel.case_state import Effect
from schakel.her_copy import LANGUAGES, Language, parts, text
from schakel.messages import ConsentQuestion
from services.hindsight import telling
from services.hindsight.around import Around
from services.hindsight.explaining import Why, explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import rules_of
from tests.scenarios.test_talks import HER_YES, HIS_YES, quarrel
from tests.support.casebook import CASE, Story, World, given, repository
from tests.support.conclusions import held
from tests.support.telling import COC, POLICE, Tell, asked, corrected, refused, report, withdrawn

ROOT = Path(__file__).resolve().parents[2]
THREAT = corrected(natures=("threat",))
TALK = {"purpose": "mediation"}
HE_IS_ASKED = asked(COC, given_by="offender", **TALK)
HIS_NO = refused(COC, person="offender", **TALK)


def questions_to_him(world: World) -> list[str]:
    """To whom the message went that asks him."""
    sent = world.seats["consent"].sent
    return [partner for partner, said in sent if isinstance(said, ConsentQuestion) and said.of == "offender"]


def whys(world: World) -> list[Why]:
    return explain(CASE, world.ledger, Around.of([]), rules_of(*repository()), Passages(ROOT / "protocols")).whys


def of_him(world: World) -> list[Why]:
    """What the history says of each conclusion that he has to be asked."""
    return [
        why
        for why in whys(world)
        if why.entry.envelope.type == "consent.needed" and why.entry.event.of == "offender"  # type: ignore[attr-defined]
    ]


def test_concluded_before_the_threat_and_landed_behind_it_it_was_never_sent_and_the_history_says_why() -> None:
    world = quarrel().world
    world.tell(HER_YES)
    world.read("consent")
    threat = world.tell(THREAT)
    world.settle()
    assert questions_to_him(world) == []
    (why,) = of_him(world)
    assert why.effect is Effect.OVERTAKEN
    assert why.overtaken_by is not None
    assert why.overtaken_by[1].id == threat.id
    assert "overtaken by" in dict(telling.lines(why)), "as `schakel case why` shows it"
    assert who_knows(world.state()).other_side == ()


def sent_before_the_threat() -> Story:
    """His question is with the desk; then the threat, and the talk is held."""
    story = quarrel(HER_YES)
    assert questions_to_him(story.world) == [POLICE]
    return story.when(THREAT).then_among(held(COC, reason="not_allowed"))


def test_one_that_was_sent_stands_in_effect_with_the_hold_behind_it() -> None:
    """So that whoever looks after the case sees that he may still be asked; he is in her copy once he was."""
    story = sent_before_the_threat()
    (why,) = of_him(story.world)
    assert (why.effect, why.overtaken_by) == (Effect.EFFECTIVE, None)
    talk = story.referral(COC).id
    holds = [one for one in whys(story.world)[why.number :] if getattr(one.entry.event, "referral", None) == talk]
    assert holds[-1].entry.event.reason == "not_allowed"  # type: ignore[attr-defined]
    assert holds[-1].effect is Effect.EFFECTIVE
    assert who_knows(story.case).other_side == ()


def test_that_he_was_asked_all_the_same_she_can_see() -> None:
    story = sent_before_the_threat().when(HE_IS_ASKED)
    copy = who_knows(story.case)
    (word,) = copy.other_side
    assert (word.by, word.recipient, word.purpose) == (POLICE, COC, "mediation")
    assert word.at == story.case.time
    assert copy.asked == (), "he, not she"
    assert [one.reason for one in copy.waits if one.recipient == COC] == ["not_allowed"]


def seen(*words: Tell) -> tuple[OtherAsked, ...]:
    return who_knows(quarrel(HER_YES, *words).case).other_side


@pytest.mark.parametrize(
    "answer", [HIS_YES, HIS_NO, withdrawn(COC, person="offender", **TALK)], ids=["yes", "no", "withdrawn"]
)
def test_what_he_answered_is_not_hers_to_know(answer: Tell) -> None:
    """Asked and not answered, asked and answered, answered without a word that he was asked: by when he knew of it, and no more."""
    assert seen(HE_IS_ASKED, answer) == seen(HE_IS_ASKED)
    assert seen(answer) == seen(HE_IS_ASKED)


@pytest.mark.parametrize("word", [HE_IS_ASKED, HIS_YES, HIS_NO], ids=["asked", "yes", "no"])
def test_also_where_no_talk_was_proposed(word: Tell) -> None:
    """He was asked before anybody had it in the case; each word shows it alike."""
    (found,) = who_knows(given(report(), word).case).other_side
    assert (found.by, found.recipient, found.purpose) == (POLICE, COC, "mediation")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_stands_on_the_paper_and_only_where_he_was_asked(language: Language) -> None:
    title = {"nl": "Wat aan de ander is gevraagd", "en": "What the other person was asked"}[language]
    before = text(who_knows(quarrel(HER_YES).case), language)
    after = text(who_knows(quarrel(HER_YES, HE_IS_ASKED).case), language)
    assert title not in before
    assert title in after
    (part,) = [
        one for one in parts(who_knows(quarrel(HER_YES, HE_IS_ASKED).case), language) if one.name == "other_side"
    ]
    assert len(part.items) == 1
    assert COC in part.items[0]
    assert POLICE in part.items[0]
