"""What a scheme has beside its steps and clocks: levels and cards, categories and checklists, stages, deliberation, statements.

Here: the shape of the part `scheme` of a protocol file. Not here: what must hold between these parts (`scheme_rules`), and what they do
to a case (`schakel.case_scheme`, `services.intake.schemes`, `services.routing.schemes`). No part of it decides on consent.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.facts import Facts
from schakel.events.base import Slug
from schakel.events.vocab import ActionType, Check, DecisionStep, Role

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3),
    Field(
        description='where it says so: a mark of `sources` and a quote, "[1] §2.1 «...»", or "keuze: ..." for our own'
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Named(_Part):
    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    source: _Source


class Route(_Named):
    """What is outside the file, and who does take it up: never refused, never without somebody who has it (scenarios.md, UTR-5)."""

    when: When = Field(description="the reports that the file leaves to somebody else")
    to: Role = Field(description="the role that takes them up")
    says: _Text = Field(description="which route it is, in Dutch")


class Category(_Named):
    """A kind of case, or how far it goes, as a person judges it by the scheme's own words."""

    text: _Text = Field(description="the category in the scheme's words")
    outside: _Text | None = Field(None, description="for a category that this file does not cover: the plan to use")
    not_when: tuple[When, ...] = Field((), description="conditions; where one holds the category is refused")
    suggested_when: When | None = Field(None, description="where it is suggested; a person confirms it, or not")
    set_by: tuple[Role, ...] = Field((), description="the roles that may set it; without them any party to the case")
    lead: Role | None = Field(None, description="the role that takes the lead of such a case")
    cards: bool = Field(False, description="whether cards may be given in such a case")
    sharing: bool = Field(True, description="whether an agreement may be invoked in such a case")


class Card(_Named):
    """A card for whoever does it. It goes to nobody else: a file that addresses her is refused."""

    action: Literal[ActionType.YELLOW_CARD, ActionType.RED_CARD] = Field(description="yellow_card or red_card")
    after: ActionType | None = Field(
        None, description="the action that comes before it; without it: accepted, and shown"
    )
    to: Literal["offender"] = Field(description="offender: cards never address the victim")


class LastResort(_Named):
    """An action that may be agreed only once another one was recorded as having failed."""

    action: ActionType = Field(description="the action")


class Line(_Part):
    """One line of a checklist. A line about communication names its target group and its purpose."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    text: _Text = Field(description="the line as it is read out, in Dutch")
    target_group: Slug | None = Field(None, description="for a line about communication: who is told")
    purpose: Slug | None = Field(None, description="for a line about communication: what for")


class Checklist(_Named):
    """Lines that are answered one by one: yes, no or not applicable. A line without an answer is open, never done."""

    title: _Text = Field(description="its title, in Dutch")
    when: When = ALWAYS
    """With a condition, the first of its roles is told when the list opens."""
    answered_by: tuple[Role, ...] = Field(min_length=1, description="the roles that answer its lines")
    lines: tuple[Line, ...] = Field(min_length=1, description="the lines, in order")
    communication: bool = Field(False, description="true: every line names its target group and purpose")


class Stage(_Named):
    """One stage of a scheme whose stages come in order; an action that belongs to a later one shows as out of order."""

    text: _Text = Field(description="the stage in the scheme's words")
    answered_by: tuple[Role, ...] = Field(min_length=1, description="the roles that say that it is in order")
    actions: tuple[ActionType, ...] = Field((), description="the actions that belong to this stage")


STAGES = "stages"
"""The checklist under which stages are answered: `checklist.answered {checklist: stages, line: <stage>}`."""


class Deliberation(_Named):
    """One step of BOB with what it asks. Where a file has them, a decision without the steps before it is refused."""

    step: DecisionStep = Field(description="picture, judgement or decision")
    asks: tuple[_Text, ...] = Field(min_length=1, description="the questions, in Dutch")


class Speaking(_Part):
    """Who speaks to the public, one at a time, and what every statement has to name."""

    spokesperson: tuple[Role, ...] = Field(min_length=1, description="the roles that may speak for the chain")
    target_groups: tuple[Slug, ...] = Field(min_length=1, description="who may be addressed")
    purposes: tuple[Slug, ...] = Field(min_length=1, description="what a statement may be for")
    source: _Source


class Reserved(_Named):
    """A word that only some may say: of anybody else it is refused."""

    check: Check = Field(description="the check whose answer is theirs alone, such as aggravating_circumstance")
    by: tuple[Role, ...] = Field(min_length=1, description="the roles that may say it")
    offences_since: date | None = Field(
        None, description="the first day of offences it can be about; earlier ones are accepted and shown"
    )


class Pitfall(_Named):
    """What the scheme calls a pitfall: when it holds, a role is told at once."""

    when: When = Field(description="the condition")
    tell: Role = Field(description="the role that is told")
    says: _Text = Field(description="what is wrong with it, in Dutch")


class Scheme(_Part):
    """The part `scheme` of a protocol file; every list may be left out."""

    outside: tuple[Route, ...] = ()
    levels: tuple[Category, ...] = ()
    cards: tuple[Card, ...] = ()
    last_resorts: tuple[LastResort, ...] = ()
    categories: tuple[Category, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    stages: tuple[Stage, ...] = ()
    deliberation: tuple[Deliberation, ...] = ()
    speaking: Speaking | None = None
    reserved: tuple[Reserved, ...] = ()
    pitfalls: tuple[Pitfall, ...] = ()

    def category(self, name: str) -> Category | None:
        """A level or a category by its id: the two share their names."""
        return next((one for one in (*self.levels, *self.categories) if one.id == name), None)

    def checklist(self, name: str) -> Checklist | None:
        return next((one for one in self.checklists if one.id == name), None)

    def stage(self, name: str) -> Stage | None:
        return next((one for one in self.stages if one.id == name), None)

    def card(self, action: ActionType) -> Card | None:
        return next((one for one in self.cards if one.action is action), None)

    def open_lines(self, protocol: str, answered: Collection[str], facts: Facts) -> dict[str, list[str]]:
        """The lines without an answer, by checklist that is open. answered: `<protocol>/<checklist>/<line>` of those that have one."""
        return {
            one.id: [line.id for line in one.lines if f"{protocol}/{one.id}/{line.id}" not in answered]
            for one in self.checklists
            if one.when.matches(facts)
        }

    def roles(self) -> Iterator[tuple[Role, str]]:
        """Every role that these parts count on, with the place that asks for it."""
        for route in self.outside:
            yield route.to, f"outside {route.id}"
        for category in (*self.levels, *self.categories):
            if category.lead:
                yield category.lead, f"level {category.id}"
        for pitfall in self.pitfalls:
            yield pitfall.tell, f"pitfall {pitfall.id}"


NAMED = (
    "outside",
    "levels",
    "cards",
    "last_resorts",
    "categories",
    "checklists",
    "stages",
    "deliberation",
    "reserved",
    "pitfalls",
)
"""The lists whose parts have an id and a source."""
