"""Partners where Strimzi makes topics and users (SCHAKEL_USERS_BY=kubernetes): files are written for it, and applied when a command is set.

    settings.kubernetes_dir       the generated files, renewed: they hold no secret and belong into version control
    var/kubernetes/<name>.yaml    Secrets: a partner's password, the digests of the tokens; private, never committed

Names and passwords are the same as on any other broker, so a partner's profile does not show which kind it is.
"""

import subprocess
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from backbone.deployment.certificates import write as write_private
from backbone.deployment.kubernetes import NAMESPACE, password_secret
from backbone.deployment.texts import yaml_text
from backbone.deployment.workloads import TOKENS
from backbone.deployment.write import KUBERNETES, generated
from backbone.deployment.write import write as write_files
from backbone.gateway.tokens import Tokens
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.names import in_topic, out_topic
from backbone.settings import Settings
from schakel.errors import SchakelError

_APPLIED_WITHIN_S = 120


class NotApplied(SchakelError):
    """The files are written and the cluster did not take them; the message says what the command said."""


def renew_files(settings: Settings) -> list[str]:
    """Write the generated files anew for the chains as they are; returns what changed."""
    wanted = generated(settings.protocols_dir, settings.chains_dir)
    ours = {name.partition("/")[2]: text for name, text in wanted.items() if name.startswith(f"{KUBERNETES}/")}
    return write_files(
        {f"{settings.kubernetes_dir.name}/{name}": text for name, text in ours.items()}, settings.kubernetes_dir.parent
    )


def password_file(settings: Settings, partner: str) -> Path:
    """Where the Secret of a partner's password is written."""
    return settings.var_dir / "kubernetes" / f"{partner}.yaml"


def write_password(settings: Settings, who: Credentials) -> Path:
    """The Secret that the partner's KafkaUser names."""
    return _secret(password_file(settings, who.username), password_secret(who.username), {"password": who.password})


def write_tokens(settings: Settings) -> Path:
    """The Secret with the digest of each partner's token, which the gateway reads at every request."""
    directory: Path = Tokens(settings.gateway_tokens()).directory
    kept = {path.name: path.read_text(encoding="ascii") for path in sorted(directory.glob("[a-z0-9]*"))}
    return _secret(settings.var_dir / "kubernetes" / f"{TOKENS}.yaml", TOKENS, kept)


def _secret(path: Path, name: str, values: dict[str, str]) -> Path:
    said = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "type": "Opaque",
        # Not `stringData`: what is dropped from that stays in the cluster when it is applied again.
        "data": {key: b64encode(value.encode()).decode("ascii") for key, value in values.items()},
    }
    write_private(path, yaml_text([said], "A secret; apply it, and keep it out of version control").encode())
    return path


def to_apply(settings: Settings, secrets: Sequence[Path]) -> list[list[str]]:
    """The commands, without their first word; the Secrets first, since the users name them."""
    overlay = settings.kubernetes_overlay or settings.kubernetes_dir
    return [*to_hand_over(secrets), ["apply", "--kustomize", str(overlay)]]


def to_hand_over(secrets: Sequence[Path]) -> list[list[str]]:
    """The commands for new Secrets alone."""
    return [["apply", "--filename", str(path)] for path in secrets]


def to_delete(partner: str, *, topics: bool) -> list[list[str]]:
    """The commands that take a partner's user away, and its topics where that is asked for."""
    gone = [f"kafkauser/{partner}", f"secret/{password_secret(partner)}"]
    if topics:
        gone += [f"kafkatopic/{in_topic(partner)}", f"kafkatopic/{out_topic(partner)}"]
    return [["delete", "--namespace", NAMESPACE, "--ignore-not-found", *gone]]


def run(settings: Settings, commands: Sequence[Sequence[str]]) -> bool:
    """Run them when a command is set. Returns whether it was. Raises NotApplied."""
    if not settings.kubectl:
        return False
    for words in commands:
        done = subprocess.run(
            [settings.kubectl, *words], capture_output=True, text=True, timeout=_APPLIED_WITHIN_S, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NotApplied(
                f"'{settings.kubectl} {words[0]}' ended with {done.returncode}: {said[-1] if said else 'it said nothing'}; "
                "the files are written: do the same again when the cluster answers"
            )
    return True


def password_of(settings: Settings, partner: str) -> Credentials:
    """The partner's user and password, made when there is none."""
    return SecretStore(settings.var_dir / "kafka" / "secrets").get_or_make(partner)
