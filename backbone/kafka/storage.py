"""The broker's data directory: made once with its first user, and never mistaken for another broker's.

The directory carries a note (`schakel.json`) of who made it. It is made under another name and then renamed, so that an
interrupted first run leaves nothing half-made.
"""

import hashlib
import json
import re
import secrets
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path

from backbone.kafka.credentials import MECHANISM, Credentials
from backbone.kafka.errors import EmbeddedKafkaError, ForeignData
from backbone.kafka.jars import kafka_version
from backbone.kafka.jvm import run_tool, write_private

_NOTE = "schakel.json"


def prepare_data(
    home: Path, jars: Path, settings: str, admin: Credentials | None, cluster_id: str | None = None
) -> None:
    """Make `home`/data when there is none, else check that it is ours to go on with.

    settings: the text of server.properties. cluster_id: the cluster that it belongs to; None: whichever it is. Raises ForeignData
    for a directory of another cluster, another admin password, or a newer or other major Kafka.
    """
    data = home / "data"
    if not data.exists():
        _format(home, jars, settings, admin, cluster_id or new_cluster_id())
        return
    note = _read_note(data)
    found, ours = note.get("kafka", "0"), kafka_version()
    if not note or note["cluster_id"] != _cluster_id(data) or cluster_id not in (None, note["cluster_id"]):
        raise ForeignData(
            f"{data} was not made by this program or belongs to another cluster; move it away to start empty, or name "
            f"another var directory"
        )
    if _numbers(found)[0] != _numbers(ours)[0] or _numbers(found) > _numbers(ours):
        raise ForeignData(
            f"{data} was written by Kafka {found} and this is Kafka {ours}, which cannot take it over; use the version "
            f"of this program that wrote it, or move the directory away to start empty"
        )
    if note["admin"] != _fingerprint(admin):
        raise ForeignData(
            f"{data} was made with another administrator's password than {home / 'secrets'} holds (or without sign-on); "
            f"bring back the 'secrets' that belong to it, or move {home} away to start empty"
        )
    if found != ours:
        _write_note(data, note | {"kafka": ours})


def new_cluster_id() -> str:
    """As Kafka makes them: 128 random bits in 22 characters."""
    made = urlsafe_b64encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
    return "k" + made[1:]  # an id that begins with '-' would be read as an option


def _format(home: Path, jars: Path, settings: str, admin: Credentials | None, cluster_id: str) -> None:
    made = home / "data.new"
    shutil.rmtree(made, ignore_errors=True)
    properties = home / "format.properties"
    # Without "eligible leader replicas": with one copy they make every restart after a kill an unclean election.
    arguments = ["format", "-c", properties.name, "-t", cluster_id, "--feature", "eligible.leader.replicas.version=0"]
    if admin:
        arguments += ["-S", f"{MECHANISM}=[name={admin.username},password={admin.password}]"]
    write_private(properties, re.sub(r"(?m)^log\.dirs=.*$", f"log.dirs={made.name}", settings))
    try:
        done = run_tool(jars, home, "kafka.tools.StorageTool", *arguments)
    finally:
        properties.unlink()
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise EmbeddedKafkaError(f"Kafka's storage tool could not make {made}: {reason}")
    _write_note(made, {"cluster_id": cluster_id, "kafka": kafka_version(), "admin": _fingerprint(admin)})
    made.rename(home / "data")


def _cluster_id(data: Path) -> str | None:
    """What Kafka itself wrote down."""
    try:
        text = (data / "meta.properties").read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    found = re.search(r"(?m)^cluster\.id=(.*)$", text)
    return found[1] if found else None


def _fingerprint(admin: Credentials | None) -> str:
    """Tells two administrators apart; the password has 256 random bits, so that a plain hash gives nothing away."""
    return hashlib.sha256(admin.password.encode("ascii")).hexdigest()[:16] if admin else "none"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _read_note(data: Path) -> dict[str, str]:
    try:
        note = json.loads((data / _NOTE).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(value) for name, value in note.items()}


def _write_note(data: Path, note: dict[str, str]) -> None:
    scratch = data / (_NOTE + ".new")
    scratch.write_text(json.dumps(note, indent=1) + "\n", encoding="ascii")
    scratch.rename(data / _NOTE)
