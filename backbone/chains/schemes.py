"""The schemes of working together that a chain keeps, and the doors its partners work: binding them, and what follows for the chain.

Not here: what such a scheme or door may say (`backbone.protocols.cooperation`, `backbone.protocols.doors`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backbone.chains.chain import Chain
from backbone.chains.model import ChainFile, KeptScheme
from backbone.protocols import Fault, Level, Protocol, Protocols
from backbone.protocols.consultations import Consultation
from backbone.protocols.cooperation import EMPTY, Cooperation
from backbone.protocols.door_files import check_doors
from backbone.protocols.doors import Door
from backbone.protocols.reading import Location
from backbone.protocols.versions import not_there
from schakel.events.vocab import Role

DOORS = "doors"
"""The folder of door files beside the chain files."""


@dataclass(frozen=True)
class DoorFiles:
    """The doors of a folder. `shut` are those that may not be bound yet, with the number of things that are wrong."""

    by_ref: Mapping[str, Door] = field(default_factory=dict)
    shut: Mapping[str, int] = field(default_factory=dict)


def check_folder(chains: Path) -> DoorFiles:
    """The doors beside the chain files. A door that nobody binds may be unfinished: `backbone door check` says what is wrong with each."""
    doors, problems = check_doors(chains / DOORS)
    wrong: dict[str, int] = {}
    for problem in problems:
        wrong[problem.path.stem] = wrong.get(problem.path.stem, 0) + problem.is_error
    return DoorFiles(doors, {ref: number for ref, door in doors.items() if (number := wrong.get(door.door, 0))})


def kept(chain: Chain) -> Iterator[tuple[str, Cooperation]]:
    """Every scheme of working together that binds the chain, by ref: those it names under `schemes`, and those its cases run under."""
    for ref, protocol in {**chain.schemes, **chain.protocols}.items():
        if protocol.cooperation != EMPTY:
            yield ref, protocol.cooperation


def consultation_of(chain: Chain, name: str) -> tuple[str, Cooperation, Consultation] | None:
    """The consultation that minutes name, with its scheme; None when the chain keeps none of that id."""
    for ref, here in kept(chain):
        if found := here.consultation(name):
            return ref, here, found
    return None


def holders(chain: Chain, role: Role) -> tuple[str, ...]:
    """The partners in a role anywhere in the chain, in the file's order."""
    return tuple(dict.fromkeys(member.partner for member in chain.members if role in member.roles))


def told(chain: Chain, roles: tuple[Role, ...]) -> tuple[str, ...]:
    """The partners in any of these roles, each once, in a fixed order."""
    return tuple(sorted({partner for role in roles for partner in holders(chain, role)}))


def network(chain: Chain, wants: tuple[Role, ...]) -> dict[str, dict[Role, tuple[str, ...]]]:
    """District -> wanted role -> who holds it there. An empty tuple is an empty place: shown, never left out (scenarios.md, NRD-1)."""
    places = chain.districts or chain.municipalities
    return {
        place: {role: tuple(partner.id for partner in chain.partners_for(role, place)) for role in wants}
        for place in places
    }


def gaps(chain: Chain, wants: tuple[Role, ...]) -> list[tuple[str, Role]]:
    """The empty places of the network."""
    found = network(chain, wants)
    return [(place, role) for place, roles in found.items() for role, partners in roles.items() if not partners]


def _later(at: Location, scheme: KeptScheme, protocol: Protocol | None) -> Iterator[Fault]:
    """A rhythm or agreement that a later version added is one of this file, and is kept no earlier than the scheme itself."""
    here = protocol.cooperation if protocol else EMPTY
    known = [*(rhythm.id for rhythm in here.rhythms), *(agreement.id for agreement in here.agreements)]
    for rhythm, day in scheme.later.items():
        if protocol is not None and rhythm not in known:
            yield Fault(
                (*at, rhythm),
                f"`{rhythm}` is no rhythm or agreement of {scheme.use}",
                f"one of {', '.join(known) or 'none: it has neither'}",
                "use its id in that version, or drop the line",
            )
        elif day < scheme.since:
            yield Fault(
                (*at, rhythm),
                f"`{rhythm}` is kept from {day} on, before the chain keeps {scheme.use} at all",
                f"a day from {scheme.since} on",
                "give the day on which the chain went over to the version that added it",
            )


def _twice(file: ChainFile) -> Iterator[Fault]:
    """Two versions of one scheme share their rhythms: each period would be spoken of by whichever is asked first."""
    seen: set[str] = set()
    for position, scheme in enumerate(file.schemes):
        name = scheme.use.partition("@")[0]
        if name in seen:
            yield Fault(
                ("schemes", position, "use"),
                f"the chain keeps {name} in two versions at once",
                "one version of a scheme",
                "put the newer one in the place of the older; `since` stays as it is",
            )
        seen.add(name)


# --- what is wrong with the bindings -----------------------------------------------------------------------------------


def faults(file: ChainFile, protocols: Protocols, doors: DoorFiles) -> Iterator[Fault]:
    """What keeps the chain's schemes and doors from being used."""
    for position, scheme in enumerate(file.schemes):
        yield from _scheme(("schemes", position, "use"), scheme.use, protocols)
        yield from _later(("schemes", position, "later"), scheme, protocols.by_ref.get(scheme.use))
    yield from _twice(file)
    members = {member.partner for member in file.members}
    worked: set[str] = set()
    for position, bound in enumerate(file.doors):
        at: Location = ("doors", position)
        yield from _door((*at, "use"), bound.use, doors)
        yield from _elsewhere((*at, "use"), doors.by_ref.get(bound.use), file)
        if bound.partner not in members:
            yield Fault(
                (*at, "partner"),
                f"the partner `{bound.partner}` works a door and is no member of this chain",
                f"one of {', '.join(sorted(members))}",
                "add it to `members`, or name the member that works the door",
            )
        if bound.partner in worked:
            yield Fault(
                (*at, "partner"),
                f"the partner `{bound.partner}` works two doors",
                "one door a partner: what it reports would fit either",
                "make the other door a partner of its own, with its own topic",
            )
        worked.add(bound.partner)


def _scheme(at: Location, ref: str, protocols: Protocols) -> Iterator[Fault]:
    if ref not in protocols.by_ref:
        yield Fault(at, *not_there("scheme", ref, protocols.by_ref))
    elif protocols.by_ref[ref].cooperation == EMPTY:
        yield Fault(
            at,
            f"{ref} has no section `cooperation`: there is nothing for the chain to keep",
            "a file with consultations, overviews, rhythms or agreements",
            "name it under `protocols` when cases run under it, or drop it",
        )


def _elsewhere(at: Location, door: Door | None, file: ChainFile) -> Iterator[Fault]:
    """Each region has its own door (scenarios.md, NRD-3)."""
    if door is not None and not set(door.municipalities) & set(file.municipalities):
        yield Fault(
            at,
            f"the door `{door.ref}` is for {', '.join(door.municipalities)}, and the chain is not",
            f"a door for one of {', '.join(file.municipalities)}",
            "bind the door of this municipality, or add it to `municipalities` of the door's file",
            Level.WARNING,
        )


def _door(at: Location, ref: str, doors: DoorFiles) -> Iterator[Fault]:
    if ref not in doors.by_ref:
        yield Fault(
            at,
            f"the door `{ref}` is not in the folder {DOORS}",
            f"one of {', '.join(sorted(doors.by_ref)) or 'none: the folder is not there'}",
            "correct the name and version, or add the file",
        )
    elif number := doors.shut.get(ref):
        yield Fault(
            at,
            f"the door `{ref}` cannot open yet: {number} things are missing or wrong in its file",
            "a door whose questions have their answers",
            f"run `backbone door check {DOORS}/{ref.partition('@')[0]}.yaml`",
        )


def vacant(chain: Chain) -> Iterator[Fault]:
    """A role that a scheme counts on and nobody holds: the scheme still runs; somebody has to know that this part will not."""
    for position, scheme in enumerate(chain.file.schemes):
        for role, asked_by in chain.schemes[scheme.use].cooperation.roles().items():
            if not holders(chain, role):
                yield Fault(
                    ("schemes", position, "use"),
                    f"nobody holds the role {role}, which {asked_by} of {scheme.use} counts on",
                    f"a member with the role {role}",
                    "add the role to a member, or accept that this part has nobody",
                    Level.WARNING,
                )
