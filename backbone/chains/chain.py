"""A loaded chain and the set of all chains: who fills a role, which protocols run, who may tell what.

Pure: nothing is read or written here, and a case is only known by its facts. Files are read in `load`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from backbone.chains.model import (
    Agreement,
    ChainFile,
    ConsentPolicy,
    ErasureTerms,
    Member,
    OtherBasis,
    Partner,
    Relation,
    RetentionTerm,
    Right,
)
from backbone.chains.terms import Capacity, Feedback, How
from backbone.chains.unknown import ChainUnknown, Unknown
from backbone.protocols import Facts, Problem, Protocol
from backbone.protocols.doors import Door
from backbone.protocols.reading import digest
from schakel.calendar import NEVER, Calendar
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Basis, Purpose, Role

ASKED_IN_DANGER = (Role.POLICE, Role.SEXUAL_VIOLENCE_CENTRE)
"""Who is proposed where somebody is in danger now or was raped, whatever the protocols say (domain-detail A19)."""


@dataclass(frozen=True)
class Vacancy:
    """A role that a protocol counts on and nobody holds in some districts: a person has to look, nothing is guessed."""

    role: Role
    districts: tuple[str, ...]
    protocol: str
    asked_by: str
    instead: tuple[Role, ...] = ()
    """The roles whose holders act there."""


@dataclass(frozen=True)
class Chain:
    """One chain: its members with their roles, its protocols, rights, agreements and calendar."""

    file: ChainFile
    partners: Mapping[str, Partner]
    protocols: Mapping[str, Protocol]
    shared_rights: tuple[Right, ...] = ()
    abroad: Mapping[tuple[Role, str | None], tuple[str, ...]] = field(default_factory=dict)
    """(role, municipality) -> partners of another chain for those who live there (`Elsewhere`)."""
    doors: Mapping[str, Door] = field(default_factory=dict)
    """By the partner that works it."""
    schemes: Mapping[str, Protocol] = field(default_factory=dict)
    """What the chain keeps beside the protocols that its cases run under, by ref."""
    versions: Mapping[str, Protocol] = field(default_factory=dict, repr=False)
    """Every protocol that is known, also those that no new case runs under any more, by ref; see `runs`."""
    content: str = ""
    """SHA-256 of what its file says, whatever this version of the program makes of it; empty when it came from no file."""
    says: Mapping[str, object] = field(default_factory=dict)
    """What that is, as JSON-like data; empty when it came from no file."""

    @property
    def name(self) -> str:
        return self.file.chain

    @property
    def version(self) -> str:
        return self.file.version

    @property
    def title(self) -> str:
        return self.file.title

    @property
    def municipalities(self) -> tuple[str, ...]:
        return self.file.municipalities

    @property
    def districts(self) -> tuple[str, ...]:
        return self.file.districts

    def may_name(self, district: str | None) -> bool:
        """Whether a report may name this district: one of the chain's, where it has any; none at all always."""
        return not district or not self.districts or district in self.districts

    @property
    def members(self) -> tuple[Member, ...]:
        return self.file.members

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        return self.file.agreements

    def runs(self, ref: str) -> Protocol | None:
        """The version that a case runs under: it stays with it when the chain goes over to a newer one."""
        return self.protocols.get(ref) or self.versions.get(ref)

    def agreement(self, name: str | None) -> Agreement | None:
        return next((agreement for agreement in self.agreements if agreement.agreement == name), None)

    @property
    def bases(self) -> tuple[OtherBasis, ...]:
        return self.file.bases

    def may_invoke(self, basis: Basis, purpose: Purpose, roles: Collection[Role]) -> OtherBasis | None:
        """The rule by which a partner in these roles may invoke this basis here, or None: what is not named is not allowed."""
        named = (rule for rule in self.bases if rule.basis is basis and rule.covers(purpose))
        return next((rule for rule in named if not set(rule.roles).isdisjoint(roles)), None)

    @property
    def consent(self) -> ConsentPolicy:
        return self.file.consent

    @property
    def erasure(self) -> ErasureTerms:
        return self.file.erasure

    def final_by(self, effective_at: datetime) -> datetime:
        """Until when an erasure that took effect then has to be final."""
        return self.calendar().add(effective_at, self.erasure.final_within)

    def retention_of(self, kind: str) -> RetentionTerm | None:
        """How long this kind of person is kept after the closing; None: the chain's file names no term."""
        return next((rule for rule in self.file.retention if kind in rule.of), None)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what the chain means: its file, its members' entries and the shared rights."""
        return digest(
            {
                "chain": self.file.model_dump(mode="json"),
                "partners": [self.partners[id_].model_dump(mode="json") for id_ in sorted(self.partners)],
                "rights": [right.model_dump(mode="json") for right in self.shared_rights],
                "doors": {partner: door.model_dump(mode="json") for partner, door in sorted(self.doors.items())},
            }
        )

    def calendar(self) -> Calendar:
        """The newest version of the chain's calendar; a running clock keeps the due moment it was given."""
        return self._calendar

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar.current(self.file.calendar, self.file.time_zone)

    def day_of(self, moment: datetime) -> date:
        """The day that a moment is, in the chain's own time zone."""
        return moment.astimezone(self._zone).date()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.file.time_zone)

    def roles_of(self, partner_id: str, on: date | None = None) -> frozenset[Role]:
        """Every role the partner has here, in whatever district: the fact `door` of its reports. on: on that day, default on any."""
        if on is None:
            return self._roles.get(partner_id, frozenset())
        return frozenset(role for m in self.members if m.partner == partner_id and m.holds_on(on) for role in m.roles)

    def instead_of(self, role: Role) -> tuple[Role, ...]:
        """The roles that act where nobody holds this one, in order."""
        return next((rule.by for rule in self.file.instead if rule.role is role), ())

    def feedback_of(self, partner_id: str) -> Feedback:
        """How the partner hears what became of its referrals; who says nothing hears nothing."""
        none = Feedback(partner=partner_id, how=How.NONE)
        return next((rule for rule in self.file.feedback if rule.partner == partner_id), none)

    def covers(self, municipality: str, on: date | None = None) -> bool:
        """Whether what happened there, and was reported on this day, belongs to the chain."""
        if municipality not in self.municipalities:
            return False
        terms = [joined for joined in self.file.joined if joined.municipality == municipality]
        return not terms or any(joined.holds_on(on) for joined in terms)

    def referable(self, partner_id: str) -> frozenset[Role]:
        """In which roles the partner may be referred to: its own here, or as a partner of a chain that this one names (`Elsewhere`)."""
        theirs = (role for (role, _), partners in self.abroad.items() if partner_id in partners)
        return self.roles_of(partner_id) | frozenset(theirs)

    @cached_property
    def full(self) -> frozenset[str]:
        """Who said to have no room."""
        return frozenset(m.partner for m in self.members if m.capacity is Capacity.FULL)

    @cached_property
    def _roles(self) -> dict[str, frozenset[Role]]:
        roles: dict[str, frozenset[Role]] = {}
        for member in self.members:
            roles[member.partner] = roles.get(member.partner, frozenset()) | frozenset(member.roles)
        return roles

    def partners_for(self, role: Role, district: str | None, on: date | None = None) -> list[Partner]:
        """Who fills the role in a district, in the file's order; those of the district itself before those of all.

        Without a district only those who serve all: whose district it would be is not guessed. on: on that day, default on any.
        """
        if on is not None and self._dated:
            members = [m for m in self.members if role in m.roles and m.holds_on(on)]
            near = [m for m in members if m.districts is not None and district in m.districts]
            return [
                *{
                    m.partner: self.partners[m.partner] for m in (*near, *(m for m in members if m.districts is None))
                }.values()
            ]
        known = self._holders.get((role, district))
        if known is None:
            here = [m for m in self.members if role in m.roles and m.districts is not None and district in m.districts]
            everywhere = [m for m in self.members if role in m.roles and m.districts is None]
            known = [*{m.partner: self.partners[m.partner] for m in (*here, *everywhere)}.values()]
            if district is None or district in self._districts:  # what anybody may write is not remembered
                self._holders[role, district] = known
        return list(known)

    def trained(self, role: Role, at: datetime) -> frozenset[str]:
        """The partners that are trained for the role on that day, in the chain's own time. Of a person nothing is known here."""
        today = at.astimezone(ZoneInfo(self.file.time_zone)).date()
        return frozenset(
            m.partner for m in self.members if role in m.roles and m.trained_until and today <= m.trained_until
        )

    @cached_property
    def _dated(self) -> bool:
        return any(m.since or m.until for m in self.members)

    @cached_property
    def _holders(self) -> dict[tuple[Role, str | None], list[Partner]]:
        return {}

    @cached_property
    def _districts(self) -> frozenset[str]:
        return frozenset(district for member in self.members for district in member.districts or ())

    def partners_at_home(self, role: Role, municipality: str | None, on: date | None = None) -> list[Partner]:
        """Who fills the role for residents of a municipality elsewhere, in the file's order: only who is said to.

        None for a home town that nobody named, and for one that no member names: a person has to look (scenarios.md, AMS-2).
        """
        return [
            self.partners[m.partner]
            for m in self.members
            if role in m.roles and municipality in m.home_towns and m.holds_on(on)
        ]

    def protocols_for(self, facts: Facts, on: date | None = None) -> list[ProtocolRef]:
        """The protocols a case with these facts, reported on this day, runs under, in the file's order. None at all is possible."""
        return [
            ProtocolRef(name=protocol.protocol, version=protocol.version)
            for binding in self.file.protocols
            if (binding.districts is None or facts.get("district") in binding.districts)
            and binding.when.matches(facts)
            and binding.holds_on(on)
            and (protocol := self.protocols[binding.use]).opens_for(facts)
        ]

    def may_tell(self, event_type: str, roles: Collection[Role], relation: Relation | Collection[Relation]) -> bool:
        """Whether a partner with these roles and this relation (or these) to the case may tell this type of event."""
        relations = {Relation(relation)} if isinstance(relation, str) else {Relation(each) for each in relation}
        if relations & {Relation.REPORTER, Relation.PARTY}:
            relations.add(Relation.MEMBER)
        return any(
            (right.roles is None or not set(right.roles).isdisjoint(roles)) and not relations.isdisjoint(right.relation)
            for right in self._rights.get(event_type, ())
        )

    @cached_property
    def _rights(self) -> dict[str, list[Right]]:
        rights: dict[str, list[Right]] = {}
        for right in (*self.shared_rights, *self.file.rights):
            for event_type in right.tell:
                rights.setdefault(event_type, []).append(right)
        return rights

    def vacancies(self) -> Iterator[Vacancy]:
        """The roles that the chain's protocols count on and that nobody holds."""
        for binding in self.file.protocols:
            protocol = self.protocols[binding.use]
            for role, asked_by in protocol.roles().items():
                wanted = self.districts if binding.districts is None else binding.districts
                empty = tuple(district for district in wanted if not self.partners_for(role, district))
                if empty:
                    yield Vacancy(role, empty, protocol.ref, asked_by, self._acting(role, empty))

    def _acting(self, role: Role, districts: Collection[str]) -> tuple[Role, ...]:
        """The roles of which somebody acts in each of these districts."""
        by = self.instead_of(role)
        held = [[other for other in by if self.partners_for(other, district)] for district in districts]
        return tuple(other for other in by if any(other in found for found in held)) if all(held) else ()


@dataclass(frozen=True)
class Chains:
    """Every chain and every partner."""

    by_name: Mapping[str, Chain]
    partners: Mapping[str, Partner]
    warnings: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[Chain]:
        return iter(self.by_name.values())

    def get(self, name: str) -> Chain | None:
        return self.by_name.get(name)

    def partner(self, partner_id: str) -> Partner | None:
        return self.partners.get(partner_id)

    def by_oin(self, oin: str) -> Partner | None:
        return self._by_oin.get(oin)

    @cached_property
    def _by_oin(self) -> dict[str, Partner]:
        return {partner.oin: partner for partner in self.partners.values()}

    def chains_of(self, partner_id: str) -> list[Chain]:
        """The chains the partner is a member of."""
        return [chain for chain in self if chain.roles_of(partner_id)]

    def final_by(self, effective_at: datetime) -> datetime:
        """Until when an erasure has to be final of which it is not known where: the shortest term counts. NEVER where there is no chain."""
        return min((chain.final_by(effective_at) for chain in self), default=NEVER)

    def resolve(self, partner_id: str, municipality: str | None, at: datetime | None = None) -> Chain | ChainUnknown:
        """The chain a partner's report belongs to. A partner of one chain need not name the municipality. at: when it was reported."""
        if partner_id not in self.partners:
            return ChainUnknown(Unknown.PARTNER_UNKNOWN, ())
        candidates = self.chains_of(partner_id)
        names = tuple(chain.name for chain in candidates)
        covered = tuple(sorted({place for chain in candidates for place in chain.municipalities}))
        if not candidates:
            return ChainUnknown(Unknown.NOT_A_MEMBER, ())
        if municipality is None:
            one = len(candidates) == 1
            return candidates[0] if one else ChainUnknown(Unknown.MUNICIPALITY_MISSING, names, covered)
        here = [chain for chain in candidates if chain.covers(municipality)]
        if not here:
            return ChainUnknown(Unknown.MUNICIPALITY_ELSEWHERE, names, covered)
        then = [chain for chain in here if chain.covers(municipality, chain.day_of(at) if at else None)]
        if not then:
            return ChainUnknown(Unknown.NOT_ON_THAT_DAY, tuple(chain.name for chain in here), covered)
        here = then
        if len(here) > 1:
            return ChainUnknown(Unknown.AMBIGUOUS, tuple(chain.name for chain in here), covered)
        return here[0]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all chains and partners."""
        return digest(
            {
                "chains": {chain.name: chain.digest for chain in self},
                "partners": {partner.id: partner.model_dump(mode="json") for partner in self.partners.values()},
            }
        )
