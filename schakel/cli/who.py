"""Whose profile a command works with."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from schakel.cli.output import Undoable
from schakel.client import Access, Gateway, Partner, Profile

As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="PARTNER", help="the partner whose profile is var/partners/PARTNER.json", show_default=False
    ),
]
ProfilePath = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FILE", help="a profile file", envvar="SCHAKEL_PROFILE", show_default=False),
]


def var_dir() -> Path:
    """Where a backbone on this machine keeps its state."""
    return Path(os.environ.get("SCHAKEL_VAR_DIR") or "var")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A partner and the profile to connect with."""

    partner: str
    profile: Path

    def connect(self) -> Partner:
        return Partner.connect(self.partner, profile=self.profile)

    def gateway(self) -> Gateway:
        """Where the profile says that referrals are read; no broker is needed for that."""
        held = Profile.load(self.profile)
        return Gateway(held.gateway, held.gateway_token, ca_file=held.gateway_ca_file)


def choose(partner: str | None, profile: Path | None) -> Chosen:
    """Which partner to be. Raises Undoable when nothing says so, ProfileProblem when the profile is not usable."""
    if partner:
        profile = var_dir() / "partners" / f"{partner}.json"
        if not profile.exists():
            raise Undoable(f"there is no profile {profile}{_known(profile.parent)}")
    if profile is None:
        raise Undoable(f"which partner? give --as PARTNER or --profile FILE{_known(var_dir() / 'partners')}")
    partner = partner or Profile.load(profile).partner
    if partner is None:
        raise Undoable(f"the profile {profile} names no partner; expected one with 'partner'")
    return Chosen(partner, profile)


def reader(profile: Path | None) -> Access:
    """Somebody who may read the ledger: the profile's user, else the auditor of the broker on this machine."""
    if profile is not None:
        return Profile.load(profile).access()
    address, secret = var_dir() / "kafka" / "bootstrap", var_dir() / "kafka" / "secrets" / "service.auditor"
    if not address.exists() or not secret.exists():
        raise Undoable(
            f"nobody to read the ledger as: there is no broker of its own under {var_dir()}; give --profile FILE of a user who may "
            f"read the ledger (an auditor)"
        )
    bootstrap = address.read_text(encoding="ascii").strip()
    return Profile(bootstrap, username="service.auditor", password_file=secret).access()


def _known(directory: Path) -> str:
    names = sorted(path.stem for path in directory.glob("*.json"))
    return f" (there are: {', '.join(names)})" if names else ""
