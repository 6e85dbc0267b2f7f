"""How fast the auditor verifies an export, and re-checks what it says. `python -m bench.auditing [quick]`.

Three cases of the tests, written over and over under other ids into one log. Timed by the processor's own time: other work on the
machine does not count. *Digests*: three for each record (its body, its leaf, a node of the tree); the files' own are not counted.
"""

import time
from dataclasses import replace

from auditor.audit import audit
from auditor.formats import Record
from backbone.collecting import not_collecting
from bench import stand
from tests.auditor.material import BREACHED, READ, breached, late, read, receipts, records
from tests.auditor.writer import KEY, Ledger, in_memory, leaf, note, root, signed_again

RECORDS, QUICK = 20_000, 2_000


def many(number: int) -> list[Record]:
    """The tests' cases, each under ids of its own."""
    stories = [(records(breached()), BREACHED), (records(late()), BREACHED), (records(read()), READ)]
    log: list[Record] = []
    while len(log) < number:
        for story, case_id in stories:
            other = f"c0000000-0000-4000-8000-{len(log):012d}"
            log += (_renamed(record, case_id.encode(), other.encode()) for record in story)
    return [replace(record, offset=offset) for offset, record in enumerate(log)]


def _renamed(record: Record, case_id: bytes, other: bytes) -> Record:
    headers = tuple((name, other if value == case_id else value) for name, value in record.headers)
    return replace(record, key=other if record.key == case_id else record.key, headers=headers)


def seconds(files: dict[str, bytes], head: str) -> tuple[float, str]:
    with not_collecting():  # as the program does (`auditor.__main__`)
        begun = time.process_time()
        verdict = audit(in_memory(files), [head]).answer()
        return time.process_time() - begun, verdict


def main() -> None:
    log = many(QUICK if stand.quick() else RECORDS)
    what = _Long({0: log}, topics=receipts(log))
    files = what.export()
    bare = signed_again(
        {name: raw for name, raw in files.items() if name.startswith(("events/", "checkpoints/", "keys", "mani"))}
    )
    proofs_s, _ = seconds(bare, what.head())
    whole_s, verdict = seconds(files, what.head())
    assert verdict == "sound", verdict
    result = {
        "records": len(log),
        "digests_per_s": round(3 * len(log) / proofs_s),
        "events_per_s": round(len(log) / whole_s),
    }
    stand.write("auditing", result)


class _Long(Ledger):
    """Its one head is made once."""

    made: str | None = None

    def head(self, partition: int = 0, size: int | None = None, key: object = None) -> str:
        if self.made is None:
            leaves = [leaf(record) for record in self.logs[partition]]
            self.made = note(partition, len(leaves), root(leaves), KEY)
        return self.made


if __name__ == "__main__":
    main()
