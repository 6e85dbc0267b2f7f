"""`backbone demo`: a believable synthetic month of two chains, played through the partner client on real Kafka.

`story` says what happens in the month and `reactions` how partners and persons answer (both pure and seeded), `player` plays
it, `checks` looks for what must never be. Nobody in it exists.
"""
