"""A chain of tests' own in which a role has several holders: who is asked next, who acts instead, who hears back."""

import shutil
from pathlib import Path

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols

ROOT = Path(__file__).parents[2]
FIRST, SECOND, THIRD = "slachtofferhulp", "coc-amsterdam", "om-amsterdam"
"""Who holds the role victim_support, in the order of the file."""

PROTOCOL = """\
protocol: lus
version: "1.0"
title: Proef met een volgende kandidaat
status: held
sources: {"0": een document}
steps:
  - id: hulp
    refer: {to: victim_support, purpose: referral, needs: [contact_details], if_refused: hold}
    source: "[0] «hulp»"
clocks:
  - id: antwoord
    starts: referral.delivered
    of_step: hulp
    stops: {on: made, with: [victim], by: any}
    limit: "48h"
    promise: our_choice
    responsible: victim_support
    source: "keuze: wie na twee dagen niets laat horen, neemt het niet aan"
"""
MEMBERS = """\
  - {partner: politie-amsterdam, roles: [police, roze_in_blauw], districts: all}
  - {partner: gemeente-amsterdam, roles: [coordinator, municipality], districts: all}
  - {partner: discriminatie-nl-amsterdam, roles: [anti_discrimination], districts: all}
  - {partner: slachtofferhulp, roles: [victim_support], districts: all}
  - {partner: coc-amsterdam, roles: [victim_support], districts: all}
  - {partner: om-amsterdam, roles: [victim_support], districts: all}
"""
CHAIN = """\
chain: lus
version: "1"
title: Proefketen
time_zone: Europe/Amsterdam
calendar: nl
municipalities: [amsterdam]
districts: [oost, centrum]
members:
"""


def written(
    folder: Path,
    *,
    members: str = MEMBERS,
    extra: str = "",
    protocol: str = PROTOCOL,
    bindings: str = "  - {use: lus@1.0, districts: all}\n",
    beside: dict[str, str] | None = None,
) -> tuple[Chains, Protocols]:
    """Chain `lus` with these members, and further lines of its file. beside: other chain files of this repository or of the test."""
    path = folder / "protocols" / "lus" / "1.0.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(protocol, encoding="utf-8")
    chains = folder / "chains"
    chains.mkdir()
    (chains / "lus.yaml").write_text(CHAIN + members + "protocols:\n" + bindings + extra, encoding="utf-8")
    for name, text in (beside or {}).items():
        (chains / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name in ("partners.yaml", "rights.yaml"):
        shutil.copy(ROOT / "chains" / name, chains / name)
    loaded = load_protocols(folder / "protocols")
    return load_chains(chains, loaded), loaded
