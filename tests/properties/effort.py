"""How hard the properties try.

In CI and in `make test` the examples are derived from the test itself (`derandomize`): the same code meets the same examples, so that
a red run means a change and nobody has to chase a lucky number. To look further, give a factor: `SCHAKEL_EXAMPLES=20 pytest
tests/properties` draws twenty times as many, at random, and prints how to repeat a failure.
"""

import os

from hypothesis import HealthCheck, settings

FACTOR = int(os.environ.get("SCHAKEL_EXAMPLES", "0"))


def often(examples: int) -> int:
    """How many examples a property takes that draws at random each time: this many, or the factor times as many."""
    return examples * (FACTOR or 1)


def effort(examples: int) -> settings:
    """A property's settings: this many examples, or the factor times as many at random."""
    return settings(
        max_examples=often(examples),
        derandomize=not FACTOR,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
