"""The whole audit, part by part, in one place."""

import base64
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from auditor import clocks, consent, notes, receipts
from auditor.definitions import Definitions
from auditor.events import Event, Schemas, said_by_another
from auditor.formats import Bundle, Files, open_bundle
from auditor.report import Report
from auditor.structure import Keys, Log, Structure, notes_in
from auditor.timing import Watermarks

KNOWN_FOLD = 3
"""What events mean for a case is versioned, and the case's opening says by which version it is read."""


def audit(files: Files, heads: Iterable[str] = (), name: str | None = None, witnesses: Iterable[str] = ()) -> Report:
    """Verify a bundle. heads: the texts of files of heads that somebody outside holds. name: the number under which the bundle is known.
    witnesses: the lines of witnesses' public keys, as they gave them themselves.

    Raises NoBundle, and ValueError for a file of heads that holds none, and for a line that is no key.
    """
    bundle = open_bundle(files)
    report = Report(bundle.name, bundle.kind)
    for file, says in sorted(set(bundle.faults)):
        report.wrong("files", "file", file, says)
    if name is not None:
        report.inputs.append(f"name {name}")
        if name != bundle.name:
            report.wrong("files", "another_bundle", "manifest.json", "it is not the bundle of this number")
    outside: list[str] = []
    for text in heads:
        outside += _heads_in(text)
        report.inputs.append(f"heads {sha256(text.encode()).hexdigest()}")
    given = dict(notes.witness_key(line) for line in witnesses)
    report.inputs += [f"witness {witness} {sha256(public).hexdigest()[:16]}" for witness, public in given.items()]
    try:
        _look(bundle, outside, given, report)
    except Exception as error:  # whatever a damaged or forged file provokes is a finding, and no crash
        says = f"the bundle cannot be read to its end ({type(error).__name__}): nothing behind that was looked at"
        report.wrong("files", "unreadable", "", says)
    return report


def _heads_in(text: str) -> list[str]:
    try:
        found = notes_in(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        found = []
    if not found:
        raise ValueError(
            "found no signed head in the file of heads; expected the file <partner>.heads of a client, or signed notes"
        )
    return found


def _look(bundle: Bundle, outside: list[str], given: dict[str, bytes], report: Report) -> None:
    schemas, definitions = Schemas(bundle), Definitions(bundle, report)
    for fault in schemas.faults:
        report.wrong("files", "schema", "schemas/lock.json", fault)
    paper = receipts.Receipts(bundle, schemas, report)
    structure = Structure(bundle, _keys(bundle, given), outside, paper.heads, report)
    shown: dict[int, range] = {}
    for listed in sorted(bundle.manifest["logs"], key=lambda log: int(log["partition"])):
        log = structure.log(listed, schemas)
        begin, end = int(listed["first"] or 0), int(listed["first"] or 0) + int(listed["events"])
        shown[log.partition] = range(begin, end) if bundle.kind == "period" else range(max(log.size, log.length))
        _read(bundle, log, definitions, paper, report)
    structure.unheard()
    paper.close(shown)


def _read(bundle: Bundle, log: Log, definitions: Definitions, paper: receipts.Receipts, report: Report) -> None:
    """What the events of one log say, case by case."""
    report.counts["events"] += len(log.events)
    kept: list[Event] = []
    first: dict[tuple[str | None, str, str], str] = {}
    signalled: dict[str, str] = {}
    for event in log.events:
        if why := said_by_another(event, definitions.partners):
            report.wrong("owners", "another", event.place, why)
            continue
        key = (event.case, *event.key)
        if event.type == "trend.signalled":  # answers name one by its id alone, whoever signalled it
            alone = signalled.setdefault(event.id, event.source) == event.source
        else:
            alone = event.case is None or first.get(key, event.source) == event.source
        if alone:
            paper.expect(event)  # of two who told under one id, the second has no effect, and was refused
        if key not in first:  # what comes twice in a case counts once
            kept.append(event)
            first[key] = event.source
    cases: dict[str, list[Event]] = {}
    for event in kept:
        if event.case is not None and event.type != "minutes.recorded":
            cases.setdefault(event.case, []).append(event)
    beside = consent.Partition.of(kept)
    watermarks = Watermarks.of(kept, whole=log.whole, latest=log.whole or bundle.kind == "period")
    if bundle.kind == "case" and not log.whole:
        says = "the bundle does not prove that it holds every word on who was suspended"
        report.cannot_tell("consent", "standing", f"{log.partition}/", says)
    for case_id in sorted(cases):
        events = cases[case_id]
        report.counts["cases"] += 1
        newer = next(
            (one for one in events if one.type == "case.opened" and one.get("fold_version", 0) > KNOWN_FOLD), None
        )
        if newer is not None:
            theirs = newer["fold_version"]
            says = f"it was opened under version {theirs} of the fold, and this auditor knows {KNOWN_FOLD}: take a newer one"
            report.cannot_tell("consent", "newer_fold", newer.place, says)
            report.cannot_tell("clocks", "newer_fold", newer.place, says)
            continue
        if events[0].type != "report.received" and bundle.kind == "period":
            says = "the case began before the period: what was permitted before cannot be seen here"
            report.cannot_tell("consent", "began_before", events[0].place, says)
            report.cannot_tell("clocks", "began_before", events[0].place, "the case began before the period")
            continue
        counted = consent.audit(events, beside, report)
        clocks.audit(
            [event for event, counts in zip(events, counted, strict=True) if counts], watermarks, definitions, report
        )


def _keys(bundle: Bundle, given: dict[str, bytes]) -> Keys:
    said: dict[str, Any] = bundle.json("keys.json") or {}
    log = {str(key["kid"]): base64.b64decode(key["public"], validate=True) for key in said.get("log", ())}
    witness = {str(key["name"]): base64.b64decode(key["public"], validate=True) for key in said.get("witness", ())}
    return Keys(log, witness, given)
