"""`backbone topics`: the topics as they must be, as they are, and made or put right."""

from typing import Annotated

import typer
from kafka import KafkaAdminClient

from backbone.cli.broker import find_broker
from backbone.cli.output import FOUND, read_settings, say, show, show_json, table
from backbone.definition_files import load_definitions
from backbone.kafka.topics import ONE_MACHINE, Replicas, TopicSpec, core_topics, partner_topics
from backbone.kafka.topics import read_settings as topic_settings
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker, prepare

app = typer.Typer(no_args_is_help=True, help="The topics: show them, verify their settings, make or repair them.")
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

_DAY_MS = 86_400_000


def _wanted(settings: Settings, replicas: Replicas) -> list[TopicSpec]:
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    per_partner = [spec for partner in chains.partners for spec in partner_topics(partner, replicas)]
    return [*core_topics(replicas), *per_partner]


@app.command("show")
def show_topics(as_json: AsJson = False) -> None:
    """Which topics there must be, and how each keeps its records.

    Example:

      backbone topics show
    """
    specs = _wanted(read_settings(), ONE_MACHINE)
    if as_json:
        show_json([{"name": spec.name, "partitions": spec.partitions, "settings": spec.settings} for spec in specs])
        return
    rows = table("topic", "parts#", "cleanup", "kept", "record#")
    for spec in specs:
        rows.add_row(
            spec.name,
            str(spec.partitions),
            spec.settings["cleanup.policy"],
            _kept(spec.settings.get("retention.ms")),
            f"{int(spec.settings['max.message.bytes']) // 2**20} MiB",
        )
    show(rows)


def _kept(retention_ms: str | None) -> str:
    if retention_ms is None:
        return "newest per key"
    return "for ever" if retention_ms == "-1" else f"{int(retention_ms) // _DAY_MS} days"


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Compare every topic with what it must be; change nothing. Exit code 1 when something differs.

    Example:

      backbone topics verify
    """
    settings = read_settings()
    specs, wrong = _look(find_broker(settings), settings)
    if as_json:
        show_json({"topics": len(specs), "differences": wrong})
    else:
        for sentence in wrong:
            say(sentence)
        remedy = "; 'backbone topics create' makes and repairs what it can" if wrong else ""
        say(f"{len(specs)} topics looked at, {len(wrong)} differences{remedy}")
    if wrong:
        raise typer.Exit(FOUND)


def topic_differences(broker: Broker, settings: Settings) -> list[str]:
    """A sentence for each topic that is not as it must be. Raises KafkaProblem."""
    return _look(broker, settings)[1]


def _look(broker: Broker, settings: Settings) -> tuple[list[TopicSpec], list[str]]:
    with broker.client() as admin:
        specs = _wanted(settings, broker.replicas(admin))
        return specs, _differences(admin, specs)


def _differences(admin: KafkaAdminClient, specs: list[TopicSpec]) -> list[str]:
    names = [spec.name for spec in specs]
    present = {topic["name"]: topic["partitions"] for topic in admin.describe_topics(names) if not topic["error_code"]}
    found = topic_settings(admin, [name for name in names if name in present])
    wrong = []
    for spec in specs:
        if spec.name not in present:
            wrong.append(f"{spec.name}: is missing")
            continue
        if len(present[spec.name]) != spec.partitions:
            wrong.append(f"{spec.name}: found {len(present[spec.name])} partitions, expected {spec.partitions}")
        for key, value in spec.settings.items():
            if found[spec.name].get(key) != value:
                wrong.append(f"{spec.name}: {key} is {found[spec.name].get(key, 'not set')}, expected {value}")
    return wrong


@app.command()
def create() -> None:
    """Make what is missing and put right what differs: topics, users, rights, definitions, partner profiles.

    'backbone up' does this at every start. A ledger with another number of partitions is refused: it is fixed for life.

    Example:

      backbone topics create
    """
    settings = read_settings()
    prepared = prepare(find_broker(settings), settings)
    for change in prepared.changes:
        say(change)
    for warning in prepared.warnings:
        say(warning)
    say(f"{len(prepared.changes)} changes; topics, users and rights are as they must be")
