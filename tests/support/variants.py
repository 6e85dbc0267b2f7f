"""Small protocols and chains of tests' own, for what the repository's files do not have together."""

import shutil
from pathlib import Path

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols

SOURCE = 'source: "[0] «proef»"'
HEAD = """\
protocol: {name}
version: "1.0"
title: Proef
status: held
sources: {{"0": een document}}
"""
HELP_STEP = """\
steps:
  - id: hulp
    refer: {{to: victim_support, purpose: referral, needs: [contact_details], if_refused: hold}}
    {source}
"""
CHAIN = """\
chain: proef
version: "1"
title: Proefketen
time_zone: Europe/Amsterdam
calendar: nl
municipalities: [amsterdam]
districts: [oost, centrum]
members:
  - {partner: politie-amsterdam, roles: [police], districts: all}
  - {partner: gemeente-amsterdam, roles: [coordinator, district_director], districts: all}
  - {partner: slachtofferhulp, roles: [victim_support], districts: all}
  - {partner: discriminatie-nl-amsterdam, roles: [anti_discrimination], districts: all}
protocols:
"""


def written(folder: Path, protocols: dict[str, str], bindings: str, *held: str) -> tuple[Chains, Protocols]:
    """A chain `proef` under these protocols (name -> the file's text behind its head); `bindings` are lines of the chain's file.

    `held` names protocols of this repository that come beside them, such as `amsterdam-handelingskader`.
    """
    root = Path(__file__).parents[2]
    for name in held:
        shutil.copytree(root / "protocols" / name, folder / "protocols" / name)
    for name, text in protocols.items():
        path = folder / "protocols" / name / "1.0.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(HEAD.format(name=name) + text.format(source=SOURCE), encoding="utf-8")
    (folder / "chains").mkdir()
    (folder / "chains" / "proef.yaml").write_text(CHAIN + bindings, encoding="utf-8")
    for name in ("partners.yaml", "rights.yaml"):
        shutil.copy(root / "chains" / name, folder / "chains" / name)
    loaded = load_protocols(folder / "protocols")
    return load_chains(folder / "chains", loaded), loaded
