"""A password that does not show in what is logged. Where passwords come from, and whose they are, is known elsewhere."""


class Secret(str):
    """A password that libraries use as text, but that does not show when they log their settings (a dict of them)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"
