"""`schakel case show` says what the desks told, in codes, and leaves out what nobody told."""

from pathlib import Path

from schakel.cli.desk import lines
from tests.support.casebook import given
from tests.support.desks import (
    advice,
    advice_wanted,
    chosen,
    desk_files,
    done,
    inquiry,
    needs,
    settled,
    taken,
)
from tests.support.telling import CITY, POLICE, Tell, assessed, granted, report


def shown(folder: Path, *told: Tell) -> list[tuple[str, str]]:
    chains, protocols = desk_files(folder)
    return list(lines(given(report(by=POLICE), *told, chains=chains, protocols=protocols).case))


def test_a_case_without_any_of_it_has_no_line(tmp_path: Path) -> None:
    assert shown(tmp_path) == []


def test_each_thing_has_its_line(tmp_path: Path) -> None:
    found = shown(
        tmp_path,
        needs(POLICE, "legal", cannot=("new_home",), wishes=("coc",), not_=("housing",)),
        granted(CITY, "case_facts", by=POLICE, purpose="inquiry"),
        inquiry(POLICE, CITY),
        advice_wanted(POLICE, "ecad_p"),
        advice("ecad", "camera", asked=True),
        taken(),
        settled(),
        chosen(POLICE, "talk", motive="no_evidence", departs=True),
        assessed(POLICE, "suspicion_removed", "no"),
        done(POLICE, "never-agreed"),
    )
    said = dict(found)
    assert said["needs"].startswith("legal; cannot be met: new_home (politie-amsterdam")
    assert (said["wishes"], said["does not want"]) == ("coc", "housing")
    assert said["statement"] == "taken, dismissed"
    assert said["settlement"] == "talk (politie-amsterdam, departs from her wish: no_evidence)"
    assert said["both sides"] == "to_discuss"
    assert said["question"] == "earlier_reports to gemeente-amsterdam by politie-amsterdam: no answer yet"
    assert said["advice asked"] == "of ecad_p by politie-amsterdam: answered"
    assert said["advice"] == "camera by ecad, asked"
    assert said["otherwise"] == "done_without_agreement by politie-amsterdam"
    assert said["open"] == "explain what cannot be met, explain how it ended, explain why another way was chosen"
