"""`backbone consultation`: the agenda or list that a chain's scheme prescribes, as the service `cases` knows it now."""

import urllib.error
import urllib.parse
import urllib.request
from typing import Annotated, Any

import msgspec
import orjson
import typer

from backbone.cli.output import Undoable, read_settings, show_json
from backbone.supervisor.runfiles import RunFiles

app = typer.Typer(no_args_is_help=True, help="Agendas and lists of a chain's consultations.")

_CHAIN = Annotated[str, typer.Argument(help="The chain's name.", show_default=False)]
_PARTNER = Annotated[str | None, typer.Option("--for", metavar="PARTNER", help="As this partner may see it.")]


@app.command()
def agenda(
    chain: _CHAIN,
    consultation: Annotated[str, typer.Argument(help="Its id in the scheme's file.", show_default=False)],
    partner: _PARTNER = None,
) -> None:
    """What stands on the agenda of a consultation now, as JSON: case facts only.

    Examples:

      backbone consultation agenda amsterdam casusoverleg

      backbone consultation agenda amsterdam casusoverleg --for politie-amsterdam
    """
    show_json(ask_cases(f"consultations/{url_part(chain)}/{url_part(consultation)}", partner))


@app.command(name="list")
def list_(
    chain: _CHAIN,
    overview: Annotated[str, typer.Argument(help="Its id in the scheme's file.", show_default=False)],
    partner: _PARTNER = None,
) -> None:
    """The lines of an overview now, as JSON: case facts only. Numbers are of a closed period: `backbone overview`.

    Examples:

      backbone consultation list rotterdam politielijst

      backbone consultation list rotterdam politielijst --for om-rotterdam
    """
    show_json(ask_cases(f"overviews/{url_part(chain)}/{url_part(overview)}", partner))


def url_part(text: str) -> str:
    """Safe within one part of a path."""
    return urllib.parse.quote(text, safe="")


def ask_cases(path: str, partner: str | None, within_s: float = 30, shape: Any = Any) -> Any:
    """The answer of the service `cases` on this machine, in the shape that is asked for. Raises Undoable with its own words."""
    services = RunFiles(read_settings().var_dir).services()
    named = (one for label, one in services.items() if label.partition("-")[0] == "cases" and one.get("url"))
    base = next((str(one["url"]) for one in named), None)
    if base is None:
        raise Undoable("the service cases does not run here; start it with `backbone up`, or `backbone serve cases`")
    query = f"?{urllib.parse.urlencode({'for': partner})}" if partner else ""
    try:
        with urllib.request.urlopen(f"{base}/{path}{query}", timeout=within_s) as answer:
            return msgspec.json.decode(answer.read(), type=shape)
    except urllib.error.HTTPError as error:
        raise Undoable(str(orjson.loads(error.read()).get("error", f"it answered {error.code}"))) from None
    except OSError as error:
        reason = getattr(error, "reason", error)  # urllib puts what the system said into an error of its own
        raise Undoable(f"the service cases does not answer at {base} ({reason}); see `backbone status`") from None
