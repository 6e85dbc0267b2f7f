"""Ten thousand random manipulations of a small ledger, and every one is found.

Three hands: one that only changes bytes in the file; one that writes the manifest anew; and the holder of the signing key, who signs
the changed history as well, and is found by the head that a partner holds.
"""

import json
import random
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from auditor.audit import audit
from auditor.formats import NoBundle, Record
from tests.auditor.material import BREACHED, ledger
from tests.auditor.writer import ANOTHER, KEY, Ledger, as_line, in_memory, leaf, lines, note, public, root, signed_again
from tests.auditor.writer import b64 as encoded

FEW, MANY = 900, 10_200
SIZE, SEEN_SIZE = 12, 9
LOG = ledger().logs[0][:SIZE]
TRUE = Ledger({0: list(LOG)}, definitions={})
FILES = TRUE.export()
NAME = sha256(FILES["manifest.json"]).hexdigest()
SEEN = TRUE.head(size=SEEN_SIZE)
HEAD = TRUE.head()


def flipped(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << dice.randrange(8))]) + raw[at + 1 :]


def a_byte(record: Record, dice: random.Random) -> Record:
    part = dice.choice(("key", "value", "header", "header", "name"))
    if part == "key":
        return replace(record, key=flipped(record.key or b"\0", dice))
    if part == "value":
        return replace(record, value=flipped(record.value or b"\0", dice))
    at = dice.randrange(len(record.headers))
    name, value = record.headers[at]
    new = (name, flipped(value, dice)) if part == "header" else (name + dice.choice("abc_"), value)
    return replace(record, headers=(*record.headers[:at], new, *record.headers[at + 1 :]))


def other_headers(record: Record, dice: random.Random) -> Record:
    """Headers in another order, one less, one twice, or one more."""
    headers, at = list(record.headers), dice.randrange(len(record.headers) - 1)
    changed: list[Callable[[], object]] = [
        lambda: headers.append(headers.pop(at)),
        lambda: headers.pop(at),
        lambda: headers.insert(at, headers[at]),
        lambda: headers.append(("traceparent", b"")),
    ]
    dice.choice(changed)()
    return replace(record, headers=tuple(headers))


def nothing(record: Record, dice: random.Random) -> Record:
    """Null and empty are two things."""
    return replace(record, **{dice.choice(("key", "value")): dice.choice((None, b""))})


def changed(log: Sequence[Record], dice: random.Random, before: int) -> list[Record]:
    """One manipulation of the records that stand before an offset."""
    at, kind = dice.randrange(before), dice.randrange(9)
    new = list(log)
    if kind < 3:
        new[at] = (a_byte, other_headers, nothing)[kind](log[at], dice)
    elif kind == 3:
        del new[at]
    elif kind == 4:
        # not the record that stands there: its copy would come behind it, and perhaps behind what a head covers
        new.insert(at, dice.choice([record for record in log if record is not log[at]]))
    elif kind == 5:
        other = (at + 1 + dice.randrange(before - 1)) % before
        new[at], new[other] = new[other], new[at]
    elif kind == 6:
        del new[at:]
    elif kind == 7:
        new[at] = replace(log[at], key=dice.choice((log[at - 1].key, b"intake", b"c")))
    else:
        first = dice.randrange(before)
        new = [*new[: min(first, at)], *new[max(first, at) + 1 :]]
    if [as_line(record) | {"offset": 0} for record in new] == [as_line(record) | {"offset": 0} for record in log]:
        return changed(log, dice, before)  # it changed nothing: draw again
    return new if dice.random() < 0.2 else [replace(record, offset=offset) for offset, record in enumerate(new)]


def by_bytes(dice: random.Random) -> Mapping[str, bytes]:
    name = dice.choice([name for name, raw in sorted(FILES.items()) if raw])
    what = dice.randrange(4)
    if what == 0:
        return {kept: raw for kept, raw in FILES.items() if kept != name}
    if what == 1:
        return {**FILES, name: FILES[name][: dice.randrange(len(FILES[name]))]}
    return {**FILES, name: flipped(FILES[name], dice)}


def by_a_new_manifest(dice: random.Random) -> Mapping[str, bytes]:
    new = changed(LOG, dice, SIZE)
    manifest = json.loads(FILES["manifest.json"])
    if dice.random() < 0.5:  # the numbers in the manifest as well
        manifest["logs"][0] |= {"events": len(new), "end": len(new)}
    files = {**FILES, "events/0.jsonl": lines(map(as_line, new)), "manifest.json": json.dumps(manifest).encode()}
    return signed_again(files)


def by_the_holder(dice: random.Random) -> Mapping[str, bytes]:
    """Also under another key: then the partner's head is signed by nobody whom the bundle knows."""
    key = dice.choice((KEY, KEY, KEY, ANOTHER))
    new = list(LOG) if key is ANOTHER and dice.random() < 0.5 else changed(LOG, dice, SEEN_SIZE)
    digest = root([leaf(record) for record in new])
    manifest = json.loads(FILES["manifest.json"])
    manifest["logs"][0] |= {"events": len(new), "end": len(new), "size": len(new), "root": digest.hex()}
    known = {"kid": "a" * 16, "alg": "Ed25519", "public": encoded(public(key))}
    files = {
        **FILES,
        "events/0.jsonl": lines(map(as_line, new)),
        "checkpoints/0.txt": note(0, len(new), digest, key).encode(),
        "keys.json": json.dumps({"log": [known], "witness": []}).encode(),
        "manifest.json": json.dumps(manifest).encode(),
    }
    return signed_again(files)


HANDS = {"bytes": by_bytes, "a new manifest": by_a_new_manifest, "the key's holder": by_the_holder}


def test_what_is_not_touched_is_not_wrong() -> None:
    assert (
        audit(in_memory(FILES), [SEEN], name=NAME).answer() == "cannot tell"
    )  # the records cannot be read without schemas


def missed(number: int, seed: int) -> list[tuple[int, str]]:
    """Manipulations that were not found, of so many."""
    dice, passed = random.Random(seed), []
    for each in range(number):
        hand = list(HANDS)[each % len(HANDS)]
        files = HANDS[hand](dice)
        try:
            if audit(in_memory(files), [SEEN], name=NAME if hand == "bytes" else None).answer() != "wrong":
                passed.append((each, hand))
        except NoBundle:
            continue
    return passed


def test_some_hundred_manipulations_are_all_found() -> None:
    assert missed(FEW, seed=1) == []


@pytest.mark.slow
def test_ten_thousand_manipulations_are_all_found() -> None:
    assert missed(MANY, seed=2026) == []


def test_the_key_s_holder_alone_is_never_taken_for_sound() -> None:
    """Without the partner's head the same forgeries cannot be told from a true ledger: so they are not called sound."""
    dice = random.Random(2027)
    for _ in range(200):
        assert audit(in_memory(by_the_holder(dice))).answer("same") != "sound"


# --- bundles: of one case, and of a period

BUNDLED = ledger()
OF_A_KIND = {
    "case": BUNDLED.case(BREACHED),
    "case without structure": BUNDLED.case(BREACHED, structure=False),
    "period": BUNDLED.period(0, len(BUNDLED.logs[0]) - 1),
    "a part of a period": BUNDLED.period(3, len(BUNDLED.logs[0]) - 4),
}
PARTNERS_HEAD = BUNDLED.head()
BUNDLES_FEW = 36
LEFT_OUT = 1


def of_records(files: Mapping[str, bytes], what: int, dice: random.Random) -> tuple[bool, Mapping[str, bytes]]:
    """One manipulation of the records that the bundle shows, its manifest written anew: a byte, a record left out, two exchanged. With it
    whether that was a record of the case, and not one beside it."""
    shown = files["events/0.jsonl"].splitlines(keepends=True)
    at = dice.randrange(len(shown))
    hers = json.loads(shown[at])["key"] == encoded(BREACHED.encode())
    manifest = json.loads(files["manifest.json"])
    if what == 0:
        raw = json.loads(shown[at])
        name = dice.choice(("key", "value"))
        raw[name] = encoded(flipped(b64decode(raw[name]), dice))
        shown[at] = json.dumps(raw).encode() + b"\n"
    elif what == LEFT_OUT:
        del shown[at]
        manifest["logs"][0] |= {"events": len(shown)}
    else:
        one, other = json.loads(shown[at]), json.loads(shown[at - 1])
        one["value"], other["value"] = other["value"], one["value"]
        shown[at], shown[at - 1] = (json.dumps(raw).encode() + b"\n" for raw in (one, other))
    return hers, signed_again(
        {**files, "events/0.jsonl": b"".join(shown), "manifest.json": json.dumps(manifest).encode()}
    )


@pytest.mark.parametrize("kind", OF_A_KIND)
def test_of_a_bundle_every_manipulation_is_found_or_cannot_be_told(kind: str) -> None:
    """What is changed is found, in every kind. So is what is left out of a case, by the structure that its bundle proves; what is left out
    elsewhere, or beside the case, at least keeps a bundle from being called sound."""
    files, dice = OF_A_KIND[kind], random.Random(2028)
    assert audit(in_memory(files), [PARTNERS_HEAD]).answer() != "wrong"
    passed = []
    for each in range(BUNDLES_FEW):
        what = each % 3
        hers, made = of_records(files, what, dice)
        found = audit(in_memory(made), [PARTNERS_HEAD]).answer()
        may_not_tell = what == LEFT_OUT and not (kind == "case" and hers)
        if found != "wrong" and not (may_not_tell and found == "cannot tell"):
            passed.append((each, what, found))
    assert passed == []
