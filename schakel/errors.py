"""The one tree of errors of the language: what cannot be read, and what is not allowed. Each names what was found and what to do."""


class SchakelError(Exception):
    """Root of every error that this package raises on purpose."""


class Unreadable(SchakelError):
    """A record that cannot be understood. `code` is stable (it stands in receipts), `remedy` says what the sender can do."""

    def __init__(
        self, code: str, *, field: str | None = None, found: str | None = None, expected: str, remedy: str
    ) -> None:
        self.code = code
        self.field = field
        self.found = found
        self.expected = expected
        self.remedy = remedy
        where = f" in {field}" if field else ""
        super().__init__(f"{code}{where}: found {found or 'nothing'}, expected {expected}; {remedy}")


class UnknownSchema(Unreadable):
    """The schema id is not in our lock: made by a newer version, or by something else altogether."""
