"""The command `backbone`: puts the groups together and ends every fault as one sentence.

A command's module is loaded when somebody calls it: to load all of them takes seconds, and `backbone status` is asked in a hurry.
"""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

_COMMANDS = {
    "up": "running",
    "down": "running",
    "status": "running",
    "serve": "running",
    "import": "lists:import_",
    "demo": "demo",
    "rebuild": "rebuild",
    "overview": "overview",
    "reconcile": "reconcile",
    "evidence": "evidence",
}
"""Name -> module of `backbone.cli`, and the function in it where that is named otherwise."""
_GROUPS = {
    "deploy": ("deploy",),
    "topics": ("topics",),
    "park": ("park",),
    "keys": ("keys",),
    "erasure": ("erasure",),
    "partner": ("partner",),
    "person": ("person",),
    "protocol": ("protocol", "protocol_move", "protocol_try"),
    "door": ("door",),
    "consultation": ("consultation",),
    "ledger": ("ledger",),
    "witness": ("witness",),
    "evaluate": ("evaluate",),
}
"""Name -> the module whose `app` it is, and modules whose commands join that one."""


class Commands(TyperGroup):
    """Loads what is called. Faults end as one sentence and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_COMMANDS, *_GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in _COMMANDS:
            module, _, named = _COMMANDS[cmd_name].partition(":")
            alone = typer.Typer(add_completion=False, context_settings=ctx.command.context_settings)
            alone.command(cmd_name)(getattr(_load(module), named or cmd_name))
            return get_command(alone)
        if cmd_name in _GROUPS:
            own, *others = _GROUPS[cmd_name]
            for module in others:
                _load(module)
            group = get_group(_load(own).app)
            group.name = cmd_name
            return group
        return None

    def invoke(self, ctx: Any) -> Any:
        from backbone.cli.output import one_sentence  # what it translates is loaded with it

        with one_sentence():
            return super().invoke(ctx)


def _load(module: str) -> Any:
    return importlib.import_module(f"backbone.cli.{module}")


app = typer.Typer(
    name="backbone",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def backbone() -> None:
    """Run and look after the backbone between the partners of a chain.

    All state lives under var/ (SCHAKEL_VAR_DIR). Settings are environment variables that begin with SCHAKEL_.

    Examples:

      backbone up                 start Kafka and all services; Ctrl-C stops

      backbone status             how each service is

      backbone demo --once        a synthetic month of two chains, checked
    """


if __name__ == "__main__":
    app()
