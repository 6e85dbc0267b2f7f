"""The partners' tokens for the gateway (RFC 6750 bearer tokens): random, long, one a partner; here only the digest of each.

    <partner>.<43 characters>

The name in front says whose digest to look at; it proves nothing. A token holds 256 random bits, so that one round of SHA-256 is
enough: there is no list of likely tokens to try. A file a partner, read at every request: a token that is taken away opens nothing
from that moment on.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from backbone.kafka.names import partner_name
from schakel.secret import Secret

_TOKEN = re.compile(r"([a-z0-9][a-z0-9-]{1,40})\.[A-Za-z0-9_-]{43}")
_NOBODYS = hashlib.sha256(b"").hexdigest()


class Tokens:
    """The digests in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def issue(self, partner: str) -> Secret:
        """A new token; the one before opens nothing any more. It is not kept here: whoever calls hands it over."""
        token = Secret(f"{partner_name(partner)}.{secrets.token_urlsafe(32)}")
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = self.directory / f".{partner}.{os.getpid()}.{secrets.token_hex(4)}"
        scratch.touch(mode=0o600)
        scratch.write_text(_digest(token) + "\n", encoding="ascii")
        scratch.replace(self.directory / partner)
        return token

    def keep_or_issue(self, partner: str, held: str | None) -> Secret | None:
        """The token that the partner's profile holds, when it is the one that counts; a new one when the partner has none yet.

        None when there is one that we do not know: it was handed over, and a new one would lock the partner out.
        """
        if not (self.directory / partner_name(partner)).exists():
            return self.issue(partner)
        return Secret(held) if held and self.partner(held) == partner else None

    def revoke(self, partner: str) -> None:
        """From now on the partner's token opens nothing."""
        (self.directory / partner_name(partner)).unlink(missing_ok=True)

    def partner(self, token: str) -> str | None:
        """Whose token this is; None for anything else. Takes as long for an unknown partner as for a wrong token."""
        named = _TOKEN.fullmatch(token)
        try:
            kept = (self.directory / named[1]).read_text(encoding="ascii").strip() if named else _NOBODYS
        except FileNotFoundError:
            kept = _NOBODYS
        same = hmac.compare_digest(kept.encode(), _digest(token).encode())
        return named[1] if named and same else None

    def claimed(self, token: str) -> str | None:
        """The partner whose name stands in front of what was sent as a token, when there is one of that name. It proves nothing."""
        named = _TOKEN.fullmatch(token)
        return named[1] if named and (self.directory / named[1]).exists() else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
