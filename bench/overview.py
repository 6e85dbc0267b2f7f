"""How long the overview of a national year takes: 30,000 reports in one chain, in memory. `python -m bench.overview [quick]`.

Timed are twelve months, four quarters and the year, each as it would be issued, and the page of the year. Not timed: asking the service.
"""

import random
import time
from datetime import UTC, date, datetime, timedelta

from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.overviews.incident import UNKNOWN, Incident
from backbone.overviews.issues import press
from backbone.overviews.page import as_html
from backbone.overviews.paper import paper
from backbone.overviews.periods import Period
from backbone.overviews.tables import LATE, TABLES
from bench import stand

REPORTS, WANTED_S = 30_000, 2.0
AFTER = datetime(2027, 1, 3, 12, tzinfo=UTC)


def incidents(districts: tuple[str, ...], many: int) -> list[Incident]:
    """Uneven, as they are: most in the first districts and of the first words."""
    dice = random.Random(1)

    def one_of(words: tuple[str, ...]) -> str:
        return words[min(int(dice.expovariate(0.5)), len(words) - 1)]

    made = []
    for number in range(many):
        words = {table.id: (one_of(table.words),) for table in TABLES.values() if table.id != LATE}
        name = f"c0ffee00-0000-4000-8000-{number:012d}"
        day = date(2026, 1, 1) + timedelta(days=dice.randrange(365))
        made.append(Incident(name, (name,), day, one_of((*districts, UNKNOWN)), words))
    return made


def main() -> None:
    chains, _ = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    chain = chains.get("amsterdam")
    assert chain is not None
    many = 1_000 if stand.quick() else REPORTS
    told = incidents(chain.districts, many)
    took = []
    for _ in range(1 if stand.quick() else 5):
        begun = time.process_time()
        with not_collecting():  # as the command does
            issues = press(chain, Period.parse("2026"), told, {}, AFTER)
        as_html(paper(chain, issues[-1]))
        took.append(time.process_time() - begun)
    stand.write("overview", {"reports": many, "issues": len(issues), "cpu_s": stand.spread(took), "wanted_s": WANTED_S})


if __name__ == "__main__":
    main()
