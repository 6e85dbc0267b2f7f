"""The verdict: what was asked, what was found, and a digest of both that is the same on every machine.

Three answers to each question: `sound`, `wrong`, `cannot tell`. What cannot be told is said with its reason and never passes as sound.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

WRONG, CANNOT_TELL, NOTED, SOUND = "wrong", "cannot tell", "noted", "sound"
QUESTIONS = {
    "files": "Is the bundle what its manifest says?",
    "whole": "Is each log whole and unchanged under its signed head?",
    "same": "Is it the log that others have seen?",
    "owners": "Was each event written by whom it belongs to?",
    "consent": "Was nothing delivered or read without a history that permits it?",
    "clocks": "Is no breach missing, and none invented?",
    "receipts": "Has each told event its receipt, and each receipt its event?",
}
SHOWN = 20
"""Findings of one kind that the text shows; the JSON has them all."""


@dataclass(frozen=True, order=True)
class Finding:
    """question: one of QUESTIONS; code: a short name; place: `partition/offset` or a file; says: a sentence for people."""

    question: str
    answer: str
    code: str
    place: str
    says: str


@dataclass
class Report:
    """Collects findings; every part of the auditor adds its own."""

    bundle: str
    kind: str
    inputs: list[str] = field(default_factory=list)
    """SHA-256 of what was given beside the bundle."""
    counts: Counter[str] = field(default_factory=Counter)
    findings: set[Finding] = field(default_factory=set)

    def wrong(self, question: str, code: str, place: str, says: str) -> None:
        self.findings.add(Finding(question, WRONG, code, place, says))

    def cannot_tell(self, question: str, code: str, place: str, says: str) -> None:
        self.findings.add(Finding(question, CANNOT_TELL, code, place, says))

    def noted(self, question: str, code: str, place: str, says: str) -> None:
        self.findings.add(Finding(question, NOTED, code, place, says))

    def answer(self, question: str | None = None) -> str:
        """The answer to one question, or to all of them: the worst."""
        found = {one.answer for one in self.findings if question in (None, one.question)}
        return next((answer for answer in (WRONG, CANNOT_TELL) if answer in found), SOUND)

    def as_json(self) -> dict[str, Any]:
        """Everything that was found, in a fixed order, with its digest."""
        said = {
            "version": 1,
            "bundle": self.bundle,
            "kind": self.kind,
            "inputs": sorted(self.inputs),
            "verdict": self.answer(),
            "answers": {question: self.answer(question) for question in QUESTIONS},
            "counts": dict(sorted(self.counts.items())),
            "findings": [vars(one) for one in sorted(self.findings, key=_order)],
        }
        return said | {"digest": sha256(canonical(said)).hexdigest()}

    def as_text(self) -> str:
        said = self.as_json()
        lines = [
            f"Bundle   {self.bundle} ({self.kind})",
            *(f"Beside   {one}" for one in said["inputs"]),
            "Looked at " + ", ".join(f"{number} {what}" for what, number in said["counts"].items()),
            "",
        ]
        for question, words in QUESTIONS.items():
            lines.append(f"{self.answer(question).upper():12} {words}")
            of_it = sorted((one for one in self.findings if one.question == question), key=_order)
            lines += _shown(of_it)
        return "\n".join([*lines, "", f"Verdict  {said['verdict'].upper()}", f"Digest   {said['digest']}", ""])


def _shown(findings: Iterable[Finding]) -> list[str]:
    lines: list[str] = []
    seen: Counter[tuple[str, str]] = Counter()
    for one in findings:
        seen[one.answer, one.code] += 1
        if seen[one.answer, one.code] <= SHOWN:
            lines.append(f"    {one.answer:12}{one.place:14} {one.says} [{one.code}]")
    lines += [f"    ... and {n - SHOWN} more [{code}]" for (_, code), n in seen.items() if n > SHOWN]
    return lines


def _order(one: Finding) -> tuple[int, int, tuple[str, int, int], str, str]:
    """By question, the worst first, then by place: offsets as numbers."""
    partition, _, offset = one.place.partition("/")
    place = ("", int(partition), int(offset)) if partition.isdigit() and offset.isdigit() else (one.place, 0, 0)
    return list(QUESTIONS).index(one.question), (WRONG, CANNOT_TELL, NOTED).index(one.answer), place, one.code, one.says


def canonical(said: object) -> bytes:
    """JSON in one spelling: keys sorted, no spaces, UTF-8."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
