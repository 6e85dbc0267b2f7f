"""How a play speaks of clocks: whoever hears that it is late, the last day of a limit in days, and the rung that was reached."""

from pathlib import Path

import pytest

from tests.authoring.test_try import SCENARIO, Run, backbone, flat, scenario, small  # noqa: F401 (fixtures)
from tests.authoring.test_try_why import LADDER

LATER = "  - {at: 2026-03-12 12:00}\n"


@pytest.fixture
def shown(backbone: Run, small: Path, tmp_path: Path):  # noqa: F811
    """What a play of ten days says of the small file after these changes."""

    plain = small.read_text()

    def show(*changes: tuple[str, str], language: str = "nl") -> str:
        text = plain
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        small.write_text(text + LADDER)
        return flat(backbone(small, scenario(tmp_path, SCENARIO + LATER), "--language", language).stdout)

    return show


def test_who_hears_that_it_is_late_is_said_only_when_somebody_does(shown):
    text = shown()
    assert "Te laat: klok 'contact'. Ketenregisseur hoort dat." in text
    nobody = shown(("on_breach: [coordinator]", "on_breach: []"))
    assert "Te laat: klok 'contact'. vr 5" not in nobody
    assert "> Te laat: klok 'contact'. do 5 mrt 2026" in nobody
    assert "iemand hoort dat" not in nobody


@pytest.mark.parametrize(
    ("language", "rung", "up"),
    [
        ("nl", "klok 'contact', trede 'na-een-dag'.", "> Opgeschaald naar burgemeester, trede 'na-een-week'."),
        ("en", "clock 'contact', rung 'na-een-dag'.", "> Escalated to mayor, rung 'na-een-week'."),
    ],
)
def test_a_rung_is_named_and_a_reminder_before_it_is_none(shown, language: str, rung: str, up: str):
    text = shown(language=language)
    assert rung in text
    assert up in text
    assert text.count(rung[:14]) > text.count(rung[:17]) >= 1


@pytest.mark.parametrize(
    ("limit", "language", "said"),
    [
        ("3 dagen", "nl", "loopt: tot en met do 5 mrt 2026. "),
        ("3 dagen", "en", "runs: until the end of Thu 5 Mar 2026. "),
        ("48h", "nl", "loopt: uiterlijk wo 4 mrt 2026 12:00. "),
        ("48h", "en", "runs: by Wed 4 Mar 2026 12:00 at the latest. "),
    ],
)
def test_a_limit_in_days_ends_with_its_last_day(shown, limit: str, language: str, said: str):
    text = shown(('limit: "48h"', f'limit: "{limit}"'), language=language)
    assert said in text
