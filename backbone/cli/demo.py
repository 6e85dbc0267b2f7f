"""`backbone demo`: what it asks; the month itself is in `backbone.demo`."""

from typing import Annotated

import typer

from backbone.cli.output import FOUND


def demo(
    once: Annotated[bool, typer.Option("--once", help="Play, check, stop; exit code 1 when a check fails.")] = False,
    days: Annotated[int, typer.Option(min=3, max=60, help="How many days to play.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Another number, another month.")] = 1,
) -> None:
    """Play a synthetic month of two chains, Amsterdam and Groningen, on a real Kafka and the real services.

    Everybody in it is invented. It starts Kafka and every service on var/demo, lets each partner's system report, ask,
    answer and call through the partner client, and ends with a summary and where to look next. An earlier demo's state is
    removed first. Without --once it keeps running until Ctrl-C. With --once an interruption ends it with exit code 130.

    Examples:

      backbone demo

      backbone demo --once --seed 7

      backbone demo --once --days 7
    """
    from backbone.demo.run import run_demo  # here, since it needs much that no other command does

    if not run_demo(days=days, seed=seed, once=once):
        raise typer.Exit(FOUND)
