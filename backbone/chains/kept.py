"""A chain in a version that was in use before, made again from what `schakel.definitions` keeps of it (docs/adr/0046). Pure.

For looking back only: who decides reads the chain's file as it stands. What has no version, and so is today's: the entries of partners,
the shared rights, the doors.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from backbone.chains.chain import Chain, Chains
from backbone.chains.checks import connected
from backbone.chains.model import ChainFile
from backbone.protocols import Protocols
from schakel.definitions import CHAIN, Definitions


def versions(definitions: Definitions, name: str) -> dict[str, Mapping[str, object]]:
    """What each kept version of a chain says, by `name@version`. A backbone of before 0046 kept none."""
    entries = {key.removeprefix(CHAIN): entry for key, entry in definitions.entries.items() if key.startswith(CHAIN)}
    said = {ref: entry.get("says") for ref, entry in entries.items() if ref.partition("@")[0] == name}
    return {ref: says for ref, says in sorted(said.items()) if isinstance(says, dict)}


def as_it_was(says: Mapping[str, object], chains: Chains, protocols: Protocols) -> Chains | None:
    """All chains, with one as its file said then. None where that cannot be used any more: this version of the program reads it no
    longer, or a partner or protocol that it names has gone."""
    try:
        file = ChainFile.model_validate(says)
        today = chains.by_name.get(file.chain)
        known = {door.ref: door for door in today.doors.values()} if today else {}
        chain = Chain(
            file,
            {member.partner: chains.partners[member.partner] for member in file.members},
            {binding.use: protocols.by_ref[binding.use] for binding in file.protocols},
            today.shared_rights if today else (),
            doors={bound.partner: known[bound.use] for bound in file.doors},
            schemes={kept.use: protocols.by_ref[kept.use] for kept in file.schemes},
            versions=protocols.by_ref,
        )
        found, _ = connected({**chains.by_name, file.chain: chain}, {})
    except (ValidationError, KeyError):
        return None
    return replace(chains, by_name=found)
