"""A partner's entry in `chains/`: written into the files and taken out of them, line by line, so that comments and order stay.

    change = Change(chains_dir, protocols_dir)
    change.enter(Partner(...), "amsterdam", ["coc"], None)      # or change.leave("coc-amsterdam")

A chain's file that is changed gets its next version: the one before is in use (docs/adr/0046). The files are read again as a whole
afterwards; when they do not hold together any more they are put back as they were.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from backbone.chains.load import REGISTER
from backbone.chains.model import Partner
from backbone.definition_files import load_definitions
from backbone.protocols import DefinitionError
from schakel.errors import SchakelError

_ID = re.compile(r"[a-z0-9-]+")
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")


class RegisterProblem(SchakelError):
    """The files cannot be changed as asked; the message says why and what to do by hand."""


class Change:
    """Changes of the files under one `chains/`."""

    def __init__(self, chains_dir: Path, protocols_dir: Path) -> None:
        self._chains_dir = chains_dir
        self._protocols_dir = protocols_dir

    def enter(self, partner: Partner, chain: str, roles: Sequence[str], districts: Sequence[str] | None) -> None:
        """Add it to the register, and to a chain in these roles. districts: None for all. Raises RegisterProblem."""
        path = self._chain(chain)
        name = partner.name.replace('"', "'")
        entry = f'{{id: {partner.id}, name: "{name}", oin: "{partner.oin}", kind: {partner.kind.value}}}'
        where = "all" if districts is None else f"[{', '.join(districts)}]"
        member = f"{{partner: {partner.id}, roles: [{', '.join(roles)}], districts: {where}}}"
        register = self._chains_dir / REGISTER
        chain_file = _raised(_with_item(path, "members", member))
        self._change({register: _with_item(register, "partners", entry), path: chain_file})

    def leave(self, partner: str) -> list[str]:
        """Take it out of every chain and of the register; returns the names of the files. Raises RegisterProblem.

        The register comes last: killed in between, no chain names somebody who does not stand there, so that this can be done again.
        """
        wanted = {}
        for path in sorted(self._chains_dir.glob("*.yaml"), key=lambda path: (path.name == REGISTER, path)):
            key = "partners" if path.name == REGISTER else "members"
            field = "id" if path.name == REGISTER else "partner"
            text = _without_items(path, key, field, partner)
            if text != path.read_text(encoding="utf-8"):
                wanted[path] = text if path.name == REGISTER else _raised(text)
        self._change(wanted)
        return [path.name for path in wanted]

    def _chain(self, name: str) -> Path:
        path = self._chains_dir / f"{name}.yaml"
        if not re.fullmatch("[a-z0-9-]+", name) or not path.is_file() or path.name == REGISTER:
            known = sorted(
                one.stem for one in self._chains_dir.glob("*.yaml") if one.name not in (REGISTER, "rights.yaml")
            )
            raise RegisterProblem(
                f"there is no chain {name!r} in {self._chains_dir}; expected one of {', '.join(known)}"
            )
        return path

    def _change(self, wanted: dict[Path, str]) -> None:
        before = {path: path.read_text(encoding="utf-8") for path in wanted}
        try:
            for path, text in wanted.items():
                _write(path, text)
            load_definitions(self._protocols_dir, self._chains_dir)
        except BaseException as error:
            for path, text in before.items():
                _write(path, text)
            if isinstance(error, DefinitionError):
                first = str(error).strip().splitlines()[0]
                raise RegisterProblem(
                    f"the chains would not hold together any more, so nothing was changed: {first}"
                ) from error
            raise


def next_version(version: str) -> str:
    """`2026.9` becomes `2026.10`: the last number in it goes up by one; what has none gets one."""
    if _LAST_NUMBER.search(version) is None:
        return f"{version}.1"
    return _LAST_NUMBER.sub(lambda found: f"{int(found[1]) + 1}{found[2]}", version)


def _raised(text: str) -> str:
    """A chain's file with its next version, and otherwise as it was."""
    said, lines = YAML().load(text), text.splitlines(keepends=True)
    version, at = str(said["version"]), said.lc.value("version")
    line = lines[at[0]]
    lines[at[0]] = line[: at[1]] + line[at[1] :].replace(version, next_version(version), 1)
    return "".join(lines)


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def _items(path: Path, key: str) -> tuple[list[str], Any]:
    """The file's lines, and the list under `key` with where each of its items begins."""
    text = path.read_text(encoding="utf-8")
    said = YAML().load(text)
    if not isinstance(said, dict) or not said.get(key):
        return text.splitlines(keepends=True), None
    return text.splitlines(keepends=True), said[key]


def _ends(lines: list[str], begins: int) -> int:
    """The line behind an item that begins on this one: the first that is not further in than its dash, comments above the next left out."""
    dash = len(lines[begins]) - len(lines[begins].lstrip())
    end = begins + 1
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > dash:
        end += 1
    return end


def _with_item(path: Path, key: str, item: str) -> str:
    lines, listed = _items(path, key)
    if listed is None:
        raise RegisterProblem(f"{path} has no list {key!r} to add to; write it by hand")
    last = listed.lc.item(len(listed) - 1)[0]
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    end = _ends(lines, last)
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], f"{indent}- {item}\n", *lines[end:]])


def _without_items(path: Path, key: str, field: str, value: str) -> str:
    lines, listed = _items(path, key)
    if listed is None:
        return "".join(lines)
    gone: set[int] = set()
    for position, one in enumerate(listed):
        if isinstance(one, dict) and one.get(field) == value:
            begins = listed.lc.item(position)[0]
            gone |= set(range(begins, _ends(lines, begins)))
    return "".join(line for number, line in enumerate(lines) if number not in gone)
