"""Sealing personal fields to the backbone's public key, and opening what was sealed so.

One part about one person is one compact JWE (RFC 7516): ECDH-ES on P-256, A256GCM, no compression. The protected header names the
backbone's key (`kid`) and the event it belongs to (`eid`, the `ce_id`), so that a part cannot be lifted into another event. The
plaintext is a JSON object with one member for each sealed field. Pure: how keys are kept, published or destroyed is not here.

No exception of this module repeats what was sealed, nor carries it along as its cause.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Never, Self

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

from schakel.errors import SchakelError, Unreadable
from schakel.events.base import Sealed, SealedField, SubjectHandle

Json = Any
"""What JSON can say: None, bool, int, float, str, list, dict with str keys."""

ALG, ENC, CURVE = "ECDH-ES", "A256GCM", "P-256"
MAX_BODY_BYTES = 192 * 1024
"""Of one sealed part, as it travels; some 140 KB of text."""


class CannotSeal(SchakelError):
    """What is to be sealed cannot be: nothing there, not JSON, or too large. Names the field, never its value."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key to seal to. `x` and `y` as in a JWK; `made_at_s` and `until_s` are seconds since 1970, `until_s` None: no end known."""

    kid: str
    x: str
    y: str
    made_at_s: int = 0
    until_s: int | None = None

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Json]) -> Self:
        """The key that a JWK describes. Raises ValueError for anything but a P-256 key with a `kid`."""
        kid, x, y = jwk.get("kid"), jwk.get("x"), jwk.get("y")
        if jwk.get("kty") != "EC" or jwk.get("crv") != CURVE or not (kid and x and y):
            raise ValueError(f"a key to seal to must be an EC key on {CURVE} with kid, x and y; found {sorted(jwk)}")
        key = cls(str(kid), str(x), str(y), int(jwk.get("iat") or 0), jwk.get("exp"))
        _imported(key.x, key.y)  # a point off the curve is refused here, not at the first report
        return key

    def jwk(self) -> dict[str, Json]:
        """As published under `door-key/<kid>`: a JWK with `iat` and, when its end is known, `exp`."""
        told = {"kty": "EC", "crv": CURVE, "x": self.x, "y": self.y, "kid": self.kid, "use": "enc", "alg": ALG}
        return told | {"iat": self.made_at_s} | ({"exp": self.until_s} if self.until_s is not None else {})


class PrivateKey:
    """The other half, which only the backbone has. Does not show itself."""

    def __init__(self, public: PublicKey, d: str) -> None:
        """d: the private number, as in a JWK. Raises ValueError when the two do not belong together."""
        self.public = public
        self._key = ECKey.import_key({"kty": "EC", "crv": CURVE, "x": public.x, "y": public.y, "d": d})

    @classmethod
    def generate(cls, made_at_s: int = 0) -> Self:
        """A new pair; its `kid` is its own thumbprint (RFC 7638)."""
        made = ECKey.generate_key(CURVE)
        jwk = made.as_dict(private=True)
        return cls(PublicKey(made.thumbprint(), str(jwk["x"]), str(jwk["y"]), made_at_s), str(jwk["d"]))

    def secret(self) -> str:
        """The private number, for whoever keeps it wrapped."""
        return str(self._key.as_dict(private=True)["d"])

    def open(self, body: bytes) -> bytes:
        """The plaintext of a compact JWE. Raises what joserfc raises, with what was decrypted so far in its frames."""
        plaintext = jwe.decrypt_compact(body, self._key, registry=_REGISTRY).plaintext
        return plaintext if plaintext is not None else b""

    def __repr__(self) -> str:
        return f"PrivateKey(kid={self.public.kid!r})"

    def __reduce__(self) -> Never:
        raise TypeError("a private key does not travel; hand over its public half")


@lru_cache(maxsize=64)
def _imported(x: str, y: str) -> ECKey:
    return ECKey.import_key({"kty": "EC", "crv": CURVE, "x": x, "y": y})


class _Registry(jwe.JWERegistry):
    max_ciphertext_length = MAX_BODY_BYTES


# Header members that we do not know are allowed and ignored, as RFC 7516 says; other algorithms, and compression, are not.
_REGISTRY = _Registry(
    header_registry={"eid": HeaderParameter("the CloudEvents id of the event that this part belongs to", "str")},
    algorithms=[ALG, ENC],
    strict_check_header=False,
)


def seal(subject: SubjectHandle, parts: Mapping[SealedField, Json], key: PublicKey, *, about: str) -> Sealed:
    """Seal what `parts` say of one person, for the event with the id `about`, to the backbone's `key`.

    subject: the person's handle within the case (`victim`, `accused-2`), never a name.
    Raises CannotSeal for no parts, a value that is not JSON, or more than MAX_BODY_BYTES.
    """
    if not parts:
        raise CannotSeal(f"nothing to seal for {subject!r}; leave the sealed part out")
    if SealedField.UNKNOWN in parts:
        raise CannotSeal(f"a sealed part for {subject!r} names the field 'unknown'; say which field it is")
    fields = tuple(sorted(parts, key=list(SealedField).index))
    plaintext = (
        b"{" + b",".join(b'"%s":%s' % (name.value.encode(), _as_json(name, parts[name])) for name in fields) + b"}"
    )
    header = {"alg": ALG, "enc": ENC, "kid": key.kid, "eid": about}
    body = jwe.encrypt_compact(header, plaintext, _imported(key.x, key.y), registry=_REGISTRY).encode("ascii")
    if len(body) > MAX_BODY_BYTES:
        raise CannotSeal(
            f"the sealed part for {subject!r} ({', '.join(fields)}) takes {len(body)} bytes, expected at most "
            f"{MAX_BODY_BYTES}; shorten the text, or tell the rest in another event"
        )
    return Sealed(subject=subject, fields=fields, body=body)


def _as_json(name: SealedField, value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        pass  # raised below, where this error is no longer its context: it can quote the value
    raise CannotSeal(
        f"the value of {name.value!r} cannot be written as JSON; use text, numbers, lists and objects with text keys"
    )


def open_jwe(
    body: bytes, keys: Callable[[str], PrivateKey | None], *, about: str, fields: Collection[SealedField]
) -> dict[SealedField, Json]:
    """What was sealed: a value for each of `fields`.

    keys: the private key of a `kid`, or None. about: the id of the event in which the part was found.
    Raises Unreadable with one of the codes `sealed.too_large`, `sealed.not_jwe`, `sealed.unknown_key`, `sealed.wrong_event`,
    `sealed.cannot_open`, `sealed.not_json`, `sealed.fields_differ`.
    """
    if len(body) > MAX_BODY_BYTES:
        raise _bad("too_large", f"{len(body)} bytes", f"at most {MAX_BODY_BYTES} bytes", "shorten what is sealed")
    header = _header(body)
    key = keys(header["kid"]) if isinstance(header.get("kid"), str) else None
    if key is None:
        raise _bad(
            "unknown_key",
            "a kid that is not a key of ours",
            "the kid of a key that stands on schakel.definitions now",
            "read the keys again and seal to the newest one; then send the event with the same id",
        )
    if header.get("eid") != about:
        raise _bad(
            "wrong_event",
            "a part that was sealed for another event" if "eid" in header else "no eid in the protected header",
            "the event's own ce_id as 'eid' in the protected header",
            "seal each part for the event that it travels in",
        )
    members = _members(_decrypt(body, key))
    if set(members) != set(fields) or len(fields) != len(set(fields)) or SealedField.UNKNOWN in fields:
        known = sorted(set(members) & set(SealedField))
        raise _bad(
            "fields_differ",
            f"{len(members)} members ({', '.join(known) or 'none that we know'})",
            f"exactly the fields that are declared: {', '.join(fields) or 'at least one'}",
            "declare in 'fields' what the sealed object holds, each once",
        )
    return {name: members[name] for name in fields}


def _header(body: bytes) -> dict[str, Json]:
    """The protected header, not yet verified: decrypting verifies it."""
    segment = body[: 4 * 1024].partition(b".")[0]
    try:
        header = orjson.loads(urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))
    except ValueError:
        header = None
    if body.count(b".") != 4 or not isinstance(header, dict) or (header.get("alg"), header.get("enc")) != (ALG, ENC):
        raise _bad(
            "not_jwe",
            f"{len(body)} bytes that are no such JWE",
            f"one compact JWE, {ALG} on {CURVE} with {ENC}",
            "seal as docs/partners.md says",
        )
    return header


def _decrypt(body: bytes, key: PrivateKey) -> bytes:
    plaintext: bytes | None
    try:
        plaintext = key.open(body)
    except (JoseError, ValueError, TypeError, KeyError):
        plaintext = None  # raised below: this error's frames hold what was decrypted so far
    if plaintext is None:
        raise _bad(
            "cannot_open",
            "a JWE that our key does not open",
            "a JWE that was sealed to that key and not changed since",
            "seal it again to the newest key and send the event with the same id",
        )
    return plaintext


def _members(plaintext: bytes) -> dict[str, Json]:
    try:
        members = orjson.loads(plaintext)
    except ValueError:
        members = None  # raised below: this error holds the whole text
    if not isinstance(members, dict):
        raise _bad(
            "not_json",
            "a plaintext that is no JSON object",
            "a JSON object in UTF-8 with a member for each field",
            'seal an object, for example {"story": "…"}',
        )
    return members


def _bad(code: str, found: str, expected: str, remedy: str) -> Unreadable:
    return Unreadable(f"sealed.{code}", field="sealed", found=found, expected=expected, remedy=remedy)
