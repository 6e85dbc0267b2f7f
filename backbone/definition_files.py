"""The chain and protocol files that a service runs under, read once at its start. A mistake in them stops it with file and line."""

from pathlib import Path

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols


def load_definitions(protocols_dir: Path, chains_dir: Path) -> tuple[Chains, Protocols]:
    """Chains and protocols, checked against each other. Raises DefinitionError with every mistake found."""
    protocols = load_protocols(protocols_dir)
    return load_chains(chains_dir, protocols), protocols
