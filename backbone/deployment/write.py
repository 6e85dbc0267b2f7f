"""Writing the generated files, and saying which of them differ from what would be written."""

from pathlib import Path

from backbone.definition_files import load_definitions
from backbone.deployment import alerting, kubernetes
from backbone.deployment.compose import compose
from backbone.deployment.model import workloads
from backbone.deployment.texts import WRITTEN_BY, headed, yaml_text
from backbone.monitoring import rules

COMPOSE = "compose.yaml"
KUBERNETES = "kubernetes"
OPERATOR = "prometheus-operator"
RULES = "prometheus/rules.yaml"
ALERTMANAGER = f"{alerting.ALERTMANAGER}/{alerting.ALERTMANAGER}.yaml"


def generated(protocols_dir: Path, chains_dir: Path) -> dict[str, str]:
    """Every file by its name under `deploy/`. Raises DefinitionError for a mistake in the chains."""
    chains, protocols = load_definitions(protocols_dir, chains_dir)
    files = {f"{KUBERNETES}/{name}": text for name, text in kubernetes.files(chains, chains_dir, protocols).items()}
    asked = alerting.operator_files(workloads(), kubernetes.NAMESPACE, "http")
    return {
        RULES: headed(
            rules.text(), "A copy of backbone/monitoring/rules.yaml, for the Prometheus that reads this directory"
        ),
        ALERTMANAGER: yaml_text([alerting.alertmanager()], "Whom compose's Alertmanager tells (docs/monitoring.md)"),
        **{f"{OPERATOR}/{name}": text for name, text in asked.items()},
        COMPOSE: yaml_text([compose()], "One machine with containers: docker compose up (docs/operations.md)"),
        **files,
    }


def differences(wanted: dict[str, str], into: Path) -> list[str]:
    """A sentence for each file that is missing, is otherwise, or was written once and would not be now."""
    said = []
    for name, text in wanted.items():
        path = into / name
        if not path.exists():
            said.append(f"{path} is missing")
        elif path.read_text(encoding="utf-8") != text:
            said.append(f"{path} is not what would be written now")
    folders = {(into / name).parent for name in wanted if "/" in name}
    for path in sorted(path for folder in folders if folder.exists() for path in folder.iterdir()):
        if path.is_file() and str(path.relative_to(into)) not in wanted and _ours(path):
            said.append(f"{path} would not be written")
    return said


def write(wanted: dict[str, str], into: Path) -> list[str]:
    """Write what differs and take away what we wrote once and would not write now; returns what was changed."""
    changed = differences(wanted, into)
    for name, text in wanted.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for folder in {(into / name).parent for name in wanted if "/" in name}:
        for path in folder.iterdir():
            if path.is_file() and str(path.relative_to(into)) not in wanted and _ours(path):
                path.unlink()
    return changed


def _ours(path: Path) -> bool:
    """Whether it bears the line of those that we write; what somebody else put there is not ours to take away."""
    return WRITTEN_BY in path.read_text(encoding="utf-8", errors="replace")[:400]
