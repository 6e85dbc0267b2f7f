"""X-1 as far as it is about files: the rest of what goes across schemes stands in `test_across.py`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.cli.main import app
from schakel.events.vocab import Nature
from tests.protocols.samples import PROTOCOL
from tests.protocols.test_protocol_check import MEDIATION, line_of


@pytest.mark.parametrize("nature", [Nature.THREAT, Nature.ASSAULT, Nature.INTIMIDATION])
def test_x_1_a_file_in_which_violence_reaches_mediation_fails_with_file_and_line(tmp_path: Path, nature: Nature):
    """Given a protocol file whose mediation step violence, threat or intimidation can reach: the check fails and says where."""
    when = f'{{suspicion: ["no"], natures: [neighbour_quarrel, {nature}]}}'
    step = MEDIATION.format(when=when, to="mediation", purpose="mediation")
    path = tmp_path / "proef" / "1.0.yaml"
    path.parent.mkdir()
    path.write_text(PROTOCOL.replace("informs:", step + "informs:"))
    result = CliRunner().invoke(app, ["protocol", "check", str(path)])
    assert result.exit_code == 1
    assert f"{path}:{line_of(path.read_text(), step) + 1}: error:" in result.stdout
    said = " ".join(result.stdout.split())
    assert f"can be reached with nature {nature}" in said or f", {nature}" in said
    assert "«Dat geldt natuurlijk niet voor zaken waarin geweld of bedreiging en intimidatie een rol spelen»" in said
