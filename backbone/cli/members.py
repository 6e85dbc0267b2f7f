"""`backbone partner list`: who is asked for what in a chain, and whether it is at work now, or when again."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from backbone.chains import Chain
from backbone.chains.hours import AtWork, Holder, Place, directory
from backbone.cli.output import Undoable, no_chain, read_settings, say, show, show_json, table
from backbone.definition_files import load_definitions
from schakel.timesource import time_source


def list_members(
    chain: Annotated[str, typer.Option("--chain", help="Of this chain; without it, of each.")] = "",
    district: Annotated[str, typer.Option("--district", help="In this district; without it, in all.")] = "",
    at: Annotated[
        str, typer.Option("--at", metavar="MOMENT", help="As of then, by the chain's own clock; without it, now.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> None:
    """List who is asked for what: each role by district, its partners in order, and whether they are at work.

    By the hours of the chain's file, its time zone and its holidays: a holiday counts as a Sunday. No clock waits for them.

    Examples:

      backbone partner list --chain amsterdam --district oost

      backbone partner list --at '2026-04-03 18:00'
    """
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    chosen = [one for one in chains if chain in ("", one.name)]
    if not chosen:
        raise no_chain(chain, (one.name for one in chains), settings.chains_dir)
    if district and not any(district in one.districts for one in chosen):
        known = ", ".join(sorted({name for one in chosen for name in one.districts}))
        raise Undoable(
            f"no district {district[:60]!r} in {' and '.join(one.name for one in chosen)}; expected one of {known}"
        )
    now = time_source(settings.clock).now()
    found = []
    for one in chosen:
        if district and district not in one.districts:
            continue
        moment = _moment(at, one) if at else now
        places = directory(one, moment, district or None)
        if as_json:
            found.append({"chain": one.name, "at": moment, "directory": places})
        else:
            _shown(one, moment, places)
    if as_json:
        show_json(found)


def _moment(text: str, chain: Chain) -> datetime:
    """Raises Undoable. A moment without a time zone is one of the chain's own clock."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Undoable(f"--at {text[:40]!r} is no moment; expected one such as '2026-04-03 18:00'") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(chain.file.time_zone))


def _shown(chain: Chain, at: datetime, places: list[Place]) -> None:
    zone = ZoneInfo(chain.file.time_zone)
    say(f"{chain.title}, {at.astimezone(zone):%Y-%m-%d %H:%M}")
    made = table("role", "where", "partner", "at work")
    made.columns[2].no_wrap = True  # it is copied into the next command
    for role in dict.fromkeys(place.role for place in places):
        where: dict[tuple[tuple[Holder, ...], bool], list[str]] = {}
        for place in places:
            if place.role is role:
                where.setdefault((place.holders, place.instead), []).append(place.district)
        for (holders, instead), districts in where.items():
            named = "all" if len(districts) == len(chain.districts) > 1 else ", ".join(districts)
            if not holders:
                made.add_row(role.value, named, "nobody", "")
            for holder in holders:
                who = f"{holder.partner} (instead)" if instead else holder.partner
                made.add_row(role.value, named, who, _says(holder, at, zone))
    show(made)


def _says(holder: Holder, at: datetime, zone: ZoneInfo) -> str:
    full = ", full" if holder.full else ""
    return (_at_work(holder.at_work, at, zone) if holder.at_work else "hours not said") + full


def _at_work(said: AtWork, at: datetime, zone: ZoneInfo) -> str:
    if said.now:
        return f"yes, until {_clock(said.until, at, zone)}" if said.until else "yes, round the clock"
    return f"no, again {_clock(said.again, at, zone)}" if said.again else "no"


def _clock(moment: datetime, at: datetime, zone: ZoneInfo) -> str:
    """The time; with its day where that is another one."""
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == at.astimezone(zone).date() else f"{there:%Y-%m-%d %H:%M}"
