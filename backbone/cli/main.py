"""The command `backbone`: puts the groups together and ends every fault as one sentence."""

from typing import Any

import typer
from typer.core import TyperGroup

from backbone.cli import (
    consultation,
    demo,
    deploy,
    door,
    erasure,
    evaluate,
    evidence,
    keys,
    ledger,
    lists,
    overview,
    park,
    partner,
    person,
    protocol,
    rebuild,
    running,
    topics,
    witness,
)
from backbone.cli import protocol_move as protocol_move  # their commands join `protocol.app`
from backbone.cli import protocol_try as protocol_try
from backbone.cli.output import one_sentence


class OneSentence(TyperGroup):
    """Commands whose faults end as one sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        with one_sentence():
            return super().invoke(ctx)


app = typer.Typer(
    name="backbone",
    cls=OneSentence,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Run and look after the backbone between the partners of a chain.

    All state lives under var/ (SCHAKEL_VAR_DIR). Settings are environment variables that begin with SCHAKEL_.

    Examples:

      backbone up                 start Kafka and every service here; Ctrl-C stops all

      backbone status             how each service is

      backbone demo --once        a synthetic month of two chains, checked at the end
    """,
)

app.command("up")(running.up)
app.command("down")(running.down)
app.command("status")(running.status)
app.command("serve")(running.serve)
app.command("import")(lists.import_)
app.command("demo")(demo.demo)
app.command("rebuild")(rebuild.rebuild)
app.command("overview")(overview.overview)
app.add_typer(deploy.app, name="deploy")
app.add_typer(topics.app, name="topics")
app.add_typer(park.app, name="park")
app.add_typer(keys.app, name="keys")
app.add_typer(erasure.app, name="erasure")
app.add_typer(partner.app, name="partner")
app.add_typer(person.app, name="person")
app.add_typer(protocol.app, name="protocol")
app.add_typer(door.app, name="door")
app.add_typer(consultation.app, name="consultation")
app.command("evidence")(evidence.evidence)
app.add_typer(ledger.app, name="ledger")
app.add_typer(witness.app, name="witness")
app.add_typer(evaluate.app, name="evaluate")


if __name__ == "__main__":
    app()
