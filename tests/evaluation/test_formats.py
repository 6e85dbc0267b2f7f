"""XES and OCEL are what their standards say, CSV and Parquet hold the same, and nothing personal or of a label is in any of them."""

import csv
import importlib
import io
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from lxml import etree

from backbone.evaluation import tabular
from backbone.evaluation.anonymous import anonymous
from backbone.evaluation.eventlog import ACTIVITIES, EventLog, LogCase, LogEvent, count
from backbone.evaluation.ocel import ocel
from backbone.evaluation.tabular import COLUMNS, NoParquet, write_csv, write_parquet
from backbone.evaluation.xes import write_xes
from schakel.events import CATALOGUE
from tests.evaluation.logs import BEGIN, logs, recorded

HERE = Path(__file__).parent
XES = etree.RelaxNG(etree.parse(HERE / "xes.rng"))
OCEL = jsonschema.Draft202012Validator(json.loads((HERE / "ocel-2.0.schema.json").read_text(encoding="utf-8")))
NS = {"x": "http://www.xes-standard.org/"}


def xes(log: EventLog) -> etree._Element:
    out = io.StringIO()
    write_xes(log, out)
    return etree.fromstring(out.getvalue().encode())


def check_xes(log: EventLog) -> etree._Element:
    tree = xes(log)
    assert XES.validate(tree), XES.error_log
    for event in tree.iterfind("x:trace/x:event", NS):  # what `global` promises of every event
        keys = [attribute.get("key") for attribute in event]
        assert {"concept:name", "time:timestamp", "lifecycle:transition"} <= set(keys)
        assert len(keys) == len(set(keys))
    assert all(trace[0].get("key") == "concept:name" for trace in tree.iterfind("x:trace", NS))
    return tree


def check_ocel(log: EventLog) -> dict[str, list[dict[str, object]]]:
    made = json.loads(json.dumps(ocel(log)))
    OCEL.validate(made)
    for objects in (made["objects"], made["events"]):
        ids = [one["id"] for one in objects]
        assert len(ids) == len(set(ids))
    known = {one["id"] for one in made["objects"]}
    declared = {
        kind: {one["name"]: {attribute["name"] for attribute in one["attributes"]} for one in made[kind]}
        for kind in ("objectTypes", "eventTypes")
    }
    for kind, things in (("objectTypes", made["objects"]), ("eventTypes", made["events"])):
        for one in things:
            assert {attribute["name"] for attribute in one["attributes"]} <= declared[kind][one["type"]]
            related = [(other["objectId"], other["qualifier"]) for other in one["relationships"]]
            assert {other for other, _ in related} <= known
            assert len(related) == len(set(related))
    return made  # type: ignore[no-any-return]


def test_the_recorded_demo_as_xes():
    log = recorded()
    tree = check_xes(log)
    assert len(tree.findall("x:trace", NS)) == len(log.cases) > 3
    assert len(tree.findall("x:trace/x:event", NS)) == count(log.cases) > 100


def test_the_recorded_demo_as_ocel():
    made = check_ocel(recorded())
    assert [one["name"] for one in made["objectTypes"]] == ["case", "referral", "clock", "partner"]
    qualifiers = {other["qualifier"] for one in made["events"] for other in one["relationships"]}  # type: ignore[attr-defined]
    assert qualifiers == {"of case", "about referral", "about clock", "by", "to"}
    assert all(not str(one["id"]).startswith("partner:backbone/") for one in made["objects"])


@settings(max_examples=40, deadline=None)
@given(logs())
def test_any_log_is_what_the_standards_say(log: EventLog) -> None:
    for one in (log, anonymous(log)):
        check_xes(one)
        check_ocel(one)


def test_a_check_that_never_fails_would_be_none():
    tree = xes(recorded())
    tree.find("x:trace", NS).append(etree.fromstring('<int xmlns="http://www.xes-standard.org/" key="x" value="1"/>'))
    assert not XES.validate(tree)
    made = ocel(recorded())
    made["events"][0]["relationships"][0].pop("qualifier")
    with pytest.raises(jsonschema.ValidationError):
        OCEL.validate(made)


def test_signs_of_xml_are_written_as_what_they_are():
    event = LogEvent('<"&>', "report.received", None, BEGIN)
    tree = check_xes(EventLog("a&b", "2026", BEGIN, '"<', (LogCase("1", (), (), (event,)),)))
    assert tree.find("x:trace/x:event/x:string", NS).get("value") == '<"&>'


def test_csv_and_parquet_hold_the_same(tmp_path: Path):
    pytest.importorskip("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    log, out = recorded(), io.StringIO()
    write_csv(log, out)
    lines = list(csv.DictReader(io.StringIO(out.getvalue())))
    write_parquet(log, tmp_path / "log.parquet")
    table = parquet.read_table(tmp_path / "log.parquet")
    assert tuple(table.column_names) == COLUMNS
    assert table.num_rows == len(lines) == count(log.cases)
    assert table.column("activity").to_pylist() == [line["activity"] for line in lines]
    assert [at.isoformat(timespec="milliseconds") for at in table.column("time").to_pylist()] == [
        line["time"] for line in lines
    ]
    assert table.schema.metadata[b"rule"].decode() == log.rule
    assert not any(value[:1] in "=+-@" for line in lines for value in line.values() if value)


def test_an_empty_log_is_written_too(tmp_path: Path):
    pytest.importorskip("pyarrow")
    empty = EventLog("chain", "2026", BEGIN, "-", ())
    check_xes(empty)
    check_ocel(empty)
    write_parquet(empty, tmp_path / "log.parquet")


def test_without_the_library_parquet_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(tabular.importlib, "import_module", missing)
    with pytest.raises(NoParquet, match=r"install schakel\[backbone,parquet\], or take --format csv"):
        write_parquet(recorded(), tmp_path / "log.parquet")


SECRET = (
    "label",
    "assessment",
    "level",
    "category",
    "preference_set",
    "treatment",
    "disclosure",
    "erasure",
    "complaint",
)


def test_activities_are_a_closed_list_without_what_could_out_her():
    assert set(CATALOGUE) >= ACTIVITIES
    assert not [name for name in ACTIVITIES if any(word in name for word in SECRET)]
    out = io.StringIO()
    write_xes(recorded(), out)
    write_csv(recorded(), out)
    text = out.getvalue() + json.dumps(ocel(recorded()))
    for word in ("label", "sexual_orientation", "gender_identity", "victim", "offender", "assault", "honour"):
        assert word not in text, word
