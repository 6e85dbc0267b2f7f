"""`schakel case open`: an auditor says which sealed fields of a case it opens, why and until when (docs/adr/0042).

It shows nothing of them: it ends with the reference under which `schakel open` reads, as often as that is needed and each time logged.
"""

from typing import Annotated

import typer

from schakel.cli.case import AsJson, CaseId
from schakel.cli.output import FOUND, Undoable, fail, moment, say, show_json, wrapped
from schakel.cli.travel import moment_of
from schakel.cli.who import As, ProfilePath, choose
from schakel.client import Refused
from schakel.client.verbs import made
from schakel.errors import Unreadable
from schakel.events.consent import BasisInvoked
from schakel.events.vocab import Basis, Purpose, Scope
from schakel.ids import new_event_id


def open_case(
    case: CaseId,
    field: Annotated[
        list[Scope], typer.Option("--field", help="what to open; give it again for another", show_default=False)
    ],
    motive: Annotated[
        str,
        typer.Option(
            "--motive", metavar="CODE", help="why, as a code such as complaint_about_handling", show_default=False
        ),
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="MOMENT", help="when it ends; without a zone UTC", show_default=False)
    ],
    as_: As = None,
    profile: ProfilePath = None,
    as_json: AsJson = False,
) -> None:
    """Open sealed fields of a case for an audit: only by who may audit in its chain, with a motive, and for a limited time.

    It stands in the ledger before anything can be read, first among what the person may see of her case. Prints the reference to read.

    Example:

      schakel case open 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --field story \\
        --motive complaint_about_handling --until 2026-12-09 --as ketentoezicht
    """
    chosen, basis_id, end = choose(as_, profile), new_event_id(), moment_of("--until", until)
    try:
        event = made(
            BasisInvoked,
            basis=Basis.LEGAL_DUTY,
            purpose=Purpose.AUDIT,
            recipient=chosen.partner,
            scopes=tuple(dict.fromkeys(field)),
            motive=motive,
            until=end,
        )
    except Unreadable as problem:
        raise Undoable(
            f"{problem.field}: {problem.expected}; a motive is a code such as complaint_about_handling"
        ) from None
    try:
        with chosen.connect() as partner:
            receipt = partner.tell(event, case=case, event_id=basis_id)
    except Refused as no:
        fail(str(no), FOUND)
    reference = f"referrals/{basis_id}"
    if as_json:
        show_json({"dataref": reference, "until": end.isoformat(), "receipt": receipt.model_dump(mode="json")})
        return
    say(f"opened until {moment(end)} (UTC): {', '.join(event.scopes)}")
    say(wrapped(f"read it with: schakel open {reference} --as {chosen.partner}", 0, below=2))
