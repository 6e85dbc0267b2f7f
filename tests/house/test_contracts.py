"""The import contracts of pyproject.toml cover what they are for; `make check` runs them."""

import tomllib

from tests.house.papers import ROOT

CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
SERVICES = sorted(f"services.{folder.parent.name}" for folder in ROOT.glob("services/*/app.py"))


def test_every_service_stands_alone() -> None:
    assert sorted(CONTRACTS["services"]["modules"]) == SERVICES


def test_every_module_that_decides_is_held_to_it() -> None:
    held = CONTRACTS["pure"]["source_modules"]
    assert "services.*.rules" in held
    assert "services.consent.gate" in held
    fold = {f"schakel.{path.stem}" for path in (ROOT / "schakel").glob("case*.py")}
    assert fold <= set(held)


def test_the_wheel_is_held_to_its_own_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = {_name(line) for line in project["optional-dependencies"]["backbone"]}
    modules = {"faust-streaming": "faust", "ruamel.yaml": "ruamel", "psycopg[binary]": "psycopg", "pyyaml": "yaml"}
    forbidden = set(CONTRACTS["wheel"]["forbidden_modules"])
    assert {modules.get(name, name.replace("-", "_")) for name in extra} <= forbidden


def _name(requirement: str) -> str:
    return requirement.split(">")[0].split("=")[0].strip()
