"""Loading `chains/`: the register, the shared rights and the chain files, checked against each other and the protocols."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from backbone.chains import schemes
from backbone.chains.chain import Chain, Chains, Vacancy
from backbone.chains.checks import (
    connected,
    danger_not_asked,
    first_question,
    for_few,
    occasion_faults,
    roleless,
    strange_variants,
    terms_faults,
    timed_by_two,
    unanswered,
    under_nothing,
    untimed_doors,
)
from backbone.chains.model import ChainFile, Partner, Register, Right, Rights
from backbone.protocols import DefinitionError, Fault, Level, Problem, Protocols
from backbone.protocols.reading import Document, Location, digest, parse, read
from backbone.protocols.versions import not_there
from schakel.events import TOLD
from schakel.events.base import SUBJECT_KINDS
from schakel.events.vocab import Role

REGISTER = "partners.yaml"
RIGHTS = "rights.yaml"


def load_chains(folder: Path, protocols: Protocols) -> Chains:
    """The register and every chain file under `folder`. Raises DefinitionError with the errors of all files together."""
    chains, problems = check_chains(folder, protocols)
    if any(problem.is_error for problem in problems):
        raise DefinitionError(problems)
    return Chains(chains.by_name, chains.partners, tuple(problems))


def check_chains(folder: Path, protocols: Protocols) -> tuple[Chains, list[Problem]]:
    """The usable chains of a folder and every problem found."""
    partners, problems = _register(folder / REGISTER)
    rights, found = _shared_rights(folder / RIGHTS)
    problems += found
    doors = schemes.check_folder(folder)
    chains: dict[str, Chain] = {}
    documents: dict[str, Path] = {}
    for path in sorted(folder.glob("*.y*ml")):
        if path.name not in (REGISTER, RIGHTS):
            chain, found = _chain(path, partners, protocols, rights, doors)
            problems += found
            if chain:
                chains[chain.name] = chain
                documents[chain.name] = path
    chains, found = connected(chains, documents)
    problems += found
    problems += _idle(folder / REGISTER, partners, chains.values()) if chains else []
    if not chains and not problems:
        problems.append(Problem(folder, 1, Fault((), "the folder holds no chain", "a <name>.yaml file", "add one")))
    return Chains(chains, partners), problems


def registered(folder: Path) -> Mapping[str, Partner]:
    """The register of partners alone; empty where there is none that can be read."""
    return _register(folder / REGISTER)[0]


def _register(path: Path) -> tuple[dict[str, Partner], list[Problem]]:
    document = read(path)
    if isinstance(document, Problem):
        if not path.exists():
            remedy = "create it, or say where the chains are: with --chains, or in SCHAKEL_CHAINS_DIR"
            document = replace(document, fault=replace(document.fault, remedy=remedy))
        return {}, [document]
    register = parse(Register, document)
    if isinstance(register, list):
        return {}, register
    problems = []
    partners: dict[str, Partner] = {}
    oins: dict[str, str] = {}
    for position, partner in enumerate(register.partners):
        if partner.id in partners:
            fault = Fault(
                ("partners", position, "id"),
                f"the partner `{partner.id}` stands in the register twice",
                "each partner once: it is one organisation in every chain",
                "drop one of the two",
            )
            problems.append(document.problem(fault))
        if partner.oin in oins:
            fault = Fault(
                ("partners", position, "oin"),
                f"`{partner.id}` has the oin of `{oins[partner.oin]}`",
                "an oin of its own for each partner: it says who sent a message",
                "correct one of the two",
            )
            problems.append(document.problem(fault))
        partners[partner.id] = partner
        oins[partner.oin] = partner.id
    return partners, problems


def _idle(path: Path, partners: Collection[str], chains: Iterable[Chain]) -> list[Problem]:
    """A partner of no chain can connect, and gets every report refused."""
    members = {member.partner for chain in chains for member in chain.members}
    document = read(path)
    assert isinstance(document, Document)
    return [
        document.problem(
            Fault(
                ("partners", position),
                f"the partner `{partner}` is a member of no chain",
                "every partner a member somewhere",
                "add it to a chain file, or drop it here",
                Level.WARNING,
            )
        )
        for position, partner in enumerate(partners)
        if partner not in members
    ]


def _shared_rights(path: Path) -> tuple[tuple[Right, ...], list[Problem]]:
    """The rights of every chain. Without them every service would start, and intake refuse all that is told."""
    document = read(path)
    if isinstance(document, Problem):
        if not path.exists() or document.fault.what == "the file is empty":
            remedy = "copy chains/rights.yaml of this program into the folder; a chain file may grant more"
            expected = "who may tell what in every chain, under `rights`"
            document = replace(document, fault=replace(document.fault, expected=expected, remedy=remedy))
        return (), [document] if path.parent.is_dir() else []
    rights = parse(Rights, document)
    if isinstance(rights, list):
        return (), rights
    faults = [*_told(("rights",), rights.rights), *_known(("operator",), rights.operator)]
    granted = {event_type for right in rights.rights for event_type in right.tell}
    for event_type in sorted(set(TOLD) - granted - set(rights.operator)):
        faults.append(
            Fault(
                ("rights",),
                f"nobody may tell {event_type}",
                "every told event either granted to somebody or left to the operator",
                "grant it under `rights`, or name it under `operator`",
                Level.WARNING,
            )
        )
    return rights.rights, [document.problem(fault) for fault in faults]


def _chain(
    path: Path,
    partners: dict[str, Partner],
    protocols: Protocols,
    rights: tuple[Right, ...],
    doors: schemes.DoorFiles,
) -> tuple[Chain | None, list[Problem]]:
    document = read(path)
    if isinstance(document, Problem):
        return None, [document]
    file = parse(ChainFile, document)
    if isinstance(file, list):
        return None, file
    found = (*_faults(file, document, partners, protocols), *schemes.faults(file, protocols, doors))
    problems = [document.problem(fault) for fault in found]
    if not partners or any(problem.is_error for problem in problems):
        return None, problems
    members = {member.partner: partners[member.partner] for member in file.members}
    used = {binding.use: protocols.by_ref[binding.use] for binding in file.protocols}
    kept = {scheme.use: protocols.by_ref[scheme.use] for scheme in file.schemes}
    worked = {bound.partner: doors.by_ref[bound.use] for bound in file.doors}
    chain = Chain(
        file,
        members,
        used,
        rights,
        doors=worked,
        schemes=kept,
        versions=protocols.by_ref,
        content=digest(document.data),
        says=document.data,
    )
    weak = (
        *_vacant(chain),
        *first_question(chain),
        *danger_not_asked(chain),
        *under_nothing(chain),
        *unanswered(chain),
        *for_few(chain),
        *timed_by_two(chain),
        *untimed_doors(chain),
        *_desks(chain),
        *schemes.vacant(chain),
        *roleless(chain),
        *strange_variants(chain),
    )
    problems += [document.problem(fault) for fault in weak]
    if any(problem.is_error for problem in problems):
        return None, problems
    return chain, problems


def _faults(file: ChainFile, document: Document, partners: Collection[str], protocols: Protocols) -> Iterator[Fault]:
    if document.path.stem != file.chain:
        yield Fault(
            ("chain",),
            f"the file says chain `{file.chain}` and is called {document.path.name}",
            f"{file.chain}.yaml",
            "rename the file, or correct the name",
        )
    for position, member in enumerate(file.members):
        at: Location = ("members", position)
        if partners:  # of a register with a mistake nobody is known: that is said once, of the register
            yield from _one_of((*at, "partner"), "partner", member.partner, partners, f"the register {REGISTER}")
        yield from _districts((*at, "districts"), member.districts, file)
    used: set[str] = set()
    for position, binding in enumerate(file.protocols):
        at = ("protocols", position)
        if binding.use in used:
            yield Fault(
                (*at, "use"),
                f"{binding.use} is used twice",
                "each protocol once: a case cannot run under it twice",
                "put the districts of both in one line",
            )
        used.add(binding.use)
        if binding.use not in protocols.by_ref:
            yield Fault((*at, "use"), *not_there("protocol", binding.use, protocols.by_ref))
        yield from _districts((*at, "districts"), binding.districts, file)
    yield from _told(("rights",), file.rights)
    yield from _retention(file)
    yield from terms_faults(file)
    yield from occasion_faults(file)
    members = {member.partner for member in file.members}
    for position, agreement in enumerate(file.agreements):
        for party in agreement.parties:
            yield from _one_of(("agreements", position, "parties"), "party", party, members, "the chain's members")


def _retention(file: ChainFile) -> Iterator[Fault]:
    """Each kind of person under one term; a file that names terms and leaves a kind out keeps what is about it for ever."""
    known: set[str] = set()
    for position, rule in enumerate(file.retention):
        for kind in rule.of:
            if kind in known:
                yield Fault(
                    ("retention", position, "of"),
                    f"`{kind}` has two terms for keeping",
                    "each kind of person under one term",
                    "drop one of the two",
                )
            known.add(kind)
    if file.retention and (missing := [kind for kind in SUBJECT_KINDS if kind not in known]):
        yield Fault(
            ("retention",),
            f"no term for keeping what is about {', '.join(missing)}: it is kept until somebody asks to erase it",
            "a term for each kind of person",
            "add the kind to a term, or accept that nothing ends by itself",
            Level.WARNING,
        )


def _one_of(at: Location, what: str, found: str, known: Collection[str], where: str) -> Iterator[Fault]:
    if found not in known:
        close = difflib.get_close_matches(found, known, 1)
        remedy = f"did you mean `{close[0]}`?" if close else f"add it to {where}, or drop it here"
        names = ", ".join(sorted(known)) or "none could be used: see the other errors"
        yield Fault(at, f"the {what} `{found}` is not in {where}", f"one of {names}", remedy)


def _districts(at: Location, districts: tuple[str, ...] | None, file: ChainFile) -> Iterator[Fault]:
    for district in districts or ():
        yield from _one_of(at, "district", district, file.districts, "the chain's districts")


def _told(at: Location, rights: tuple[Right, ...]) -> Iterator[Fault]:
    for position, right in enumerate(rights):
        yield from _known((*at, position, "tell"), right.tell)


def _known(at: Location, event_types: tuple[str, ...]) -> Iterator[Fault]:
    for position, event_type in enumerate(event_types):
        if event_type not in TOLD:
            close = difflib.get_close_matches(event_type, TOLD, 1)
            yield Fault(
                (*at, position),
                f"{event_type} is not an event that a partner tells",
                f"one of {', '.join(TOLD)}",
                f"did you mean {close[0]}?" if close else "use one of these",
            )


def _vacant(chain: Chain) -> Iterator[Fault]:
    """A protocol that counts on a role nobody holds still runs; somebody has to know that this part will not."""
    for vacancy in chain.vacancies():
        everywhere = len(vacancy.districts) == len(chain.districts)
        where = "the whole chain" if everywhere else ", ".join(vacancy.districts)
        position = next(i for i, binding in enumerate(chain.file.protocols) if binding.use == vacancy.protocol)
        yield Fault(
            ("protocols", position, "use"),
            f"nobody holds the role {vacancy.role} in {where}, which {vacancy.asked_by} of {vacancy.protocol} counts on"
            + (
                f"; {' and '.join(vacancy.instead)} act{'s' * (len(vacancy.instead) == 1)} instead"
                if vacancy.instead
                else ""
            ),
            f"a member with the role {vacancy.role}",
            _filling(chain, vacancy),
            Level.WARNING,
        )


def _filling(chain: Chain, vacancy: Vacancy) -> str:
    """What to do about a role that nobody holds. A line under `instead` helps only where somebody holds what it names."""
    if vacancy.instead:
        return "add the role to a member, or accept that somebody else acts"
    named = " or ".join(chain.instead_of(vacancy.role))
    acts = f"give somebody the role {named}, which acts instead" if named else "name who acts under `instead`"
    return f"add the role to a member, {acts}, or accept that a person has to look"


def _desks(chain: Chain) -> Iterator[Fault]:
    """Every municipality has one anti-discrimination desk (domain-detail A89): a report that fits nowhere goes there."""
    desks = [m.partner for m in chain.members if Role.ANTI_DISCRIMINATION in m.roles]
    if len(set(desks)) != 1:
        yield Fault(
            ("members",),
            f"the chain has {len(set(desks))} partners with the role {Role.ANTI_DISCRIMINATION}",
            "one: every municipality has one desk for all discrimination",
            "give the role to one partner",
            Level.WARNING,
        )
