"""A sealed part is a standard JWE that only the backbone opens, and an error never says what was in it."""

import base64
import json
import os
import traceback

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey

from schakel.errors import Unreadable
from schakel.events.base import Sealed, SealedField
from schakel.sealing import MAX_BODY_BYTES, CannotSeal, PrivateKey, PublicKey, open_jwe, seal

STORY, CONTACT = SealedField.STORY, SealedField.CONTACT_DETAILS
EVENT = "0199a1b2-0000-7000-8000-000000000001"
SECRET = "Robin Verzonnen, 06 00 00 00 00"
PAIR = PrivateKey.generate(made_at_s=1_770_000_000)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def keys(kid: str) -> PrivateKey | None:
    return PAIR if kid == PAIR.public.kid else None


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def refused(body: bytes, fields: tuple[SealedField, ...] = (STORY,), about: str = EVENT) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        open_jwe(body, keys, about=about, fields=fields)
    return caught.value


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([f for f in SealedField if f is not SealedField.UNKNOWN]), _VALUES, min_size=1))
def test_what_was_sealed_comes_out_again(parts: dict[SealedField, object]) -> None:
    sealed = seal("accused-2", parts, PAIR.public, about=EVENT)

    assert set(sealed.fields) == set(parts)
    assert open_jwe(sealed.body, keys, about=EVENT, fields=sealed.fields) == parts


def test_it_is_a_jwe_that_any_library_opens() -> None:
    """Opened with nothing but RFC 7518 §4.6: ECDH, the Concat KDF and AES-GCM."""
    sealed = seal("victim", {STORY: SECRET, CONTACT: {"phone": "06"}}, PAIR.public, about=EVENT)

    protected, encrypted_key, iv, ciphertext, tag = sealed.body.decode("ascii").split(".")
    header = json.loads(unb64(protected))
    key = _agree_as_receiver(header["epk"])
    plain = AESGCM(key).decrypt(unb64(iv), unb64(ciphertext) + unb64(tag), protected.encode("ascii"))

    assert json.loads(plain) == {"contact_details": {"phone": "06"}, "story": SECRET}
    assert encrypted_key == ""
    assert (header["alg"], header["enc"], header["kid"], header["eid"]) == (
        "ECDH-ES",
        "A256GCM",
        PAIR.public.kid,
        EVENT,
    )


def test_a_jwe_made_by_hand_opens() -> None:
    body = _sealed_by_hand(json.dumps({"story": SECRET}).encode())

    assert open_jwe(body, keys, about=EVENT, fields=(STORY,)) == {STORY: SECRET}


def test_joserfc_alone_opens_it_and_makes_one() -> None:
    private = ECKey.import_key({**PAIR.public.jwk(), "d": PAIR.secret(), "iat": None})
    sealed = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT)
    registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"], strict_check_header=False)

    assert json.loads(jwe.decrypt_compact(sealed.body, private, registry=registry).plaintext or b"") == {
        "story": SECRET
    }
    header = {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "kid": PAIR.public.kid,
        "eid": EVENT,
        "apu": b64(b"desk"),
        "cty": "json",
    }
    made = jwe.encrypt_compact(header, b'{"story": 1}', ECKey.import_key(PAIR.public.jwk()), registry=registry)
    assert open_jwe(made.encode(), keys, about=EVENT, fields=(STORY,)) == {STORY: 1}


def test_the_same_part_is_sealed_differently_each_time() -> None:
    assert len({seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT).body for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("sealed.not_jwe", b""),
        ("sealed.not_jwe", b"a.b.c.d.e"),
        ("sealed.not_jwe", os.urandom(200)),
        ("sealed.not_jwe", b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.x.x.x.x"),  # alg dir
        ("sealed.too_large", b"." * (MAX_BODY_BYTES + 1)),
    ],
)
def test_what_is_no_such_jwe_is_refused(code: str, body: bytes) -> None:
    assert refused(body).code == code


def test_a_key_that_is_not_ours_is_said_to_be_unknown() -> None:
    other = PrivateKey.generate()

    assert refused(seal("victim", {STORY: SECRET}, other.public, about=EVENT).body).code == "sealed.unknown_key"


def test_a_part_lifted_into_another_event_is_refused() -> None:
    body = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT).body

    assert refused(body, about=EVENT.replace("1", "2")).code == "sealed.wrong_event"


def test_the_event_id_in_the_header_cannot_be_exchanged() -> None:
    protected, *rest = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT).body.decode().split(".")
    header = json.loads(unb64(protected)) | {"eid": "other"}
    forged = ".".join([b64(json.dumps(header).encode()), *rest]).encode()

    assert refused(forged, about="other").code == "sealed.cannot_open"


@pytest.mark.parametrize("segment", [2, 3, 4])
def test_a_changed_byte_is_noticed(segment: int) -> None:
    parts = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT).body.decode().split(".")
    raw = bytearray(unb64(parts[segment]))
    raw[0] ^= 1
    parts[segment] = b64(bytes(raw))

    assert refused(".".join(parts).encode()).code == "sealed.cannot_open"


def test_compression_is_refused_so_that_a_small_part_cannot_grow_large() -> None:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": PAIR.public.kid, "eid": EVENT, "zip": "DEF"}
    registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM", "DEF"], strict_check_header=False)
    body = jwe.encrypt_compact(header, b'{"story": 1}', ECKey.import_key(PAIR.public.jwk()), registry=registry).encode()

    assert refused(body).code == "sealed.cannot_open"


@pytest.mark.parametrize("plaintext", [b"", b"[1]", b'"text"', b"{", b'{"story": "\xff"}', SECRET.encode()])
def test_a_plaintext_that_is_no_json_object_is_refused(plaintext: bytes) -> None:
    assert refused(_sealed_by_hand(plaintext)).code == "sealed.not_json"


@pytest.mark.parametrize("fields", [(), (CONTACT,), (STORY, CONTACT), (STORY, STORY), (SealedField.UNKNOWN,)])
def test_declared_fields_must_be_the_members_found(fields: tuple[SealedField, ...]) -> None:
    body = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT).body

    assert refused(body, fields).code == "sealed.fields_differ"


@pytest.mark.parametrize(
    "plaintext", [SECRET.encode(), json.dumps({SECRET: 1}).encode(), json.dumps({"story": SECRET, "x": 1}).encode()]
)
def test_no_error_carries_what_was_sealed(plaintext: bytes) -> None:
    error: BaseException | None = refused(_sealed_by_hand(plaintext))

    said = "".join(traceback.format_exception(error)) if error else ""
    assert "Verzonnen" not in said
    while error:
        assert "Verzonnen" not in repr(vars(error)) + repr(error.args) + repr(getattr(error, "doc", ""))
        error = error.__cause__ or error.__context__


def test_what_cannot_be_sealed_is_said_without_quoting_it() -> None:
    for parts, says in (
        ({}, "nothing to seal"),
        ({SealedField.UNKNOWN: 1}, "unknown"),
        ({STORY: {"name": SECRET, "of": object()}}, "story"),
        ({STORY: "\ud800"}, "story"),
        ({STORY: "x" * MAX_BODY_BYTES}, "at most"),
    ):
        with pytest.raises(CannotSeal, match=says) as caught:
            seal("victim", parts, PAIR.public, about=EVENT)
        assert "Verzonnen" not in str(caught.value)
        assert caught.value.__context__ is None


def test_the_largest_part_that_can_be_sealed_opens() -> None:
    text = "x" * 146_000
    sealed = seal("victim", {STORY: text}, PAIR.public, about=EVENT)

    assert len(sealed.body) > MAX_BODY_BYTES * 0.98
    assert open_jwe(sealed.body, keys, about=EVENT, fields=(STORY,)) == {STORY: text}


def test_a_public_key_travels_as_a_jwk() -> None:
    key = PublicKey(PAIR.public.kid, PAIR.public.x, PAIR.public.y, 1_770_000_000, 1_770_086_400)

    assert PublicKey.from_jwk(json.loads(json.dumps(key.jwk()))) == key
    assert "d" not in key.jwk()


@pytest.mark.parametrize("change", [{"crv": "P-384"}, {"kty": "oct"}, {"kid": ""}, {"x": "AAAA"}, {"y": None}])
def test_what_is_no_key_to_seal_to_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"key|Point"):
        PublicKey.from_jwk(PAIR.public.jwk() | change)


def test_a_private_key_neither_shows_itself_nor_travels() -> None:
    assert PAIR.secret() not in repr(PAIR) + str(PAIR) + f"{PAIR}"
    with pytest.raises(TypeError):
        __import__("pickle").dumps(PAIR)


def test_a_sealed_part_fits_the_event_model() -> None:
    sealed = seal("victim", {STORY: SECRET}, PAIR.public, about=EVENT)

    assert Sealed.model_validate(sealed.model_dump()) == sealed


def _kdf() -> ConcatKDFHash:
    """RFC 7518 §4.6.2: AlgorithmID is the `enc`, PartyUInfo and PartyVInfo are empty, SuppPubInfo the key length in bits."""
    info = len(b"A256GCM").to_bytes(4, "big") + b"A256GCM" + bytes(4) + bytes(4) + (256).to_bytes(4, "big")
    return ConcatKDFHash(hashes.SHA256(), 32, info)


def _point(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _agree_as_receiver(epk: dict[str, str]) -> bytes:
    private = ec.derive_private_key(int.from_bytes(unb64(PAIR.secret()), "big"), ec.SECP256R1())
    return _kdf().derive(private.exchange(ec.ECDH(), _point(epk)))


def _sealed_by_hand(plaintext: bytes) -> bytes:
    own = ec.generate_private_key(ec.SECP256R1())
    numbers = own.public_key().public_numbers()
    epk = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": PAIR.public.kid, "eid": EVENT, "epk": epk}
    protected = b64(json.dumps(header).encode())
    key = _kdf().derive(own.exchange(ec.ECDH(), _point(PAIR.public.jwk())))
    iv = os.urandom(12)
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode("ascii"))
    return ".".join([protected, "", b64(iv), b64(sealed[:-16]), b64(sealed[-16:])]).encode("ascii")
