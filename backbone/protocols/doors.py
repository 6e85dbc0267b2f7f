"""A door for reports as data: `chains/doors/<name>.yaml`. Its goal, for whom it is, by which channels and in which forms one can report.

Here: the fields, and what follows from them for one report. Not here: what has to be answered before a door opens (`door_rules`),
reading the files (`door_files`), or refusing what does not fit (intake). A chain's file says which partner works which door, under `doors`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import Field

from backbone.protocols.facts import Facts
from backbone.protocols.parts import LimitText, Part, Source, Text
from schakel.events.base import Slug, Version
from schakel.events.vocab import Channel, Ground, Identity, Person, Role


class Goal(StrEnum):
    """What a door is to bring about [4]. Only a door whose every goal is insight may do without a way back to the reporter."""

    INSIGHT_NATURE = "insight_nature"
    INSIGHT_SIZE = "insight_size"
    INSIGHT_PLACE = "insight_place"
    INSIGHT_MANNER = "insight_manner"
    DATA = "data"
    SUPPORT = "support"
    LEGAL_ROUTES = "legal_routes"
    NORM = "norm"
    PLATFORM = "platform"
    AWARENESS = "awareness"
    ADDRESS_OFFENDERS = "address_offenders"
    ONE_DESK = "one_desk"


INSIGHT = frozenset({Goal.INSIGHT_NATURE, Goal.INSIGHT_SIZE, Goal.INSIGHT_PLACE, Goal.INSIGHT_MANNER})


class Group(StrEnum):
    """For whom a door is, in the words of its own text."""

    WOMEN = "women"
    GIRLS = "girls"
    LHBTI = "lhbti"
    DISABILITY = "disability"
    BYSTANDERS = "bystanders"
    EVERYONE_DISCRIMINATED = "everyone_discriminated"
    EVERYONE_HARASSED = "everyone_harassed"


EVERYONE = frozenset({Group.EVERYONE_DISCRIMINATED, Group.EVERYONE_HARASSED})

GROUNDS_OF: Mapping[Group, frozenset[Ground]] = {
    Group.WOMEN: frozenset({Ground.GENDER}),
    Group.GIRLS: frozenset({Ground.GENDER}),
    Group.LHBTI: frozenset({Ground.SEXUAL_ORIENTATION, Ground.GENDER_IDENTITY}),
    Group.DISABILITY: frozenset({Ground.DISABILITY}),
}
"""By the offender's presumed motive, and by that alone: nowhere is there a field for who somebody is (domain-detail A57)."""


class Hidden(StrEnum):
    """What a channel carries along without the reporter having said it."""

    IP_ADDRESS = "ip_address"
    DEVICE = "device"
    SENDER = "sender"
    NUMBER = "number"
    ACCOUNT = "account"


CARRIES: Mapping[Channel, frozenset[Hidden]] = {
    Channel.WEB_FORM: frozenset({Hidden.IP_ADDRESS, Hidden.DEVICE}),
    Channel.APP: frozenset({Hidden.IP_ADDRESS, Hidden.DEVICE}),
    Channel.EMAIL: frozenset({Hidden.SENDER}),
    Channel.TELEPHONE: frozenset({Hidden.NUMBER}),
    Channel.WHATSAPP: frozenset({Hidden.NUMBER}),
    Channel.SOCIAL_MEDIA: frozenset({Hidden.ACCOUNT}),
}
"""An e-mail is never one-way by itself: the sender has to be taken off at the door (domain-detail B31)."""


class Route(StrEnum):
    """The ways on that a door has to show, whatever its goal (domain-detail A34)."""

    HELP = "help"
    CRIMINAL_LAW = "criminal_law"


class Emergency(Part):
    """Asked before anything else, and answered before anything is stored. A file may word it in its own way; it cannot leave it out.

    `states` is what whoever reports without anybody opposite reads: a form, an app or an e-mail reaches nobody in time.
    """

    question: Text = "Ben je nu in gevaar, of is er sprake van verkrachting?"
    shows: tuple[Text, ...] = Field(
        ("112", "politie", "Centrum Seksueel Geweld"), min_length=1, description="what appears at once after a yes"
    )
    states: Text = "Dit is geen noodmeldpunt. Bel bij gevaar 112."


class Asked(Part):
    """Something that the form asks, and the step that needs it: what no step needs is not asked [4, fase 2]."""

    field: Slug = Field(description="what is asked, such as natures, place-type or contact-details")
    needed_for: Text = Field(description="the step that needs it, in Dutch")


class Answers(Part):
    """The questions of the routekaart [4]. A door opens when each has its answer; null is "not answered yet"."""

    may_be_reported: Text | None = None
    follow_up_within: LimitText | None = None
    follow_up: Text | None = None
    reachable: Text | None = None
    trained_staff: Text | None = None
    asked: tuple[Asked, ...] = ()
    sharing: Text | None = None
    third_parties: Text | None = None
    works_together_with: tuple[Role, ...] = ()
    responsible: Text | None = None
    permanent: bool | None = None
    evaluated_on: date | None = None
    happens_by_itself: tuple[Text, ...] = ()
    you_decide: tuple[Text, ...] = ()


class DoorStatus(StrEnum):
    """`mentioned`: the document gives a row in a table, and nobody here holds more."""

    HELD = "held"
    MENTIONED = "mentioned"


class Door(Part):
    """One way in. `title`, questions and answers are Dutch: a municipality reads this file."""

    door: Slug = Field(description="the door's short name, the same as the file name")
    version: Version = Field(description="text between quotes")
    title: Text = Field(description="its name as residents know it")
    municipalities: tuple[Slug, ...] = Field(min_length=1, description="where it is, in small letters")
    status: DoorStatus = DoorStatus.MENTIONED
    sources: Mapping[str, Text] = Field(description="the documents it rests on, by mark")
    goals: tuple[Goal, ...] = Field(min_length=1, description="what it is to bring about")
    goal: Text = Field(description="the goal in the text's own words")
    groups: tuple[Group, ...] = Field(min_length=1, description="for whom it is")
    channels: tuple[Channel, ...] = Field(min_length=1, description="how one can report")
    identity: tuple[Identity, ...] = Field(min_length=1, description="in which forms one can report")
    drops: tuple[Hidden, ...] = Field((), description="what a channel carries along and the door takes off at once")
    emergency: Emergency = Emergency()
    routes: tuple[Route, ...] = Field((), description="the ways on that it shows: help, criminal_law")
    answers: Answers = Answers()
    opens_on: date | None = None
    closes_on: date | None = None
    source: Source

    @property
    def ref(self) -> str:
        """`name@version`, as a chain file writes it."""
        return f"{self.door}@{self.version}"

    @property
    def one_way_only(self) -> bool:
        return set(self.identity) == {Identity.ONE_WAY}

    @property
    def insight_only(self) -> bool:
        return set(self.goals) <= INSIGHT

    def is_for(self, facts: Facts) -> bool | None:
        """Whether the report is of the door's target group; None when nothing that was said tells. Unknown is never taken for no.

        By the presumed motive, and, for a bystander, by whether the door is for bystanders.
        """
        if facts.get("reporter") == Person.BYSTANDER and Group.BYSTANDERS in self.groups:
            return True
        if EVERYONE & set(self.groups):
            return True
        told = facts.get("grounds")
        grounds = (told if isinstance(told, frozenset) else frozenset()) - {Ground.UNKNOWN, Ground.OTHER}
        if not grounds:
            return None
        wanted = frozenset[str]().union(*(GROUNDS_OF.get(group, frozenset()) for group in self.groups))
        return not wanted.isdisjoint(grounds)
