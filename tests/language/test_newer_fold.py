"""A case that was opened under a newer fold than ours: nobody reads it as if it were an old one."""

import pytest

from schakel import case_state, codec
from schakel.case import FOLD_VERSION, apply, conclude
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.errors import Unreadable
from schakel.events.report import CaseOpened, ReportFacts, ReportReceived
from schakel.events.vocab import Identity
from schakel.history import collect
from schakel.ids import partner_source
from schakel.ledger import understand
from schakel.record import Raw
from tests.support.telling import POLICE, moment

CASE = "11111111-1111-4111-8111-111111111111"
NOW = moment("2026-03-02 12:00")


def reported() -> tuple[State, Entry]:
    report = ReportReceived(reported_at=NOW, facts=ReportFacts(identity=Identity.BY_NAME))
    envelope = Envelope(
        "00000000-0000-7000-8000-000000000001",
        partner_source("0" * 20),
        report.TYPE,
        NOW,
        CASE,
        logtime=NOW,
        partner=POLICE,
    )
    state, entry = State(id=CASE), Entry(envelope, report)
    assert apply(state, entry) is Effect.EFFECTIVE
    return state, entry


def opening(state: State, version: int) -> Entry:
    event = CaseOpened(chain="amsterdam", chain_version="1", protocols=(), fold_version=version, door=POLICE)
    return conclude(state, event)


def raw(entry: Entry, offset: int = 0, source: str | None = None) -> Raw:
    headers = tuple(
        (name, source.encode() if source and name == "ce_source" else value) for name, value in entry.envelope.headers()
    )
    return Raw("schakel.ledger", 0, offset, 0, CASE.encode(), codec.encode(entry.event), headers)


def test_what_a_newer_fold_opened_cannot_be_read_and_says_what_to_do() -> None:
    state, _ = reported()
    with pytest.raises(Unreadable) as found:
        understand(raw(opening(state, FOLD_VERSION + 1)))
    assert (found.value.code, found.value.field) == ("fold.unknown_version", "fold_version")
    assert f"version {FOLD_VERSION} of the fold or an earlier one, found {FOLD_VERSION + 1}" in (
        found.value.expected or ""
    )
    assert "bring this one to that version" in found.value.remedy


def test_not_even_by_who_wrote_the_very_bytes() -> None:
    state, _ = reported()
    entry = opening(state, FOLD_VERSION + 1)
    with pytest.raises(Unreadable):
        understand(raw(entry), entry.event)


def test_our_own_and_a_later_program_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    state, _ = reported()
    assert understand(raw(opening(state, FOLD_VERSION))).event == opening(state, FOLD_VERSION).event
    monkeypatch.setattr(case_state, "FOLD_VERSION", FOLD_VERSION + 1)
    for version in (FOLD_VERSION, FOLD_VERSION + 1):
        assert apply(reported()[0], understand(raw(opening(state, version)))) is Effect.EFFECTIVE


def test_from_another_than_its_owner_it_means_nothing_and_blocks_nobody() -> None:
    state, _ = reported()
    entry = understand(raw(opening(state, FOLD_VERSION + 1), source="urn:schakel:consent"))
    assert apply(state, entry) is Effect.NOT_UNDERSTOOD


def test_the_fold_gives_it_no_effect_and_opens_nothing() -> None:
    state, _ = reported()
    assert apply(state, opening(state, FOLD_VERSION + 1)) is Effect.NOT_UNDERSTOOD
    assert (state.opened, state.chain, state.fold_version) == (None, None, 0)


def test_a_replay_names_it_as_what_it_does_not_understand() -> None:
    state, report = reported()
    history = collect([raw(report), raw(opening(state, FOLD_VERSION + 1), 1)])[CASE]
    assert [problem.problem.code for problem in history.unread] == ["fold.unknown_version"]
    assert history.state.opened is None
