"""The chain in which a protocol is tried: one of the files with this version in it, or an example in which every role has a partner."""

from dataclasses import dataclass
from datetime import date

from backbone.authoring.sentences import capital, role
from backbone.chains import Chain, Chains
from backbone.chains.model import Binding, ChainFile, KeptScheme, Member, Partner, PartnerKind
from backbone.chains.occasions import Occasion
from backbone.protocols import Protocol, Protocols
from backbone.protocols.schemes import Scheme
from schakel.errors import SchakelError
from schakel.events.vocab import Role
from services.rehearsal.scenario import EXAMPLE


class NoSuchChain(SchakelError):
    """It plays in a chain that is not among the files."""


@dataclass(frozen=True)
class Setting:
    """Where it plays: one chain, and the protocols that its cases run under."""

    chain: Chain
    chains: Chains
    protocols: Protocols


def setting(
    name: str,
    tried: Protocol,
    chains: Chains,
    protocols: Protocols,
    *,
    others: bool = False,
    since: date | None = None,
    occasions: tuple[Occasion, ...] = (),
) -> Setting:
    """The chain `name` with `tried` in the place of its own version. others: the chain's further protocols run too, and it keeps its
    further schemes.

    since: from which day on it keeps `tried` as a scheme; then its cases run under it only when it acts in them. Raises NoSuchChain.
    """
    chain = _example(chains) if name == EXAMPLE else chains.get(name)
    if chain is None:
        raise NoSuchChain(
            f"it plays in the chain {name!r}, which is not there; expected one of {', '.join(names(chains))}"
        )
    same = [one for one in chain.file.protocols if one.use.partition("@")[0] == tried.protocol]
    bound = [one.model_copy(update={"use": tried.ref}) for one in same[:1]] or [Binding(use=tried.ref)]
    keeps: list[KeptScheme] = []
    if since is not None:
        bound, keeps = bound if acts(tried) else [], [KeptScheme(use=tried.ref, since=since)]
    if others:
        bound += [one for one in chain.file.protocols if one.use.partition("@")[0] != tried.protocol]
        keeps += [one for one in chain.file.schemes if since and one.use.partition("@")[0] != tried.protocol]
    by_ref = {**protocols.by_ref, tried.ref: tried}
    events = (*chain.file.occasions, *occasions)
    update = {"protocols": tuple(bound), "schemes": tuple(keeps), "occasions": events}
    file, runs = chain.file.model_copy(update=update), {one.use: by_ref[one.use] for one in bound}
    kept = {one.use: by_ref[one.use] for one in keeps}
    made = Chain(file, chain.partners, runs, chain.shared_rights, schemes=kept, versions=by_ref)
    return Setting(made, Chains({made.name: made}, made.partners), Protocols(by_ref))


def acts(protocol: Protocol) -> bool:
    """Whether anything follows from it in a case."""
    return bool(protocol.steps or protocol.clocks or protocol.informs or protocol.opens or protocol.scheme != Scheme())


def names(chains: Chains) -> list[str]:
    """The chains in which something can be played."""
    return [EXAMPLE, *sorted(one.name for one in chains)]


def _example(chains: Chains) -> Chain:
    """Every role is held by a partner of its own, everywhere; rights and other bases as the chains have them."""
    partners = {partner.id: partner for partner in (_partner(number, each) for number, each in enumerate(Role, 1))}
    one = next(iter(chains), None)
    file = ChainFile(
        chain=EXAMPLE,
        version="1",
        title="Een voorbeeldketen",
        time_zone="Europe/Amsterdam",
        calendar="nl",
        municipalities=("voorbeeldstad",),
        districts=("midden", "oost"),
        members=tuple(
            Member(partner=_id(each), roles=(each,), districts=None, home_towns=("elders",)) for each in Role
        ),
        protocols=(Binding(use="none@0"),),
        bases=one.file.bases if one else (),
    )
    return Chain(file, partners, {}, one.shared_rights if one else ())


def _id(of: Role) -> str:
    return of.value.replace("_", "-")


def _partner(number: int, of: Role) -> Partner:
    """Named after its role: `Politie (voorbeeld)`."""
    name = role(of)
    for article in ("de ", "het ", "een "):
        name = name.removeprefix(article)
    return Partner(
        id=_id(of), name=f"{capital(name)} (voorbeeld)", oin=f"99999999{number:012d}", kind=PartnerKind.PARTNER
    )
