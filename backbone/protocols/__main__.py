"""`python -m backbone.protocols check [PROTOCOLS [CHAINS]]`: everything that is wrong with the definitions.

Prints each problem with file, line, what was expected and what to do. Exit code 0 when nothing is wrong (warnings
pass), 1 with errors, 2 for a wrong command.
"""

import sys
from pathlib import Path

from backbone.chains import check_chains
from backbone.protocols.load import Protocols, check_protocols
from backbone.protocols.reading import Problem

USAGE = "usage: python -m backbone.protocols check [PROTOCOLS [CHAINS]]   (folders; default: protocols chains)\n"


def check(protocols: Path, chains: Path | None) -> tuple[str, bool]:
    """The report, and whether the definitions can be used."""
    usable, problems = check_protocols(protocols)
    if chains:
        problems += check_chains(chains, Protocols(usable))[1]
    errors = sum(problem.is_error for problem in problems)
    lines = [str(problem) for problem in sorted(problems, key=_place)]
    lines.append(f"{len(usable)} protocols usable, {errors} errors, {len(problems) - errors} warnings")
    return "\n".join(lines) + "\n", errors == 0


def _place(problem: Problem) -> tuple[Path, int]:
    return problem.path, problem.line


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 3 or arguments[0] != "check":
        sys.stderr.write(USAGE)
        return 2
    protocols = Path(arguments[1]) if len(arguments) > 1 else Path("protocols")
    chains = Path(arguments[2]) if len(arguments) > 2 else Path("chains") if len(arguments) == 1 else None
    report, usable = check(protocols, chains)
    sys.stdout.write(report)
    return 0 if usable else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
