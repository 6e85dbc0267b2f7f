"""The image's build file, read as far as that goes without an engine: its stages, what it installs, what it copies, who it runs as."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from backbone.deployment import compose, workloads
from backbone.deployment.model import GATEWAY_PORT, HTTP_PORT, UID

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
Locked = dict[str, frozenset[str]]


def steps() -> list[tuple[str, str]]:
    """(instruction, its words), lines put together and comments left out."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ")
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def locked(path: Path) -> Locked:
    """`name==version` of each package, and its hashes."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace():
            name = line.split()[0]
            found[name] = set()
        found[name] |= set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    return {name: frozenset(hashes) for name, hashes in found.items()}


def plain(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-").replace(".", "-")


def test_the_images_packages_are_those_of_the_lock_with_the_same_hashes() -> None:
    every, ours = locked(ROOT / "requirements.lock"), locked(DEPLOY / "image.lock")
    assert {name: hashes for name, hashes in ours.items() if every.get(name) != hashes} == {}
    assert all(ours.values())


def test_it_holds_what_the_services_need_and_nothing_for_developers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {name.partition("==")[0] for name in locked(DEPLOY / "image.lock")}
    extras = project["optional-dependencies"]
    needed = {plain(one) for one in (*project["dependencies"], *extras["backbone"])}
    assert needed <= ours
    assert not ({plain(one) for one in extras["dev"]} - needed) & ours


def test_every_package_from_outside_has_to_have_its_hash() -> None:
    installs = [words for word, words in steps() if word == "RUN" and "pip install" in words]
    assert len(installs) == 3
    assert all("--require-hashes --no-deps" in words or "--no-deps --no-index wheels/" in words for words in installs)
    fetches = r"\b(curl|wget|apt-get|git)\b|https?://"
    assert not [words for _, words in steps() if re.search(fetches, words)]
    assert not [word for word, _ in steps() if word == "ADD"]


def test_what_it_copies_is_there_and_is_let_through() -> None:
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8")
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8") == ignored
    let_through = [line[1:] for line in ignored.splitlines() if line.startswith("!")]
    copied = [words.split()[:-1] for word, words in steps() if word == "COPY" and "--from" not in words]
    sources = [source for some in copied for source in some]
    assert len(sources) > 8
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, one) for one in let_through), source
    assert not [one for one in let_through if one.startswith(("var", ".git"))]
    assert ignored.splitlines()[1] == "*"


def test_it_runs_as_nobody_in_particular_and_keeps_nothing_of_the_build() -> None:
    froms = [number for number, (word, _) in enumerate(steps()) if word == "FROM"]
    assert len(froms) == 2
    last = steps()[froms[1] :]
    assert [words for word, words in last if word == "USER"] == [f"{UID}:{UID}"]
    assert not [words for word, words in last if word == "RUN" and "pip" in words]
    assert [words for word, words in last if word == "EXPOSE"] == [f"{HTTP_PORT} {GATEWAY_PORT}"]
    assert {words for word, words in steps() if word == "FROM"} == {
        "docker.io/library/python:3.11-slim-trixie AS build", "docker.io/library/python:3.11-slim-trixie"
    }  # fmt: skip


def test_one_name_for_the_image_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert workloads.IMAGE == compose.IMAGE == f"schakel:{version}"
