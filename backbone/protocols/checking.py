"""Everything that is wrong with the definitions, one file or all, as lines for whoever wrote them."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backbone.chains import check_chains
from backbone.chains.load import REGISTER, RIGHTS
from backbone.protocols.load import Protocols, check_protocol, check_protocols
from backbone.protocols.reading import Problem
from backbone.protocols.versions import read_lock

WIDTH = 80


@dataclass(frozen=True)
class Checked:
    """What was found. usable: the protocols that can be used; adopted: how many of them are in use, by the lock."""

    problems: tuple[Problem, ...]
    usable: int
    adopted: int = 0
    chains: str = ""
    """Which chains were read and where, so that somebody whose own folder was not sees it."""

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_error]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_error]

    def report(self, width: int = WIDTH) -> str:
        """Errors first, warnings apart, and a last line that counts. At most `width` columns; a path is never broken."""
        lines = [line for problem in self.errors for line in lines_of(problem, width)]
        if self.warnings:
            lines += [*([""] if lines else []), "To weigh (these keep nothing from running):"]
            lines += [line for problem in self.warnings for line in lines_of(problem, width)]
        said = [*_wrapped(self.chains, "", width), self.last_line()]
        lines += ["", *said] if lines else said
        return "\n".join(lines) + "\n"

    def last_line(self) -> str:
        kept = f" ({self.adopted} in use, kept as they are)" if self.adopted else ""
        errors, warnings = _count(len(self.errors), "error"), _count(len(self.warnings), "warning")
        return f"{_count(self.usable, 'protocol')} usable{kept}, {errors}, {warnings}"


def check_folders(protocols: Path, chains: Path | None) -> Checked:
    """All files of a folder of protocols and, unless None, of one of chains."""
    usable, problems = check_protocols(protocols)
    read = ""
    if chains:
        problems += check_chains(chains, Protocols(usable))[1]
        named = sorted(path.stem for path in chains.glob("*.y*ml") if path.name not in (REGISTER, RIGHTS))
        read = f"chains of {chains} (SCHAKEL_CHAINS_DIR): {', '.join(named) or 'none'}"
    lock = read_lock(protocols)
    return Checked(_sorted(problems), len(usable), sum(ref in lock for ref in usable), read)


def check_file(path: Path, protocols: Path) -> Checked:
    """One file: a chain or register where a register lies beside it, else a protocol. protocols: what a chain may use."""
    if (path.parent / REGISTER).exists():
        usable, _ = check_protocols(protocols)
        _, found = check_chains(path.parent, Protocols(usable))
        return Checked(_sorted(one for one in found if one.path == path), len(usable))
    protocol, found = check_protocol(path)
    adopted = bool(protocol and protocol.ref in read_lock(path.parent.parent))
    return Checked(_sorted(found), int(protocol is not None), int(adopted))


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line)))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def lines_of(problem: Problem, width: int = WIDTH) -> list[str]:
    """`file:line: error: what`, then what was expected and what to do, indented."""
    fault, place = problem.fault, f"{problem.path}:{problem.line}:"
    first = f"{place} {fault.level}: {fault.what}"
    head = [first] if len(first) <= width else [f"{place} {fault.level}:", *_wrapped(fault.what, "  ", width)]
    return [
        *head,
        *_wrapped(f"expected: {fault.expected}", "    ", width),
        *_wrapped(f"do: {fault.remedy}", "    ", width),
    ]


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    below = indent if indent == "  " else indent + "  "
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=below, break_on_hyphens=False)
