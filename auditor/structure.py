"""Is each log whole and unchanged, and is it the log that others have seen?

Whole and unchanged: the root that follows from the records is the root that was signed, and the offsets have no holes. The same log:
a head that somebody outside holds has just the root that these records have at its size. The holder of the signing key can sign another
history, but cannot take back a head that somebody else has, nor make one that a witness cosigned. Without such a head nobody can tell,
and the report says so.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from auditor import notes, tree
from auditor.events import Event, Schemas, Unread
from auditor.formats import Bundle, Record, body_digest, leaf_of
from auditor.report import Report

_OPERATOR = "urn:schakel:operator"


@dataclass
class Keys:
    """The public keys of a bundle: of the log by id, of witnesses by name. given: of witnesses too, as somebody outside the bundle said."""

    log: dict[str, bytes]
    witness: dict[str, bytes]
    given: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Log:
    """One partition as the bundle shows it."""

    partition: int
    origin: str
    size: int
    """Of its signed head; 0 where there is none."""
    root: bytes
    roots: dict[int, bytes] = field(default_factory=dict)
    """Root by size, as it follows from the records; only the sizes that somebody asks about."""
    length: int = 0
    """How many records the bundle shows or lists, from 0."""
    events: list[Event] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)
    """Of each record that cannot be read, by its offset: why."""
    given_up: set[int] = field(default_factory=set)
    """Offsets of records that an operator gave up."""
    whole: bool = False
    """Whether all that stands in it beside the cases is shown: every watermark, and every word on who is suspended."""


def beside(key: bytes | None) -> bool:
    """Whether a record stands beside the cases, and bears on all that are in its log."""
    return key is not None and (key == b"watermark" or key.startswith(b"standing/"))


def notes_in(text: str) -> list[str]:
    """The signed notes in a file of heads: the client's `<partner>.heads`, or notes one behind the other. Raises ValueError."""
    if text.lstrip().startswith("{"):
        logs = json.loads(text)["logs"].values()
        doubts = [note for log in logs for doubt in log.get("doubts", ()) for note in (doubt["note"], doubt["against"])]
        return [note for log in logs for note in log["kept"]] + [note for note in doubts if note is not None]
    found: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("schakel/"):
            found.append([])
        if found:
            found[-1].append(line)
    return ["\n".join(lines).rstrip("\n") + "\n" for lines in found]


class Structure:
    """Walks the logs of a bundle and holds them to every head there is."""

    def __init__(self, bundle: Bundle, keys: Keys, outside: Iterable[str], told: Iterable[str], report: Report) -> None:
        self.bundle, self.keys, self.report = bundle, keys, report
        self.outside = list(self._heads(outside, "same", "outside"))
        self.told = list(self._heads(sorted(told), "whole", "receipts"))
        self.inside: list[notes.Head] = []
        self.known_to_the_maker: set[bytes] = set()
        """Texts of heads from outside that whoever made the bundle had been given."""
        self.paths: dict[bytes, list[bytes]] = {}
        """By the text of a head: the proof that the log begins with it."""
        for line in bundle.lines("heads.jsonl"):
            for head in self._heads([str(line.get("note"))], "whole", "heads.jsonl"):
                self.inside.append(head)
                if line.get("from") == "outside":
                    self.known_to_the_maker.add(head.text)
                if line.get("consistency") is not None:
                    self.paths[head.text] = [bytes.fromhex(step) for step in line["consistency"]]
        for name in sorted(keys.given):
            if keys.witness.get(name, keys.given[name]) != keys.given[name]:
                report.wrong(
                    "same",
                    "witness_key",
                    "keys.json",
                    f"another key of {name} than the one that was given from outside",
                )
        if bundle.kind == "ledger":
            published = (record.value or b"" for record in bundle.records(0, "schakel.checkpoints"))
            self.inside += self._heads(
                (value.decode("utf-8", "replace") for value in published), "whole", "checkpoints"
            )

    def _heads(self, texts: Iterable[str], question: str, place: str) -> Iterator[notes.Head]:
        for text in texts:
            try:
                yield notes.parse(text)
            except notes.NoHead as error:
                self.report.wrong(question, "no_head", place, f"a text that is no signed head: {error}")

    def log(self, listed: Mapping[str, object], schemas: Schemas) -> Log:
        """Read one log, check it, and give its events."""
        partition, size = int(str(listed["partition"])), int(str(listed["size"]))
        log = Log(partition, str(listed["origin"]), size, bytes.fromhex(str(listed["root"])))
        if log.origin != f"schakel/{self.bundle.topic}/{partition}":
            self._wrong(log, "origin", "the manifest gives the log another name than its topic and partition")
        wanted = {size, *(head.size for head in self.outside + self.inside + self.told if head.origin == log.origin)}
        self._walk(log, wanted, schemas, listed)
        self._held_to_its_head(log)
        if self.bundle.kind != "ledger":
            log.roots.setdefault(size, log.root)  # the records are proven against it
        theirs = self._theirs(log)
        counted = set(theirs)
        for head in self.inside + self.told:
            if head.origin == log.origin and head not in counted:
                self._compare(log, head, outside=False)
        self._others(log, theirs)
        return log

    def _theirs(self, log: Log) -> list[notes.Head]:
        """The heads of this log from outside, and those in the bundle that a witness vouches for."""
        # An export reads receipts after the log: they may speak of more than it holds.
        found = [*self.inside, *(head for head in self.told if head.size <= log.size)]
        found = [head for head in found if head.origin == log.origin and self._vouched(head)]
        return [*(head for head in self.outside if head.origin == log.origin and head.size), *found]

    def _vouched(self, head: notes.Head) -> bool:
        """Whether a witness cosigned it whose key was given from outside: whoever made the bundle could not have made that head up."""
        return bool(notes.witnesses(head, self.keys.given))

    def unheard(self) -> None:
        """Heads from outside that speak of a log which the bundle does not hold."""
        known = {log["origin"] for log in self.bundle.manifest["logs"]}
        for origin in sorted({head.origin for head in self.outside} - known):
            self.report.noted(
                "same", "another_log", origin, "a head from outside speaks of a log that is not in this bundle"
            )

    # -- whole and unchanged -------------------------------------------------------------------------------------------

    def _walk(self, log: Log, wanted: set[int], schemas: Schemas, listed: Mapping[str, object]) -> None:
        lines = self.bundle.lines(f"structure/{log.partition}.jsonl")
        kind, growing, first = self.bundle.kind, tree.Tree(), listed["first"]
        shown = [line for line in lines] if kind == "case" else []
        cases = {str(case).encode() for case in self.bundle.manifest.get("cases") or ()}
        expected = 0 if kind == "ledger" else int(str(first or 0))
        number, have = 0, set[int]()
        proofs = {int(line["offset"]): line for line in self.bundle.lines(f"proofs/{log.partition}.jsonl")}
        if 0 in wanted:
            log.roots[0] = tree.EMPTY
        for record in self.bundle.records(log.partition):
            number += 1
            place, body = f"{log.partition}/{record.offset}", body_digest(record)
            leaf = tree.leaf_hash(leaf_of(record.topic, record.partition, record.offset, record.key, body))
            if kind != "case" and record.offset != expected:
                self._wrong(log, "offsets", f"found offset {record.offset}, expected {expected}", place)
            if record.offset in have or (kind == "case" and record.key not in cases and not beside(record.key)):
                self._wrong(
                    log, "not_of_it", "a record that stands there twice, or belongs to no case of the bundle", place
                )
            expected = record.offset + 1
            if kind != "ledger":
                have.add(record.offset)
            if kind == "ledger":
                growing.append(leaf)
                if growing.size in wanted:
                    log.roots[growing.size] = growing.root()
            elif not self._proven(log, record.offset, leaf, proofs.get(record.offset)):
                self._wrong(log, "not_included", "it is not proven to stand at its place under the head", place)
            if shown and not _listed_so(shown, record, body):
                self._wrong(log, "structure", "the structure of the log lists another record at this place", place)
            self._understand(log, record, schemas)
        self._unread(log)
        log.length, log.whole = number, kind == "ledger"
        if kind == "case":
            self._follow(log, shown, cases - {b""}, have, wanted)
        if number != listed["events"] or (kind == "ledger" and number != listed["end"]):
            self._wrong(
                log, "count", f"found {number} records, the manifest says {listed['events']}, end {listed['end']}"
            )
        self.report.counts["records"] += number

    def _proven(self, log: Log, offset: int, leaf: bytes, proof: Mapping[str, object] | None) -> bool:
        if proof is None or proof.get("leaf") != leaf.hex():
            return False
        path = proof["path"] if isinstance(proof["path"], list) else []
        return tree.included(leaf, offset, log.size, [bytes.fromhex(step) for step in path], log.root)

    def _follow(
        self, log: Log, shown: list[dict[str, str | None]], cases: set[bytes], have: set[int], wanted: set[int]
    ) -> None:
        """The root from the structure alone; that no record with the case's key was left out; and whether one beside the cases was."""
        if not self.bundle.manifest["logs"][0].get("structure"):
            says = "the bundle has no structure of the log, so a record of the case may have been left out"
            self.report.cannot_tell("whole", "left_out", f"{log.partition}/", says)
            return
        growing, log.whole = tree.Tree(), True
        for offset, line in enumerate(shown):
            key = notes.strict_base64(line["key"]) if line["key"] is not None else None
            body = bytes.fromhex(line["body"] or "")
            growing.append(tree.leaf_hash(leaf_of(self.bundle.topic, log.partition, offset, key, body)))
            if growing.size in wanted:
                log.roots[growing.size] = growing.root()
            if key in cases and offset not in have:
                self._wrong(log, "left_out", "a record of the case is not in the bundle", f"{log.partition}/{offset}")
            log.whole = log.whole and (offset in have or not beside(key))
        if growing.size != log.size:
            self._wrong(log, "structure", f"found {growing.size} lines of structure, expected {log.size}")
        log.length = growing.size
        self.report.counts["lines of structure"] += growing.size

    def _understand(self, log: Log, record: Record, schemas: Schemas) -> None:
        try:
            event = schemas.read(record)
        except Unread as why:
            log.unread[record.offset] = str(why)
            return
        log.events.append(event)
        if event.type == "event.voided" and event.source == _OPERATOR:
            places = {value for header, value in record.headers if header == "ce_inposition"}
            log.given_up |= {at for at in log.unread if f"{record.topic}/{record.partition}/{at}".encode() in places}

    def _unread(self, log: Log) -> None:
        """Nobody can read them. One that an operator gave up has no effect for good: the backbone says so itself, and all can see it."""
        for offset, why in log.unread.items():
            place = f"{log.partition}/{offset}"
            if offset in log.given_up:
                self.report.noted("owners", "given_up", place, f"a record that cannot be read, and was given up: {why}")
            else:
                self.report.cannot_tell("owners", "unread", place, f"a record that cannot be read: {why}")

    def _held_to_its_head(self, log: Log) -> None:
        text = self.bundle.text(f"checkpoints/{log.partition}.txt")
        if text is None:
            if log.length or log.size:
                says = "the log has no signed head: whoever could write the file could write anything into it"
                self.report.cannot_tell("whole", "no_head", f"{log.partition}/", says)
            return
        for head in self._heads([text], "whole", f"checkpoints/{log.partition}.txt"):
            self.report.counts["heads"] += 1
            if self._vouched(head):
                self.inside.append(head)
            else:
                self._cosigned("whole", "the head", f"{log.partition}/{head.size}", head)
            if head.origin != log.origin or head.size != log.size or head.root != log.root:
                self._wrong(log, "head", "the signed head is not the one that the manifest names")
            elif not notes.log_keys(head, self.keys.log):
                self._wrong(log, "not_signed", "no key of the log signed the head")
            elif log.size in log.roots and log.roots[log.size] != log.root:
                self._wrong(log, "root", "the records do not give the root that was signed")
            elif self.bundle.kind == "ledger" and log.size > log.length:
                self._wrong(log, "truncated", f"the head was signed over {log.size} records, here are {log.length}")
        if self.bundle.kind == "ledger" and 0 < log.size < log.length:
            says = f"{log.length - log.size} records stand behind the head: nothing signed covers them yet"
            self.report.cannot_tell("whole", "behind_the_head", f"{log.partition}/{log.size}", says)

    # -- the log that others have seen ---------------------------------------------------------------------------------

    def _others(self, log: Log, theirs: list[notes.Head]) -> None:
        agreed = [head.size for head in theirs if self._compare(log, head, outside=True)]
        if not theirs:
            says = "nobody outside gave or cosigned a head of this log: whoever holds the signing key may have written another one"
            self.report.cannot_tell("same", "no_outside_head", f"{log.partition}/", says)
        elif agreed and max(agreed) < log.size:
            says = f"the newest head from outside covers {max(agreed)} of {log.size} records; what came later only this log says"
            self.report.noted("same", "covered_so_far", f"{log.partition}/{max(agreed)}", says)

    def _compare(self, log: Log, head: notes.Head, *, outside: bool) -> bool:
        """Whether the log begins with what this head says."""
        path = self.paths.get(head.text)
        question, whose = (
            ("same", "a head that somebody outside holds") if outside else ("whole", "another head in the bundle")
        )
        place = f"{log.partition}/{head.size}"
        self.report.counts["heads"] += 1
        self._cosigned(question, whose, place, head)
        if not notes.log_keys(head, self.keys.log):
            self.report.wrong(question, "other_key", place, f"{whose} is signed by no key of this bundle")
        elif head.size in log.roots:
            if log.roots[head.size] == head.root:
                return True
            self.report.wrong(question, "forked", place, f"{whose} has another root over the first {head.size} records")
        elif head.size > max(log.size, log.length if self.bundle.kind == "ledger" else 0):
            says = f"{whose} covers {head.size} records and this log ends before: it was rolled back or cut off, or the bundle "
            newer = not outside and head.text not in self.known_to_the_maker  # an export reads receipts after the log
            say = self.report.cannot_tell if newer else self.report.wrong
            say(question, "not_reached", place, says + "is older than that head; ask for one that reaches it")
        elif path is not None and tree.consistent(head.size, head.root, log.size, log.root, path):
            return True
        elif path is not None:
            self.report.wrong(question, "forked", place, f"{whose} is not what this log begins with")
        else:
            says = f"{whose} comes without a proof that this log begins with it; ask for a bundle made with that head"
            self.report.cannot_tell(question, "no_proof", place, says)
        return False

    def _cosigned(self, question: str, whose: str, place: str, head: notes.Head) -> None:
        for name, at_s in notes.witnesses(head, self.keys.witness | self.keys.given).items():
            key = "given from outside" if name in self.keys.given else "in the bundle itself, which proves little"
            says = f"{whose} is cosigned by {name}, by its own clock {_moment(at_s)}, with the key {key}"
            self.report.noted(question, "cosigned", place, says)

    def _wrong(self, log: Log, code: str, says: str, place: str = "") -> None:
        self.report.wrong("whole", code, place or f"{log.partition}/", says)


def _moment(at_s: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{at_s} s after 1970"


def _listed_so(shown: list[dict[str, str | None]], record: Record, body: bytes) -> bool:
    if record.offset >= len(shown):
        return False
    line = shown[record.offset]
    key = notes.strict_base64(line["key"]) if line["key"] is not None else None
    return line["body"] == body.hex() and key == record.key
