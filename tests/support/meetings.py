"""A chain that keeps schemes of working together, and its stream on paper: minutes told, watermarks passed, what follow-up concludes."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from backbone.chain_desks import concerned
from backbone.chains import Chain, Chains, load_chains
from backbone.chains.schemes import consultation_of
from backbone.meetings import Agenda, agenda
from backbone.overviews.asked import asked
from backbone.overviews.incident import incidents
from backbone.overviews.issues import Issue, press
from backbone.overviews.lines import seen_by
from backbone.overviews.periods import Period
from backbone.protocols import Protocols
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.overviews import Overview
from schakel import codec
from schakel.case_state import Effect, Link, State
from schakel.chain import apply, conclude
from schakel.chain_state import ChainState, dump, load
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.events import Event
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.events.partners import MinutesRecorded
from schakel.ids import OPERATOR, partner_source
from services.followup.rhythms import decide
from tests.scenarios.stories import told_stories
from tests.support.casebook import Story, World, repository
from tests.support.newest import filled_in, newest, newest_of
from tests.support.telling import Tell, Watermark, moment

ROOT = Path(__file__).parents[2]
POLICE, CITY, ADV, OM, COC = (
    "politie-amsterdam",
    "gemeente-amsterdam",
    "discriminatie-nl-amsterdam",
    "om-amsterdam",
    "coc-amsterdam",
)
HEAD = """\
chain: proef
version: "1"
title: Proefketen
time_zone: Europe/Amsterdam
calendar: nl
municipalities: [amsterdam]
districts: [oost, zuidoost]
members:
  - {partner: politie-amsterdam, roles: [police, ecad_p, discrimination_contact], districts: all}
  - {partner: gemeente-amsterdam, roles: [municipality, coordinator, mayor], districts: all}
  - {partner: slachtofferhulp, roles: [victim_support], districts: all}
  - {partner: discriminatie-nl-amsterdam, roles: [anti_discrimination], districts: all}
  - {partner: om-amsterdam, roles: [prosecutor], districts: all}
  - {partner: coc-amsterdam, roles: [coc], districts: [oost]}
  - {partner: rita, roles: [report_platform], districts: all}
protocols:
  - {use: amsterdam-handelingskader@newest}
"""


def keeping(
    folder: Path, *schemes: str, since: str = "2026-01-01", more: str = "", members: str = ""
) -> tuple[Chains, Protocols]:
    """A chain `proef` that keeps these schemes: `name@version`, or a name alone for its newest.

    `more` is further text of its file, `members` further lines of its members, `folder` has room for both.
    """
    _, protocols = repository()
    (folder / "chains").mkdir(exist_ok=True)
    for name in ("partners.yaml", "rights.yaml"):
        shutil.copy(ROOT / "chains" / name, folder / "chains" / name)
    kept = [name if "@" in name else newest(name) for name in schemes]
    lines = "".join(f"  - {{use: {ref}, since: {since}}}\n" for ref in kept)
    head = HEAD.replace("protocols:\n", f"{members}protocols:\n")
    text = filled_in(head + (f"schemes:\n{lines}" if lines else "") + more)
    (folder / "chains" / "proef.yaml").write_text(text, encoding="utf-8")
    return load_chains(folder / "chains", protocols), protocols


@dataclass
class Stream:
    """The chain's own stream. Every record travels through the codec and the headers; the state through its snapshot."""

    chain: Chain
    chains: Chains
    state: ChainState = field(default_factory=lambda: ChainState(name="proef"))
    told: int = 0
    effects: list[Effect] = field(default_factory=list)

    @classmethod
    def of(cls, chains: Chains, name: str = "proef") -> Self:
        chain = chains.get(name)
        assert chain is not None
        return cls(chain, chains, ChainState(name=name))

    def minutes(
        self, consultation: str, held_on: str, by: str = POLICE, logged: str | None = None, **more: Any
    ) -> Self:
        """Told the same evening, unless `logged` says when."""
        event = MinutesRecorded(consultation=consultation, held_on=date.fromisoformat(held_on), **more)
        return self.tell(event, by, moment(logged or f"{held_on} 20:00"))

    def tell(self, event: Event, by: str | None, at: datetime) -> Self:
        """By a partner, or by the operator (None)."""
        partner = self.chains.partner(by) if by else None
        self.told += 1
        envelope = Envelope(
            id=f"00000000-0000-7000-8000-{self.told:012d}",
            source=partner_source(partner.oin) if partner else OPERATOR,
            type=event.TYPE,
            time=at,
            logtime=at,
            partner=by,
        )
        self._append(Entry(envelope, event))
        return self

    def passes(self, at: str | datetime) -> list[RhythmDue | RhythmMissed]:
        """A watermark passes: what follow-up says then, each once, and nothing more behind it."""
        said = list(decide(self.chain, self.state, moment(at)))
        for event in said:
            assert self._append(conclude(self.state, event)) is Effect.EFFECTIVE
        assert list(decide(self.chain, self.state, moment(at))) == []
        return said

    def _append(self, entry: Entry) -> Effect:
        travelled = Entry(read_headers(entry.envelope.headers()), codec.decode_event(codec.encode(entry.event)))
        assert concerned([self.chain], travelled) == [self.chain]
        effect = apply(self.state, travelled)
        self.state = load(dump(self.state))
        self.effects.append(effect)
        return effect


def missed(said: list[RhythmDue | RhythmMissed]) -> list[RhythmMissed]:
    return [event for event in said if isinstance(event, RhythmMissed)]


def due(said: list[RhythmDue | RhythmMissed]) -> list[RhythmDue]:
    return [event for event in said if isinstance(event, RhythmDue)]


def case(files: tuple[Chains, Protocols], number: int, *told: Tell | Watermark) -> State:
    """A case of the chain with this history; the scenario's checks look at it too."""
    chains, protocols = files
    story = Story(World(chains, protocols, case_id(number)))
    told_stories.append(story)
    return story.when(*told).case


def case_id(number: int) -> str:
    return f"c0ffee00-0000-4000-8000-{number:012d}"


def issue_of(chain: Chain, cases: Sequence[State], period: str) -> Issue:
    """The period's first issue, made a year after these cases."""
    told = list(incidents(chain, cases, frozenset()))
    return press(chain, Period.parse(period), told, {}, moment("2027-01-03 12:00"))[-1]


def numbers_of(
    chain: Chain, overview: Overview, cases: Sequence[State], period: str
) -> dict[tuple[str, str, str], int | None]:
    """What a reader of the scheme's numbers gets, by table, row and word; None: a dash."""
    made = asked(chain, issue_of(chain, cases, period), overview, seen_by(None))
    return {(sheet.id, line.row, line.word): line.cell.count for sheet in made.sheets for line in sheet.lines}


COVENANT = """\
agreements:
  - agreement: convenant-gegevensuitwisseling
    title: Convenant RDO
    parties: [politie-amsterdam, om-amsterdam, discriminatie-nl-amsterdam]
    purposes: [consultation]
    valid_from: 2026-01-01
    valid_until: 2026-05-31
"""


def scheme(files: tuple[Chains, Protocols], name: str, version: str | None = None) -> Cooperation:
    """The section of a scheme that some chain keeps; without a version that of the newest."""
    found = files[1].get(name, version) if version else newest_of(name, files[1])
    return found.cooperation


def joined(one: State, other: int) -> State:
    """Somebody said that the two are about one incident; how that is told and refused stands in tests/rules/test_links.py."""
    assert one.time is not None
    one.links["link"] = Link("link", case_id(other), "same_incident", POLICE, one.time, twin="twin")
    return one


def agenda_of(
    files: tuple[Chains, Protocols],
    consultation: str,
    at: str,
    *cases: State,
    meetings: ChainState | None = None,
    of: str = "proef",
) -> Agenda:
    """The agenda of a consultation that the chain `of` keeps."""
    chain = files[0].get(of)
    assert chain is not None
    found = consultation_of(chain, consultation)
    assert found is not None, f"the chain keeps no {consultation}"
    _, here, one = found
    return agenda(chain, here, one, meetings or ChainState(name=of), cases, moment(at))
