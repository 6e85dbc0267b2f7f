"""District variants of a protocol: a base, and what a district adds to it or holds itself to more strictly. Never less.

«Het handelingskader is maatwerk voor ieder stadsdeel, maar kent zeven uitgangspunten» [1, Inleiding]. A variant is part of its file's
version, so that a case is pinned to it with that. Once checked, it is written out: each added part with its districts as a condition,
each stricter clock beside the base's own. Whoever reads a protocol after that meets steps and clocks and nothing else. Pure.
"""

from collections.abc import Iterator

from backbone.protocols.conditions import Condition
from backbone.protocols.model import IfRefused, Protocol, Step, Variant
from backbone.protocols.reading import Fault, Location
from backbone.protocols.rules import faults
from schakel.events.vocab import Basis

SECTIONS = ("explain", "steps", "informs", "clocks")
"""What a variant may add to."""


def written_out(protocol: Protocol) -> Protocol:
    """The protocol with its variants as plain parts. One without variants is itself."""
    for variant in protocol.variants:
        protocol = _with(protocol, variant)
    return protocol


def _with(base: Protocol, variant: Variant) -> Protocol:
    here = frozenset(variant.districts)
    tighter = {rule.clock: rule for rule in variant.tighter}
    clocks = []
    for clock in base.clocks:
        rule = tighter.get(clock.id)
        if rule is None:
            clocks.append(clock)
            continue
        stricter = {
            "id": f"{clock.id}-{variant.variant}",
            "limit": rule.limit,
            "promise": rule.promise,
            "source": rule.source,
        }
        clocks.append(clock.model_copy(update={"when": _elsewhere(clock.when, here)}))
        clocks.append(clock.model_copy(update={**stricter, "when": _only(clock.when, here)}))
    added = [part.model_copy(update={"when": _only(part.when, here)}) for part in variant.clocks]
    return base.model_copy(
        update={
            "explain": (*base.explain, *variant.explain),
            "steps": (
                *base.steps,
                *(part.model_copy(update={"when": _only(part.when, here)}) for part in variant.steps),
            ),
            "informs": (
                *base.informs,
                *(part.model_copy(update={"when": _only(part.when, here)}) for part in variant.informs),
            ),
            "clocks": (*clocks, *added),
        }
    )


def _only(when: Condition, districts: frozenset[str]) -> Condition:
    """The same condition, in these districts."""
    named = dict(when.must).get("district")
    inside = districts if named is None else frozenset(word for word in named if word in districts)
    others = tuple(line for line in when.must if line[0] != "district")
    return Condition((*others, ("district", frozenset(inside))), when.none_of)


def _elsewhere(when: Condition, districts: frozenset[str]) -> Condition:
    """The same condition, anywhere else."""
    excluded = frozenset({*dict(when.none_of).get("district", frozenset()), *districts})
    others = tuple(line for line in when.none_of if line[0] != "district")
    return Condition(when.must, (*others, ("district", excluded)))


def variant_faults(protocol: Protocol) -> Iterator[Fault]:
    """Everything that is wrong with the variants, each at its own place in the file."""
    names: set[str] = set()
    districts: dict[str, str] = {}
    known = set(faults(protocol))
    for position, variant in enumerate(protocol.variants):
        at: Location = ("variants", position)
        if variant.variant in names:
            yield Fault(
                (*at, "variant"),
                f"the variant `{variant.variant}` stands twice",
                "a name of its own for each",
                "rename one, or put both in one",
            )
        names.add(variant.variant)
        for district in variant.districts:
            if district in districts:
                yield Fault(
                    (*at, "districts"),
                    f"the district `{district}` is in the variants `{districts[district]}` and `{variant.variant}`",
                    "one variant a district: else nobody can say which holds",
                    "take it out of one of them, or put both in one",
                )
            districts.setdefault(district, variant.variant)
        yield from _tighter(at, variant, protocol)
        yield from _looser(at, variant, protocol)
        yield from _added(at, variant, protocol, known)


def _tighter(at: Location, variant: Variant, protocol: Protocol) -> Iterator[Fault]:
    """A clock of the base with a shorter limit, or with one where the base only measures."""
    for position, rule in enumerate(variant.tighter):
        clock = protocol.clock(rule.clock)
        here: Location = (*at, "tighter", position)
        if clock is None:
            names = ", ".join(one.id for one in protocol.clocks) or "none: the base has no clock"
            yield Fault(
                (*here, "clock"),
                f"the base has no clock `{rule.clock}`",
                f"one of {names}",
                "correct the name, or add a clock",
            )
        elif clock.limit is not None and not rule.limit.is_shorter_than(clock.limit):
            yield Fault(
                (*here, "limit"),
                f"{rule.limit} does not hold the clock `{clock.id}` to more than the base's {clock.limit}",
                f"a limit shorter than {clock.limit}, in a unit that can be compared with it",
                "shorten it, or drop the line: a variant may add or tighten, and loosens nothing",
            )


def _looser(at: Location, variant: Variant, protocol: Protocol) -> Iterator[Fault]:
    """A step for the same role and purpose that asks her less than the base does breaks what the base holds everybody to."""
    for position, step in enumerate(variant.steps):
        for base in protocol.steps:
            if (base.refer.to, base.refer.purpose) == (step.refer.to, step.refer.purpose) and _asks_less(step, base):
                yield Fault(
                    (*at, "steps", position, "refer"),
                    f"the step `{step.id}` refers to {step.refer.to} with less of her word than the base's `{base.id}`",
                    f"if_refused: {base.refer.if_refused} and basis: {base.refer.basis}, as the base has it",
                    "ask her as the base does: a variant may add or tighten, and loosens nothing",
                )


def _asks_less(step: Step, base: Step) -> bool:
    strips = step.refer.if_refused is IfRefused.STRIP and base.refer.if_refused is IfRefused.HOLD
    return strips or (step.refer.basis is not Basis.CONSENT and base.refer.basis is Basis.CONSENT)


def _added(at: Location, variant: Variant, protocol: Protocol, known: set[Fault]) -> Iterator[Fault]:
    """The same checks as for the base, of the base with what the variant adds; said where the variant's own line stands."""
    update = {section: (*getattr(protocol, section), *getattr(variant, section)) for section in SECTIONS}
    for fault in faults(protocol.model_copy(update=update)):
        section, *rest = fault.at or ("",)
        if fault in known or section not in SECTIONS or not rest or not isinstance(rest[0], int):
            continue
        number = rest[0] - len(getattr(protocol, str(section)))
        if number >= 0:
            yield Fault((*at, section, number, *rest[1:]), fault.what, fault.expected, fault.remedy, fault.level)
