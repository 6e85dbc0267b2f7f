"""A door of this repository with its questions answered, worked by a partner of the chain `proef`."""

from pathlib import Path

from backbone.chains import Chains
from backbone.protocols import Protocols
from tests.support.meetings import ROOT, keeping

DOORS = ROOT / "chains" / "doors"
ANSWERS = """
answers:
  may_be_reported: Straatintimidatie en discriminatie
  reachable: Op werkdagen van negen tot vijf
  follow_up: Binnen drie werkdagen
  trained_staff: Medewerkers met een training
  sharing: Alleen met toestemming
  third_parties: Alleen om het slachtoffer te vragen
  responsible: De afdeling Openbare orde
  permanent: true
  evaluated_on: 2027-03-01
  happens_by_itself: [De melding telt mee in de cijfers]
  you_decide: [Aangifte doen, Hulp vragen]
  works_together_with: [police, victim_support]
  asked:
    - {field: natures, needed_for: het overzicht}
"""


def unanswered(name: str) -> str:
    """The door's file without the answers that an example chain gave it, if any: they stand at its end."""
    text = (DOORS / f"{name}.yaml").read_text(encoding="utf-8")
    return text.partition("\n# The questions of the routekaart.")[0].rstrip("\n") + "\n"


def with_door(
    folder: Path, name: str, partner: str, *, answered: bool = True, members: str = ""
) -> tuple[Chains, Protocols]:
    """The chain `proef` in which this partner works the door `name`. members: further lines of its members."""
    doors = folder / "chains" / "doors"
    doors.mkdir(parents=True)
    text = unanswered(name)
    (doors / f"{name}.yaml").write_text(text + (ANSWERS if answered else ""), encoding="utf-8")
    version = next(line.split('"')[1] for line in text.splitlines() if line.startswith("version:"))
    return keeping(folder, more=f"doors:\n  - {{use: {name}@{version}, partner: {partner}}}\n", members=members)
