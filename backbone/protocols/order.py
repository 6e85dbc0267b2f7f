"""What must hold of steps that come one after the other (`after`) and of hand-overs. Pure: a protocol in, faults out."""

from collections.abc import Iterator

from backbone.protocols.model import Protocol
from backbone.protocols.reading import Fault


def order_faults(protocol: Protocol) -> Iterator[Fault]:
    """A step comes after one that stands above it in the file: then none waits for itself, however long the line."""
    above: list[str] = []
    for position, step in enumerate(protocol.steps):
        if step.after is not None and step.after not in above:
            yield Fault(
                ("steps", position, "after"),
                f"step `{step.id}` comes after `{step.after}`, which is no step above it",
                f"one of {', '.join(above) or 'none: it is the first'}",
                "name a step that stands higher in the file, or move this one down",
            )
        above.append(step.id)
