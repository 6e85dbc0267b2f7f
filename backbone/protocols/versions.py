"""Which protocol versions are in use: `protocols/versions.lock`, one `name@version sha256` a line.

Cases are pinned to a version, and read it from its file for as long as they run. So a file whose version stands in the lock says
what it said when it was adopted, and stays where it is; what changes is written as the next version. `backbone protocol adopt` adds
lines, nothing takes one away.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from backbone.protocols.fault import Fault
from backbone.protocols.model import Protocol
from schakel.errors import SchakelError

LOCK = "versions.lock"
_HEAD = "# The protocol versions that cases may run under, and what each file says (SHA-256). Written by `backbone protocol adopt`."
_LINE = re.compile(r"(?P<ref>[a-z0-9-]+@[A-Za-z0-9.:_-]+) (?P<digest>[0-9a-f]{64})")


class VersionInUse(SchakelError):
    """A version that cases may run under would say something else."""


def read_lock(folder: Path) -> dict[str, str]:
    """Digest by `name@version`; empty without a lock. Lines that are none of ours are passed over (`misread` names them)."""
    return {found["ref"]: found["digest"] for line in _lines(folder) if (found := _LINE.fullmatch(line))}


def misread(folder: Path) -> Iterator[tuple[int, Fault]]:
    """(line, fault) of what cannot be read in the lock."""
    for number, line in enumerate(_lines(folder), 1):
        if line and not line.startswith("#") and not _LINE.fullmatch(line):
            shape = "`name@version` and 64 characters 0-9 a-f"
            yield number, Fault((), "this line of the lock cannot be read", shape, "put the line back as it was")


def changed(protocol: Protocol, lock: Mapping[str, str]) -> Iterator[Fault]:
    """A version in use whose file says something else now."""
    adopted = lock.get(protocol.ref)
    if adopted is not None and adopted != protocol.content:
        yield Fault(
            ("version",),
            f"{protocol.ref} is in use and the file says something else than when it was adopted",
            "a version in use stays as it is: running cases keep it",
            f"make a new version: save your file as {protocol.protocol}/<next version>.yaml with that `version`, and put the old one back",
        )


def gone(lock: Mapping[str, str], found: Iterable[str]) -> Iterator[Fault]:
    """Versions in use without a file."""
    for ref in sorted(set(lock) - set(found)):
        name, _, version = ref.partition("@")
        yield Fault(
            (),
            f"{ref} is in use and has no file",
            f"{name}/{version}.yaml: running cases read it",
            "put the file back",
        )


def adopt(folder: Path, protocols: Iterable[Protocol]) -> list[str]:
    """Add versions to the lock; returns the refs that were not in it. Raises VersionInUse when one says something else now."""
    lock = read_lock(folder)
    new = {}
    for protocol in protocols:
        if fault := next(changed(protocol, lock), None):
            raise VersionInUse(f"{fault.what}; {fault.remedy}")
        if protocol.ref not in lock:
            new[protocol.ref] = protocol.content
    if new:
        lines = [f"{ref} {digest}" for ref, digest in sorted({**lock, **new}.items())]
        (folder / LOCK).write_text("\n".join([_HEAD, *lines]) + "\n", encoding="utf-8")
    return sorted(new)


def not_there(what: str, ref: str, refs: Collection[str]) -> tuple[str, str, str]:
    """What was found, what was expected and what to do about a `name@version` that no usable file has. Every version of every scheme
    would be a page: shown are those of this name, else the newest of each."""
    name, _, version = ref.partition("@")
    own = sorted((one for one in refs if one.partition("@")[0] == name), key=lambda one: by_age(one.partition("@")[2]))
    known = ", ".join(own or sorted(newest(refs).values())) or "none could be used: see the other errors"
    close = suggested(ref, refs)[:1]
    remedy = f"add {name}/{version}.yaml to them, or correct the errors of that file"
    return (
        f"the {what} `{ref}` is not in the protocol files, or has errors there",
        f"one of {known}" if own else f"a version of a file that is there; the newest are {known}" if refs else known,
        f"did you mean `{close[0]}`? Else {remedy}" if close else remedy,
    )


def _lines(folder: Path) -> list[str]:
    path = folder / LOCK
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def by_age(version: str) -> tuple[tuple[int, int | str], ...]:
    """Sorts versions of one protocol, the newest last: 2017.10 is newer than 2017.9."""
    parts = version.replace("-", ".").replace("_", ".").split(".")
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in parts)


def newest(refs: Iterable[str]) -> dict[str, str]:
    """Name -> `name@version` of its newest version among these."""
    found: dict[str, str] = {}
    for ref in sorted(refs, key=lambda ref: by_age(ref.partition("@")[2])):
        found[ref.partition("@")[0]] = ref
    return found


def suggested(named: str, refs: Iterable[str]) -> list[str]:
    """What somebody may have meant who named a version that is not there: of that name the newest; else of names that begin with it, have
    it in them, or look like it."""
    name, by_name = named.partition("@")[0].lower(), newest(refs)
    if name in by_name:
        return [by_name[name]]
    names = sorted(by_name)
    likely = [one for one in names if one.startswith(name)] or [one for one in names if name in one]
    return [by_name[one] for one in likely or difflib.get_close_matches(name, names, 1)]
