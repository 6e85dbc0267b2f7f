"""A case that was opened under a fold which this auditor does not know: it judges the others, and says that it cannot tell this one."""

from dataclasses import replace

from auditor.audit import KNOWN_FOLD
from schakel import codec
from schakel.case import FOLD_VERSION
from schakel.events.report import CaseOpened
from tests.auditor.material import BREACHED, codes, ledger, type_of, verified
from tests.auditor.writer import Ledger

TRUE = ledger()


def opened_under(version: int) -> Ledger:
    """The log with one of its two cases opened so."""
    log = []
    for record in TRUE.logs[0]:
        if type_of(record) == "case.opened" and record.key == BREACHED.encode():
            event = codec.decode_event(record.value)
            assert isinstance(event, CaseOpened)
            record = replace(record, value=codec.encode(event.model_copy(update={"fold_version": version})))
        log.append(record)
    return TRUE.with_log(log)


def test_it_knows_the_fold_that_there_is() -> None:
    assert KNOWN_FOLD == FOLD_VERSION
    assert codes(verified(opened_under(KNOWN_FOLD)), "cannot tell") == codes(verified(TRUE), "cannot tell")


def test_of_a_newer_one_it_cannot_tell_and_says_which_it_knows() -> None:
    report = verified(opened_under(KNOWN_FOLD + 1))
    assert codes(report) == set(), "nobody is accused"
    for question in ("consent", "clocks"):
        [found] = [one for one in report.findings if one.code == "newer_fold" and one.question == question]
        assert f"opened under version {KNOWN_FOLD + 1} of the fold, and this auditor knows {KNOWN_FOLD}" in found.says
        assert report.answer(question) == "cannot tell"
