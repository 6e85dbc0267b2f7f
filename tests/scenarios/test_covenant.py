"""TRT-5: a covenant until its last day, and not for anything outside it."""

from pathlib import Path

from schakel.events.data import DisclosureDenied, DisclosurePermitted
from tests.scenarios.stories import given, why_not
from tests.support.conclusions import of_type
from tests.support.meetings import COVENANT, OM, POLICE, keeping
from tests.support.telling import HELP, invoked, passed, reads, report, requested

BASES = """\
bases:
  - basis: agreement
    roles: [police]
    at_most: 90 dagen
    source: "keuze: proef"
"""
NAME = "convenant-gegevensuitwisseling"


def test_trt_5_a_covenant_holds_until_its_last_day(tmp_path: Path):
    """Party until 31 May: a read on 31 May is permitted, one on 1 June denied. NOT a non-party at any time, NOT another purpose."""
    chains, protocols = keeping(tmp_path, more=COVENANT + BASES)
    story = given(
        report(by=POLICE),
        requested(OM, role="prosecutor", purpose="consultation"),
        invoked(OM, basis="agreement", purpose="consultation", agreement=NAME, until="2026-06-01 00:00"),
        chains=chains,
        protocols=protocols,
    )
    story.when(reads(OM, at="2026-05-31 23:00")).then_among(of_type(DisclosurePermitted))
    story.when(reads(OM, at="2026-06-01 00:30")).then_among(of_type(DisclosureDenied))
    story.when(passed("2026-06-02 00:00"), reads(OM, at="2026-06-02 12:00")).then_among(of_type(DisclosureDenied))
    other = given(report(by=POLICE), chains=chains, protocols=protocols)
    ends = {"basis": "agreement", "agreement": NAME, "until": "2026-06-01 00:00"}
    assert why_not(other, invoked(HELP, purpose="consultation", **ends)) == "agreement.not_party"
    assert why_not(other, invoked(OM, purpose="aftercare", **ends)) == "agreement.another_purpose"
