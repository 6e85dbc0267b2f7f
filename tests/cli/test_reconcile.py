"""`backbone reconcile`: a list is held against the ledger once; the chain gets figures, the police alone its missing numbers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from backbone.chains import Chains
from backbone.cli.main import app
from backbone.lists.identity import make_key, read_key
from backbone.overviews.incident import Counted
from schakel.events.vocab import Role
from tests.overviews.made import AFTER, incidents
from tests.support.casebook import repository
from tests.support.cases_api import answering

POLICE = "politie-amsterdam"
MAPPING = """\
mapping: politielijst
version: "1"
time_zone: Europe/Amsterdam
identity: {columns: [Zaaknummer]}
report:
  reported_at: {date: Datum, default_time: "12:00"}
  identity: {constant: known_to_door}
  municipality: {constant: amsterdam}
  district: {column: Wijk, one_of: [Oost, West, Weesp]}
sealed: {victim: {contact_details: {name: {column: Naam}}}}
"""
asked: list[str] = []
told: dict[str, str] = {}


def answer(path: str) -> tuple[int, bytes]:
    """The incidents of three months, and what the police told."""
    if path.startswith("/incidents/"):
        return 200, msgspec.json.encode(Counted(AFTER, incidents(3, 200, date(2026, 1, 1), 90)))
    return 200, msgspec.json.encode(told)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setattr("backbone.cli.overview.load_definitions", lambda *_: repository())
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    make_key(tmp_path / "imports" / f"{POLICE}.key", POLICE)
    told.clear()
    with answering(tmp_path, asked, answer):
        yield tmp_path


def the_list(here: Path, *rows: str) -> None:
    (here / "lijst.csv").write_text("Zaaknummer;Datum;Wijk;Naam\n" + "\n".join(rows) + "\n", encoding="utf-8")


def many(first: int, last: int, district: str = "Oost", day: str = "2026-03-10") -> list[str]:
    return [f"PL-{of};{day};{district};Wies Verzonnen" for of in range(first, last)]


def reconcile(here: Path, *words: str, period: str = "2026-03", as_: str = POLICE) -> Result:
    given = ("amsterdam", str(here / "lijst.csv"), "--mapping", str(here / "mapping.yaml"), "--as", as_)
    return CliRunner().invoke(app, ["reconcile", *given, "--period", period, "--out", str(here / "out"), *words])


def told_by_the_police(here: Path, *numbers: str) -> None:
    key = read_key(here / "imports" / f"{POLICE}.key", POLICE)
    told.update({key.event_id([number]): "some case" for number in numbers})


def test_figures_for_the_chain_and_missing_numbers_for_the_police_alone(here: Path) -> None:
    the_list(here, *many(1, 13), *many(20, 22, day="2026-02-10"))
    told_by_the_police(here, "PL-1", "PL-2")
    made = reconcile(here)
    assert made.exit_code == 0, made.output
    page, alone = made.output.splitlines()[-2:]
    assert (Path(page).name, Path(alone).name) == (
        "politielijst-amsterdam-2026-03-nl.html",
        f"politielijst-amsterdam-2026-03-alleen-voor-{POLICE}.csv",
    )
    assert "10  not in the chain" in made.output
    assert "2  in the chain\n" in made.output
    numbers = [line.split(";") for line in Path(alone).read_text(encoding="utf-8-sig").splitlines()]
    assert numbers[-11:] == [["Rij", "Zaaknummer"], *[[str(of + 1), f"PL-{of}"] for of in range(3, 13)]]
    text = Path(page).read_text(encoding="utf-8")
    for never in ("PL-", "Wies", "Verzonnen"):
        assert never not in text + made.output
    assert "Wies" not in Path(alone).read_text(encoding="utf-8-sig")
    assert {Path(path).stat().st_mode & 0o077 for path in (page, alone)} == {0}
    assert asked == [f"/told/{POLICE}", "/incidents/amsterdam"]


def test_another_list_changes_no_figure_and_the_police_still_hears_what_is_missing(here: Path) -> None:
    """Two lists that differ in one row would otherwise be subtracted."""
    the_list(here, *many(1, 13))
    first = Path(reconcile(here).output.splitlines()[-2]).read_bytes()
    the_list(here, *many(1, 12))
    told_by_the_police(here, *(f"PL-{of}" for of in range(1, 12)))
    again = reconcile(here)
    assert "held against the ledger first" in again.output
    assert "11  in the chain" in again.output
    assert Path(again.output.splitlines()[-2]).read_bytes() == first
    overlapping = reconcile(here, period="2026-Q1")
    assert overlapping.exit_code == 2
    assert "shares no month" in overlapping.output


def test_too_few_are_refused_before_the_ledger_is_asked(here: Path) -> None:
    the_list(here, *many(1, 5), *many(20, 60, day="2026-02-10"))
    refused = reconcile(here)
    assert refused.exit_code == 2
    assert "has 4 registrations of 2026-03" in refused.output
    assert asked == []
    assert not (here / "overviews").exists()


def test_with_a_row_that_cannot_be_read_nothing_is_held(here: Path) -> None:
    """A district that nobody mapped, a day that is none, and one number with two contents: each has its line."""
    wrong = ["PL-40;2026-03-10;Atlantis;Wies", "PL-41;ooit;Oost;Wies", "PL-1;2026-03-11;Oost;Wies Verzonnen"]
    the_list(here, *many(1, 13), *wrong)
    refused = reconcile(here)
    assert refused.exit_code == 1
    assert "3 rows could not be read" in refused.output
    listing = (here / "lijst.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert [line.split(",")[0] for line in listing.splitlines()[1:]] == ["14", "15", "16"]
    assert "Wies" not in listing
    assert asked == []


def test_who_is_not_the_police_of_the_chain_has_no_list_to_hold(here: Path) -> None:
    the_list(here, *many(1, 13))
    refused = reconcile(here, as_="rita")
    assert refused.exit_code == 2
    assert f"expected one of {POLICE}" in refused.output


def test_a_dry_run_says_what_became_of_each_row_and_makes_nothing(here: Path) -> None:
    the_list(here, *many(1, 13))
    made = reconcile(here, "--dry-run")
    assert made.exit_code == 0
    assert "12  not in the chain" in made.output
    assert "No number on the list is known" in made.output
    assert not (here / "out").exists()
    assert not (here / "overviews").exists()


def test_without_the_import_key_no_number_can_be_known(here: Path) -> None:
    (here / "imports" / f"{POLICE}.key").unlink()
    the_list(here, *many(1, 13))
    refused = reconcile(here)
    assert refused.exit_code == 2
    assert "--key" in refused.output
    assert asked == []


def with_two_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    """The police of Amsterdam, and rita, in a second chain; rita is police in both."""
    chains, protocols = repository()
    one = chains.by_name["amsterdam"]
    rita = one.members[0].model_copy(update={"partner": "rita", "roles": (Role.POLICE,)})
    members = (*(member for member in one.members if member.partner != "rita"), rita)
    first = replace(one, file=one.file.model_copy(update={"members": members}))
    other = first.file.model_copy(update={"chain": "elders", "municipalities": ("haarlem",)})
    both = Chains({"amsterdam": first, "elders": replace(first, file=other)}, chains.partners)
    monkeypatch.setattr("backbone.cli.overview.load_definitions", lambda *_: (both, protocols))


def test_a_row_without_a_municipality_of_a_partner_in_two_chains_is_in_neither(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NOT one registration that is missing in each of them. Of a partner in one chain it is of that chain, as intake has it."""
    (here / "mapping.yaml").write_text(MAPPING.replace("  municipality: {constant: amsterdam}\n", ""), encoding="utf-8")
    the_list(here, *many(1, 13))
    assert "12  not in the chain" in reconcile(here, "--dry-run").output
    with_two_chains(monkeypatch)
    asked.clear()
    refused = reconcile(here, "--dry-run")
    assert refused.exit_code == 1
    assert "12 rows could not be read" in refused.output
    listing = (here / "lijst.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert listing.count("row.municipality") == listing.count("name the municipality in the mapping") == 12
    assert "amsterdam, haarlem" in listing
    assert asked == []
    (here / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    assert "12  not in the chain" in reconcile(here, "--dry-run").output


def test_a_month_is_held_once_in_a_chain_whoevers_list_it_is(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two splits of one issue, of one police and of the other, would be subtracted."""
    with_two_chains(monkeypatch)
    make_key(here / "imports" / "rita.key", "rita")
    the_list(here, *many(1, 13))
    assert reconcile(here).exit_code == 0
    for period in ("2026-03", "2026-Q1"):
        refused = reconcile(here, period=period, as_="rita")
        assert refused.exit_code == 2
        said = " ".join(refused.output.split())
        assert f"2026-03 was held against the ledger before, in 2026-03, with the list of {POLICE}" in said
        assert f"--as {POLICE}" in said
    assert reconcile(here, period="2026-02", as_="rita").exit_code == 2, "too few"


def test_a_list_of_the_ids_with_which_its_own_system_told(here: Path) -> None:
    """No id of it hangs on the import key: whoever only tells from a system of its own has none."""
    (here / "imports" / f"{POLICE}.key").unlink()
    (here / "mapping.yaml").write_text(
        MAPPING.replace("[Zaaknummer]", "[Zaaknummer], event_ids: true"), encoding="utf-8"
    )
    ids = [f"0b0e0000-0000-4000-8000-{of:012d}" for of in range(9)]
    the_list(here, *(f"{one};2026-03-10;Oost;Wies" for one in ids))
    told[ids[0]] = "some case"
    made = reconcile(here, "--dry-run")
    assert "1  in the chain\n" in made.output, made.output
    the_list(here, *many(1, 13))
    assert "12 rows could not be read" in reconcile(here, "--dry-run").output
