"""A small valid protocol and chain folder that tests break one line at a time, and the files that we ship."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backbone.chains import Chains, load_chains
from backbone.protocols import Problem, Protocol, Protocols, check_protocol, load_protocols

ROOT = Path(__file__).parents[2]

PROTOCOL = """\
protocol: proef
version: "1.0"
title: Proefprotocol
status: held
sources: {"0": een document}
checks:
  - id: danger
    check: danger_now
    question: Ben je nu in gevaar?
    asked_by: [police]
    consequences: {"yes": Bel 112., "no": Verder., "unknown": Vraag door.}
    source: "[0] «Bij nood bel je altijd 112»"
explain:
  - {id: uitleg, topic: report_vs_complaint, before: hulp, source: "[0]"}
steps:
  - id: hulp
    when: {identity: [by_name], not: {record_kind: [lead]}}
    refer: {to: victim_support, purpose: referral, needs: [contact_details], if_refused: hold}
    source: "[0] «hulp»"
informs:
  - {id: bestuur, when: {acute: true}, inform: [mayor], source: "[0]"}
clocks:
  - id: contact
    starts: report.received
    stops: {on: made, with: [reporter], by: any}
    limit: "48h"
    promise: promised
    reminders: ["24h"]
    responsible: coordinator
    on_breach: [coordinator]
    source: "[0] «binnen 48 uur»"
"""


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., tuple[Protocol | None, list[Problem]]]:
    """Check the small protocol after replacing texts in it: `checked(("held", "hold"))`."""

    def check(*changes: tuple[str, str], text: str = PROTOCOL) -> tuple[Protocol | None, list[Problem]]:
        for old, new in changes:
            assert old in text, f"{old!r} is not in the protocol"
            text = text.replace(old, new, 1)
        path = tmp_path / "proef" / "1.0.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return check_protocol(path)

    return check


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    """The protocol files of this repository."""
    return load_protocols(ROOT / "protocols")


@pytest.fixture(scope="session")
def chains(protocols: Protocols) -> Chains:
    """The chain files of this repository."""
    return load_chains(ROOT / "chains", protocols)
