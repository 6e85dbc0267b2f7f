"""Certificates of a deployment that has no authority of its own: an authority, certificates signed by it, and both replaced in time.

    authority = Authority.make()
    issued = authority.issue(["kafka", "127.0.0.1"])
    keystore.write_bytes(issued.key + issued.certificate)

On Kubernetes Strimzi and whatever signs for the gateway do this. ECDSA P-256 throughout. `reload` tells a running broker to read its
file again: connections that are open go on, new ones get the new certificate.
"""

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from backbone.kafka.access import AccessRefused

AUTHORITY_DAYS = 3650
SERVER_DAYS = 90
_SKEW = timedelta(minutes=5)
"""A client whose clock is a little behind believes it too."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """What signs. Its certificate is what clients are given; its key stays with the operator."""

    certificate: bytes
    key: bytes = field(repr=False)

    @classmethod
    def make(cls, now: datetime | None = None) -> Self:
        """A new one, good for ten years."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Schakel")])
        made = _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_usage(signs_certificates=True), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return cls(_pem(made.sign(key, hashes.SHA256())), _private(key))

    def issue(self, names: Sequence[str], now: datetime | None = None, days: int = SERVER_DAYS) -> Issued:
        """A server's certificate for these host names and addresses; the first is its common name."""
        signer = serialization.load_pem_private_key(self.key, None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        own = x509.load_pem_x509_certificate(self.certificate)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        made = _builder(subject, own.subject, key.public_key(), now, days)
        made = made.add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(_usage(signs_certificates=False), critical=True)
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key())  # type: ignore[arg-type]
        made = made.add_extension(signed_by, critical=False)
        return Issued(_pem(made.sign(signer, hashes.SHA256())), _private(key))


def ends(certificate: bytes) -> datetime:
    """When the (first) certificate of a PEM text stops being good."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def reload(admin: KafkaAdminClient, names: Iterable[str], settings: dict[str, str]) -> None:
    """Have these brokers (by their number) read the files again that `settings` name, which they know by the same names.

    They do so a moment later; one that cannot use the file says so in its log and goes on with what it had, so look at what it
    shows. Raises AccessRefused with the broker's words.
    """
    for name in names:
        order = ConfigResource(ConfigResourceType.BROKER, name, settings)
        answer = admin.alter_configs([order], raise_on_unknown=False)["broker"][name]
        if answer != "OK":
            raise AccessRefused(f"broker {name} would not take its new certificate: {answer}")


def write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """The whole file in one step, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    scratch.chmod(mode)
    scratch.replace(path)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime | None, days: int
) -> x509.CertificateBuilder:
    since = (now or datetime.now(UTC)) - _SKEW
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(since).not_valid_after(since + timedelta(days=days))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS#8, as Kafka's PEM stores want it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
