"""The command `schakel`: puts the commands together."""

from typing import Any

import typer
from typer.core import TyperGroup

from schakel.cli import case, heads, hindsight, listen, opening, publish, read, travel
from schakel.cli import cosign as cosign  # its commands join `heads.app`
from schakel.cli.output import one_sentence, quiet_libraries


class OneSentence(TyperGroup):
    """Commands whose faults end as one sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        quiet_libraries()
        with one_sentence():
            return super().invoke(ctx)


app = typer.Typer(
    name="schakel",
    cls=OneSentence,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Take part in the backbone between the partners of a chain, or look at what its ledger says.

    A partner's profile (--profile FILE, or --as PARTNER for var/partners/PARTNER.json) says where the broker is and who one is. What
    points to a person is sealed before it leaves, and printed by `schakel open` alone.

    Examples:

      schakel publish report.json --as coc-amsterdam    tell, and see the receipt

      schakel listen --as slachtofferhulp               what reaches a partner

      schakel open DATAREF --as slachtofferhulp         read what it points to

      schakel case history CASE                         every event of a case
    """,
)
app.command("publish")(publish.publish)
app.command("listen")(listen.listen)
app.command("open")(read.open_referral)
app.command("replay")(travel.replay)
app.add_typer(heads.app, name="heads")
app.command("why")(hindsight.why)
case.app.command("open")(opening.open_case)
case.app.command("status")(read.case_status)
case.app.command("report")(hindsight.report)
app.add_typer(case.app, name="case")


def main() -> None:
    """For `python -m schakel.cli.main`."""
    app()


if __name__ == "__main__":
    main()
