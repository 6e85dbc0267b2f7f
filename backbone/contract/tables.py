"""The tables of docs/partners.md that code can say better: headers, what partners tell and who may, messages.

Each stands between `<!-- made: NAME -->` and `<!-- end -->`; all else in that page is written by hand.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel

from backbone.chains import Chains
from backbone.chains.model import Relation
from backbone.contract.headers import HEADERS
from backbone.contract.words import first_line
from backbone.definition_files import load_definitions
from schakel import avro, codec
from schakel.events import TOLD, Told
from schakel.events.report import ReportReceived
from schakel.messages import MESSAGES

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "partners.md"
_RELATIONS = {
    Relation.NONE: "anybody",
    Relation.REPORTER: "who reported the case",
    Relation.PARTY: "a party to the case",
    Relation.MEMBER: "any member of the chain",
}


def tellable(chains: Chains) -> list[str]:
    """The told types that partners may tell in some chain; the others are the operator's."""
    granted = {name for chain in chains for right in (*chain.shared_rights, *chain.file.rights) for name in right.tell}
    return [name for name in TOLD if name in granted]


def chains() -> Chains:
    """The chains of this checkout."""
    found, _ = load_definitions(ROOT / "protocols", ROOT / "chains")
    return found


def headers_table() -> str:
    rows = [
        (f"`{header.name}`", header.on_in, header.on_out, _shape(header.const, header.pattern), header.means)
        for header in HEADERS
    ]
    return table(("header", "on `in`", "on `out`", "looks like (whole text)", "what it says"), rows)


def _shape(const: str | None, pattern: str | None) -> str:
    return f"`{const}`" if const else f"`{pattern}`".replace("|", r"\|")


def told_table() -> str:
    known = chains()
    rows = [
        (
            f"[`{name}`](vectors/{name}.v{_version(TOLD[name])}.json)",
            str(codec.schema_id(TOLD[name])),
            _subject(TOLD[name]),
            _who(name, known),
            _cell(TOLD[name]),
        )
        for name in tellable(known)
    ]
    return table(("type", "schema id", "`ce_subject`", "who may tell it", "what it says"), rows)


def _subject(model: type[Told]) -> str:
    return "the case" if model.IN_CASE and model is not ReportReceived else "none"


def _who(name: str, known: Chains) -> str:
    """Rights that every chain starts from; a chain's own file may grant more."""
    said = []
    for right in next(iter(known)).shared_rights:
        if name in right.tell:
            relation = " or ".join(_RELATIONS[one] for one in right.relation)
            roles = "" if right.roles is None else ": " + ", ".join(f"`{role}`" for role in right.roles)
            said.append(relation + roles)
    return "; ".join(said) or "by the chain's own file"


def messages_table() -> str:
    rows = [
        (f"[`{name}`](vectors/message.{name}.v{_version(model)}.json)", str(codec.schema_id(model)), _cell(model))
        for name, model in MESSAGES.items()
        if name != "refused"
    ]
    return table(("type", "schema id", "what it says"), rows)


def _version(model: type[BaseModel]) -> int:
    """Of its schema; the vector of that version is the newest."""
    number = codec.schema_id(model)
    return next(locked.version for locked in avro.read_lock() if locked.id == number)


def _cell(model: type[BaseModel]) -> str:
    return first_line(model).replace("|", r"\|")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


TABLES: dict[str, Callable[[], str]] = {"headers": headers_table, "told": told_table, "messages": messages_table}
_PLACE = r"(<!-- made: {} -->\n).*?(<!-- end -->)"


def renewed(page: str) -> str:
    """The page with its tables made again. Raises ValueError when it has no place for one of them."""
    for name, make in TABLES.items():
        place = re.compile(_PLACE.format(name), re.DOTALL)
        if not place.search(page):
            raise ValueError(
                f"{FILE.name}: no place for the table {name}; put <!-- made: {name} --> and <!-- end --> in it"
            )
        page = place.sub(partial(_put, make()), page)
    return page


def _put(made: str, found: re.Match[str]) -> str:
    return f"{found[1]}\n{made}\n\n{found[2]}"


def write(file: Path = FILE) -> Path:
    """Renew the page's tables. Returns where."""
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
    return file
