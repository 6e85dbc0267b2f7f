"""The pages of docs/protocols: for each protocol its picture, the picture for who reported, and its text; and docs/protocols.md, the list.

`python -m backbone.authoring.pages` writes them again. A test says when they are not what the files say.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from backbone.authoring import hers
from backbone.authoring.layout import as_markdown
from backbone.authoring.picture import USUAL_PX, WIDE_PX, draw
from backbone.authoring.route import route
from backbone.chains import Chain, load_chains
from backbone.protocols import Protocol, load_protocols
from backbone.protocols.conditions import ALWAYS
from backbone.protocols.model import Status
from backbone.protocols.versions import by_age
from schakel.her_words import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
LIST, FOLDER = "protocols.md", "protocols"
_INTRO = """\
# Protocols

What each protocol says, in plain Dutch, with its route as a picture. Written by `python -m backbone.authoring.pages` from the files in
`protocols/`; nobody writes here by hand. How to change one: [Writing a protocol](writing-a-protocol.md).

"""
_RUNS = """## Which run as this repository comes

Each scheme is a file that is checked, played by its scenarios and ready to be bound. The two chains here bind some of them; all others do
nothing until a region's own chain names them ([Writing a chain](writing-a-chain.md)) and has partners in their roles.

| scheme | runs here | roles that nobody has here |
|---|---|---|
"""
_VERSIONS = """
## Every version

| protocol | version | text | picture for who reported |
|---|---|---|---|
"""


def pages(protocols: Iterable[Protocol], chains: Iterable[Chain]) -> Mapping[str, str]:
    """Every file under docs/ by its path there. Of a protocol with several versions each has its own. chains: those that come with them."""
    protocols = list(protocols)
    made, rows = dict[str, str](), []
    for protocol in sorted(protocols, key=lambda one: (one.protocol, one.version)):
        name = f"{protocol.protocol}-{protocol.version}"
        made[f"{FOLDER}/{name}.md"] = _page(protocol, name)
        made[f"{FOLDER}/img/{name}.svg"] = draw(route(protocol), WIDE_PX)
        made[f"{FOLDER}/img/{name}.narrow.svg"] = draw(route(protocol), USUAL_PX)
        for language in LANGUAGES:
            made[f"{FOLDER}/img/{name}.person.{language}.svg"] = draw(hers.route(protocol, language), USUAL_PX)
        held = "held" if protocol.status is Status.HELD else "mentioned, text not held"
        pictures = ", ".join(f"[{one}]({FOLDER}/img/{name}.person.{one}.svg)" for one in LANGUAGES)
        rows.append(f"| [{protocol.title}]({FOLDER}/{name}.md) | {protocol.version} | {held} | {pictures} |")
    made[LIST] = _INTRO + _RUNS + "\n".join(_runs(protocols, list(chains))) + "\n" + _VERSIONS + "\n".join(rows) + "\n"
    return made


def _runs(protocols: Iterable[Protocol], chains: Iterable[Chain]) -> Iterator[str]:
    """A line a scheme, by its newest version: where it is bound, or what a region has to have for it."""
    newest: dict[str, Protocol] = {}
    for protocol in sorted(protocols, key=lambda one: by_age(one.version)):
        newest[protocol.protocol] = protocol
    held = {role for chain in chains for member in chain.members for role in member.roles}
    for _, protocol in sorted(newest.items()):
        where = [text for chain in sorted(chains, key=lambda one: one.name) for text in _bound(chain, protocol)]
        lacking = sorted(protocol.roles().keys() | protocol.cooperation.roles().keys()) if not where else []
        missing = ", ".join(f"`{role}`" for role in lacking if role not in held) or ("none" if not where else "")
        yield f"| {protocol.title} | {'; '.join(where) or 'no: a region binds it'} | {missing} |"


def _bound(chain: Chain, protocol: Protocol) -> Iterator[str]:
    name = protocol.protocol
    if cases := [one for one in chain.file.protocols if one.use.partition("@")[0] == name]:
        some = protocol.opens is not None or all(one.when != ALWAYS for one in cases)
        yield f"{'some cases' if some else 'cases'} of {chain.name}"
    if any(one.use.partition("@")[0] == name for one in chain.file.schemes):
        yield f"kept by {chain.name}"


def _page(protocol: Protocol, name: str) -> str:
    """The picture stands below the title, above the text."""
    title, _, rest = as_markdown(protocol).partition("\n")
    shown = [
        "<picture>",
        f'<source media="(max-width: 600px)" srcset="img/{name}.narrow.svg">',
        f'<img src="img/{name}.svg" alt="De route van een melding; de tekst eronder zegt hetzelfde" width="{WIDE_PX}">',
        "</picture>",
    ]
    return "\n".join([title, "", *shown, rest])


def write(docs: Path, protocols: Iterable[Protocol], chains: Iterable[Chain]) -> list[str]:
    """Make the pages what the protocols say; returns what changed or went away."""
    wanted = pages(protocols, chains)
    folder = docs / FOLDER
    there = [f"{path.relative_to(docs)}" for path in folder.rglob("*") if path.is_file()]
    changed = []
    for name, text in wanted.items():
        path = docs / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    for name in there:
        if name not in wanted:
            (docs / name).unlink()
            changed.append(name)
    return changed


if __name__ == "__main__":
    found = load_protocols(ROOT / "protocols")
    for changed_name in write(ROOT / "docs", found, load_chains(ROOT / "chains", found)):
        sys.stdout.write(f"docs/{changed_name}\n")
