"""Loading protocol files: one, or a folder of `<name>/<version>.yaml`. Not here: what they may say (`model`, `rules`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backbone.protocols import cooperation
from backbone.protocols.model import Protocol, Status
from backbone.protocols.order import order_faults
from backbone.protocols.reading import DefinitionError, Document, Fault, Problem, digest, parse, read
from backbone.protocols.rules import faults
from backbone.protocols.variants import variant_faults, written_out
from backbone.protocols.versions import LOCK, changed, gone, misread, read_lock
from schakel.errors import SchakelError


class UnknownProtocolError(SchakelError):
    """A case is pinned to a protocol version that is not among the files."""

    def __init__(self, name: str, version: str, known: Iterator[str]) -> None:
        self.name = name
        self.version = version
        super().__init__(
            f"protocol {name}@{version} is not loaded; loaded are {', '.join(sorted(known)) or 'none'}; "
            "put its file back: a running case keeps the version it began under"
        )


@dataclass(frozen=True)
class Protocols:
    """Every protocol version of a folder."""

    by_ref: Mapping[str, Protocol]
    warnings: tuple[Problem, ...] = ()

    def get(self, name: str, version: str) -> Protocol:
        """The protocol a case is pinned to. Raises UnknownProtocolError."""
        try:
            return self.by_ref[f"{name}@{version}"]
        except KeyError:
            raise UnknownProtocolError(name, version, iter(self.by_ref)) from None

    @property
    def digest(self) -> str:
        """SHA-256 over all of them."""
        return digest({ref: protocol.digest for ref, protocol in self.by_ref.items()})

    def __iter__(self) -> Iterator[Protocol]:
        return iter(self.by_ref.values())

    def __len__(self) -> int:
        return len(self.by_ref)


def load_protocol(path: Path) -> Protocol:
    """One file. Raises DefinitionError with all its errors; warnings pass (`check_protocol` gives those too)."""
    protocol, problems = check_protocol(path)
    if protocol is None:
        raise DefinitionError(problems)
    return protocol


def load_protocols(folder: Path) -> Protocols:
    """Every `<name>/<version>.yaml` under `folder`. Raises DefinitionError with the errors of all files together."""
    protocols, problems = check_protocols(folder)
    if any(problem.is_error for problem in problems):
        raise DefinitionError(problems)
    return Protocols(protocols, tuple(problems))


def check_protocol(path: Path) -> tuple[Protocol | None, list[Problem]]:
    """The protocol, or None when it has errors, with everything there is to say about the file."""
    document = read(path)
    if isinstance(document, Problem):
        return None, [document]
    protocol = parse(Protocol, document)
    if isinstance(protocol, list):
        return None, protocol
    protocol.read_from(document.data)
    in_use = changed(protocol, read_lock(path.parent.parent))
    problems = [document.problem(fault) for fault in (*_place(document, protocol), *in_use, *_faults(protocol))]
    return (None if any(problem.is_error for problem in problems) else written_out(protocol)), problems


def _faults(protocol: Protocol) -> Iterator[Fault]:
    yield from faults(protocol)
    yield from order_faults(protocol)
    yield from variant_faults(protocol)
    yield from cooperation.faults(protocol.cooperation, protocol.sources, held=protocol.status is Status.HELD)


def check_protocols(folder: Path) -> tuple[dict[str, Protocol], list[Problem]]:
    """The usable protocols of a folder by ref, and every problem found."""
    expected = "a folder with <name>/<version>.yaml files"
    if not folder.is_dir():
        return {}, [Problem(folder, 1, Fault((), "there is no such folder", expected, "correct the path"))]
    protocols: dict[str, Protocol] = {}
    problems: list[Problem] = []
    for path in protocol_files(folder):
        protocol, found = check_protocol(path)
        problems += found
        if protocol:
            protocols[protocol.ref] = protocol
    problems += _in_use(folder)
    if not protocols and not problems:
        problems.append(Problem(folder, 1, Fault((), "the folder holds no protocol", expected, "add one")))
    return protocols, problems


def protocol_files(folder: Path) -> list[Path]:
    """The files of protocols under a folder, in order; what lies deeper (`<name>/scenarios/`) is something else."""
    return sorted({*folder.glob("*.y*ml"), *folder.glob("*/*.y*ml")})


def _in_use(folder: Path) -> Iterator[Problem]:
    """What the lock of versions asks of the folder as a whole."""
    lock = folder / LOCK
    files = {f"{path.parent.name}@{path.stem}" for path in protocol_files(folder)}
    yield from (Problem(lock, line, fault) for line, fault in misread(folder))
    yield from (Problem(lock, 1, fault) for fault in gone(read_lock(folder), files))


def _place(document: Document, protocol: Protocol) -> Iterator[Fault]:
    """The path says the same as the file, so that a version can be found, and never stands twice."""
    path, expected = document.path, f"{protocol.protocol}/{protocol.version}.yaml"
    if (path.parent.name, path.name) != (protocol.protocol, f"{protocol.version}.yaml"):
        found = f"{path.parent.name}/{path.name}"
        yield Fault(
            ("protocol",),
            f"the file says {protocol.ref} and stands at {found}",
            expected,
            "move the file, or correct it",
        )
