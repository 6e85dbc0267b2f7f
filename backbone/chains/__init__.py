"""Chains as data: which partner fills which role where, under which protocols and rights. Read from `chains/*.yaml`.

`chains/partners.yaml` is the register of partners, `chains/rights.yaml` what every chain starts from, and each further
file one chain. What a protocol prescribes is not here, but in `backbone.protocols`.
"""

from backbone.chains.candidates import candidates, candidates_at_home
from backbone.chains.chain import Chain, Chains, Vacancy
from backbone.chains.load import check_chains, load_chains, registered
from backbone.chains.model import (
    Agreement,
    Binding,
    ConsentPolicy,
    ErasureTerms,
    Member,
    OtherBasis,
    Partner,
    PartnerKind,
    Relation,
    RetentionTerm,
    Right,
)
from backbone.chains.unknown import ChainUnknown, Unknown

__all__ = [
    "Agreement",
    "Binding",
    "Chain",
    "ChainUnknown",
    "Chains",
    "ConsentPolicy",
    "ErasureTerms",
    "Member",
    "OtherBasis",
    "Partner",
    "PartnerKind",
    "Relation",
    "RetentionTerm",
    "Right",
    "Unknown",
    "Vacancy",
    "candidates",
    "candidates_at_home",
    "check_chains",
    "load_chains",
    "registered",
]
