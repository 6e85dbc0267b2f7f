"""What must hold of a chain's terms, replacements and subscriptions, and between chains. Pure: files in, faults out."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path

from backbone.chains.chain import ASKED_IN_DANGER, Chain
from backbone.chains.model import ChainFile
from backbone.protocols import Fault, Level, Problem
from backbone.protocols.answer_rules import FOR_FEW
from backbone.protocols.clock_rules import ANY_STEP, WITH_A_PERSON, ClockStart, StopOn, same_kind
from backbone.protocols.reading import Document, Location, read
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Role


def terms_faults(file: ChainFile) -> Iterator[Fault]:
    """Municipalities with dates, replacements and subscriptions: each names what the file has, and each once."""
    members = {member.partner for member in file.members}
    yield from _cannot(file)
    for position, joined in enumerate(file.joined):
        yield from _known(
            ("joined", position, "municipality"),
            "municipality",
            joined.municipality,
            file.municipalities,
            "`municipalities`",
        )
    replaced: set[Role] = set()
    for position, rule in enumerate(file.instead):
        at: Location = ("instead", position)
        if rule.role in rule.by:
            yield Fault(
                (*at, "by"),
                f"the role {rule.role} acts instead of itself",
                "other roles than the vacant one",
                f"drop {rule.role} from `by`",
            )
        if rule.role in replaced:
            yield _twice(
                (*at, "role"),
                f"the role {rule.role} has two lines under `instead`",
                "put the roles of both in one line",
            )
        replaced.add(rule.role)
    heard: set[str] = set()
    for position, feedback in enumerate(file.feedback):
        yield from _known(
            ("feedback", position, "partner"), "partner", feedback.partner, members, "the chain's members"
        )
        if feedback.partner in heard:
            yield _twice(
                ("feedback", position, "partner"), f"`{feedback.partner}` has two subscriptions", "drop one of the two"
            )
        heard.add(feedback.partner)
    for position, binding in enumerate(file.protocols):
        for partner in binding.partners:
            yield from _known(("protocols", position, "partners"), "partner", partner, members, "the chain's members")


def _cannot(file: ChainFile) -> Iterator[Fault]:
    """Who is named as somebody who can is there, and is somebody else."""
    for position, member in enumerate(file.members):
        for need, roles in member.cannot.items():
            at: Location = ("members", position, "cannot")
            for role in roles:
                if not any(role in other.roles and other.partner != member.partner for other in file.members):
                    yield Fault(
                        at,
                        f"`{member.partner}` cannot meet {need} and names {role} as who can, which no other member is",
                        "a role that another member of this chain has",
                        f"add a member in the role {role}, name another role, or write `{need}: []` when nobody here can",
                    )


def occasion_faults(file: ChainFile) -> Iterator[Fault]:
    """The calendar of events: each name once, known districts, no time that overlaps another, roles that somebody holds."""
    held = {role for member in file.members for role in member.roles}
    names: set[str] = set()
    for position, occasion in enumerate(file.occasions):
        at: Location = ("occasions", position)
        if occasion.occasion in names:
            yield _twice(
                (*at, "occasion"),
                f"the event `{occasion.occasion}` has two parts",
                "put the days of both in one, or rename one",
            )
        names.add(occasion.occasion)
        for district in occasion.districts or ():
            yield from _known((*at, "districts"), "district", district, file.districts, "`districts`")
        for role in occasion.remind.tell if occasion.remind else ():
            yield from _known((*at, "remind", "tell"), "role", role, held, "the roles of the chain's members")
        for first, second in pairwise(sorted(range(len(occasion.days)), key=lambda one: occasion.days[one].first)):
            before, after = occasion.days[first], occasion.days[second]
            if after.first <= before.end:
                yield Fault(
                    (*at, "days", second),
                    f"`{occasion.occasion}` from {after.first} begins before that from {before.first} is over, on {before.end}",
                    "days that do not overlap",
                    "correct the days, or give the other event a name of its own",
                )


def roleless(chain: Chain) -> Iterator[Fault]:
    """Every partner of a scheme has a role in it; none is given one by default (scenarios.md, RTD-3)."""
    for position, binding in enumerate(chain.file.protocols):
        wanted = chain.protocols[binding.use].roles()
        for partner in binding.partners:
            if chain.roles_of(partner).isdisjoint(wanted):
                yield Fault(
                    ("protocols", position, "partners"),
                    f"`{partner}` is a partner of {binding.use} and has no role in it",
                    f"one of the roles that it counts on: {', '.join(sorted(wanted))}",
                    "give the partner a role under `members`, or a part in the protocol's file, or drop it from the scheme",
                )


def first_question(chain: Chain) -> Iterator[Fault]:
    """In danger now, or raped: whatever its protocols say, every chain proposes these (domain-detail A19)."""
    for role in ASKED_IN_DANGER:
        empty = [district for district in chain.districts if not chain.partners_for(role, district)]
        if empty:
            where = "the whole chain" if len(empty) == len(chain.districts) else ", ".join(empty)
            yield Fault(
                ("members",),
                f"nobody holds the role {role} in {where}, whom somebody who is in danger or was raped is brought in touch with",
                f"a member with the role {role}",
                "add the role to a member; until then only the page and the desk say whom to call",
                Level.WARNING,
            )


def danger_not_asked(chain: Chain) -> Iterator[Fault]:
    """Under which protocol a case runs is no matter: somebody has to ask, before anything is stored (domain-detail A19)."""
    bound = [chain.protocols[binding.use] for binding in chain.file.protocols]
    if bound and not any(check.check in FIRST_QUESTION for protocol in bound for check in protocol.checks):
        yield Fault(
            ("protocols",),
            f"no protocol of the chain asks whether somebody is in danger now: {', '.join(one.ref for one in bound)}",
            "a first check danger_now, with 112 as the consequence of yes",
            "add it to one of them, or run handreiking-negen-stappen beside them; a page or desk under `doors` asks by itself",
            Level.WARNING,
        )


def under_nothing(chain: Chain) -> Iterator[Fault]:
    """Where no file about cases is bound, a report opens a case in which no clock runs and nobody is proposed, and nobody hears that."""
    about = [binding for binding in chain.file.protocols if chain.protocols[binding.use].is_about_cases]
    for position, binding in enumerate(chain.file.protocols):
        if binding not in about:
            yield Fault(
                ("protocols", position, "use"),
                f"{binding.use} says nothing about a case: no step, clock or question follows from it for who reports",
                "a file that cases run under",
                "name it under `schemes`, with the day from which the chain keeps it, or drop it",
                Level.WARNING,
            )
    if any(binding.districts is None for binding in about):
        return
    held = {district for binding in about for district in binding.districts or ()}
    empty = [district for district in chain.districts if district not in held]
    where = f"in {', '.join(empty)}, and for" if empty else "for"
    yield Fault(
        ("protocols",),
        f"no protocol holds {where} a report that names no district: such a case runs under nothing, without clocks or referrals",
        "a protocol with `districts: all`",
        "bind one with `districts: all`; what one district does more or sooner stands in it under `variants`",
        Level.WARNING,
    )


def unanswered(chain: Chain) -> Iterator[Fault]:
    """A referral that nobody answers falls between two stools, unless some clock of the chain waits for the answer."""
    bound = [chain.protocols[binding.use] for binding in chain.file.protocols]
    refers = [protocol.ref for protocol in bound if protocol.steps]
    waits = any(clock.stops.on is StopOn.ANSWERED for protocol in bound for clock in protocol.clocks)
    if refers and not waits:
        yield Fault(
            ("protocols",),
            f"{', '.join(refers)} refers people to partners, and no clock of the chain waits for an answer",
            "a clock that starts at referral.delivered and stops on answered, in one of its protocols",
            "add one (of_step: any), measured or with a limit that somebody chose; silence is seen by nobody otherwise",
            Level.WARNING,
        )


def untimed_doors(chain: Chain) -> Iterator[Fault]:
    """What a door promises on its page is a clock's limit, not a text (domain-detail A90)."""
    for position, bound in enumerate(chain.file.doors):
        promised = chain.doors[bound.partner].answers.follow_up_within
        if promised is None:
            continue
        roles = chain.roles_of(bound.partner)
        clocks = (clock for binding in chain.file.protocols for clock in chain.protocols[binding.use].clocks)
        timed = any(
            clock.starts is ClockStart.REPORT_RECEIVED
            and clock.limit == promised
            and clock.stops.on in WITH_A_PERSON
            and not all(clock.when.excludes("door", role) for role in roles)
            for clock in clocks
        )
        if not timed:
            yield Fault(
                ("doors", position),
                f"the door `{bound.use}` promises follow-up within {promised}, and no clock of the chain has that limit for its reports",
                f"a clock that starts at report.received, stops on a word or talk with whoever reported, and has `limit: {promised}`",
                "add it to a protocol of the chain, our choice where no text gives it, or take the promise out of the door's file",
                Level.WARNING,
            )


def timed_by_two(chain: Chain) -> Iterator[Fault]:
    """Two files that time every referral: each times its own, and somebody has to know by which term one by hand is timed."""
    bound = [(position, one, chain.protocols[one.use]) for position, one in enumerate(chain.file.protocols)]
    for (_, before, first), (position, binding, second) in combinations(bound, 2):
        pairs = product(first.clocks, second.clocks)
        for one, other in ((a, b) for a, b in pairs if a.of_step == b.of_step == ANY_STEP and same_kind(a, b)):
            together = before.when.may_hold_with(binding.when) and one.when.may_hold_with(other.when)
            if together and (one.limit, one.promise, one.reminders) != (other.limit, other.promise, other.reminders):
                yield Fault(
                    ("protocols", position),
                    f"the clocks `{one.id}` of {first.ref} and `{other.id}` of {second.ref} both time every referral, by other terms",
                    f"each times what its own file proposes; a referral by hand goes by {first.ref}, which is listed first",
                    "list first the file whose term is to hold for referrals by hand, or bind one of the two where the other is not",
                    Level.WARNING,
                )


def for_few(chain: Chain) -> Iterator[Fault]:
    """A case that runs under a file because the offender is a confused person says so to everybody whom the file tells something."""
    for position, binding in enumerate(chain.file.protocols):
        if binding.when.asks_about(FOR_FEW):
            yield Fault(
                ("protocols", position, "when", FOR_FEW),
                f"whoever is told something under {binding.use} would know by it that the offender is a confused person, or is not",
                "conditions of other facts: this one is for those who may say it",
                "leave it out here; a step of the protocol that tells only these roles may ask for it",
            )


def strange_variants(chain: Chain) -> Iterator[Fault]:
    """A variant for districts that this chain has not is never used here."""
    for position, binding in enumerate(chain.file.protocols):
        for variant in chain.protocols[binding.use].variants:
            strange = [district for district in variant.districts if district not in chain.districts]
            if len(strange) == len(variant.districts):
                yield Fault(
                    ("protocols", position, "use"),
                    f"the variant `{variant.variant}` of {binding.use} is for {', '.join(strange)}, which are no districts of this chain",
                    f"districts of the chain: {', '.join(chain.districts)}",
                    "correct the districts in the protocol's file, or accept that another chain uses it",
                    Level.WARNING,
                )


def connected(chains: Mapping[str, Chain], files: Mapping[str, Path]) -> tuple[dict[str, Chain], list[Problem]]:
    """Each chain with the partners of other chains that its file refers to. Whoever names one that is not there hears so."""
    found: dict[str, Chain] = {}
    problems: list[Problem] = []
    for name, chain in chains.items():
        faults = list(_elsewhere(chain, chains))
        if faults:
            document = read(files[name])
            assert isinstance(document, Document)
            problems += [document.problem(fault) for fault in faults]
            continue
        found[name] = replace(chain, abroad=_abroad(chain, chains)) if chain.file.elsewhere else chain
    return found, problems


def _elsewhere(chain: Chain, chains: Mapping[str, Chain]) -> Iterator[Fault]:
    for position, rule in enumerate(chain.file.elsewhere):
        at: Location = ("elsewhere", position)
        others = {name for name in chains if name != chain.name}
        if rule.chain not in others:
            yield Fault(
                (*at, "chain"),
                f"the chain `{rule.chain}` is not in the chain files that can be used",
                f"one of {', '.join(sorted(others))}"
                if others
                else "another chain file in this folder, and there is none",
                "put its file and its partners into this folder; or name under `home_towns` of a member the towns that it helps",
            )
        for role in rule.roles if rule.chain in others else ():
            if not chains[rule.chain].partners_for(role, None):
                yield Fault(
                    (*at, "roles"),
                    f"nobody holds the role {role} for the whole of the chain {rule.chain}",
                    "a role that a member there holds in all districts",
                    "name another role, or have the member's `districts` be all",
                )


def _abroad(chain: Chain, chains: Mapping[str, Chain]) -> dict[tuple[Role, str | None], tuple[str, ...]]:
    """For the whole of a municipality: in which of its districts she lives is not among the facts."""
    return {
        (role, municipality): tuple(partner.id for partner in chains[rule.chain].partners_for(role, None))
        for rule in chain.file.elsewhere
        for role in rule.roles
        for municipality in chains[rule.chain].municipalities
        if municipality not in chain.municipalities
    }


def _known(at: Location, what: str, found: str, known: Collection[str], where: str) -> Iterator[Fault]:
    if found not in known:
        close = difflib.get_close_matches(found, known, 1)
        remedy = f"did you mean `{close[0]}`?" if close else f"add it to {where}, or drop it here"
        yield Fault(
            at, f"the {what} `{found}` is not in {where}", f"one of {', '.join(sorted(known)) or 'none'}", remedy
        )


def _twice(at: Location, what: str, remedy: str) -> Fault:
    return Fault(at, what, "each once", remedy)
