"""What the gateway gives a partner: what a referral points to, as an object that does not show itself, and how far a case is.

Nothing is kept and nothing is asked twice by itself: each call is one read, which stands in the ledger with who asked and when.
"""

import http.client
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import orjson
from pydantic import ValidationError

from schakel.case_party import CaseSeen
from schakel.client.errors import (
    ClientError,
    Erased,
    GatewayAway,
    GatewayProblem,
    NothingToRead,
    ReadRefused,
    Withdrawn,
)
from schakel.messages import Position, ReferralOffered
from schakel.sealing import Json
from schakel.secret import Secret

TIMEOUT_S = 10.0
"""More than a read may take at the gateway."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_AWAY = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What the gate permitted, for this one read; None for what was not told or not permitted. Its repr shows none of it.

    request and position: the read in the ledger. scopes: what was permitted. labels: on what each label rests.
    """

    referral: str
    case: str
    request: str
    position: Position
    scopes: tuple[str, ...]
    contact_details: Json = field(default=None, repr=False)
    contact_preference: Json = field(default=None, repr=False)
    story: Json = field(default=None, repr=False)
    exact_place: Json = field(default=None, repr=False)
    exact_time: Json = field(default=None, repr=False)
    labels: tuple[str, ...] = field(default=(), repr=False)


class Gateway:
    """The gateway as one partner reaches it.

    url: with or without a path; https, except on the loopback. token: as the profile holds it. ca_file: the authority of its
    certificate; default: the system's.
    """

    def __init__(self, url: str | None, token: str | None, *, ca_file: Path | None = None) -> None:
        self.url = url
        self._token = Secret(token) if token else None
        self._ca_file = ca_file

    def __repr__(self) -> str:
        return f"Gateway({self.url!r})"

    def open(self, referral: ReferralOffered | str, *scopes: str, timeout_s: float = TIMEOUT_S) -> PersonalData:
        """What this referral (or `dataref`) points to, now.

        Raises ReadRefused (Withdrawn and Erased among them), NothingToRead, GatewayAway, GatewayProblem.
        """
        dataref = referral if isinstance(referral, str) else referral.dataref
        query = f"?{urlencode([('scopes', scope) for scope in scopes])}" if scopes else ""
        status, body = self._get(f"/{quote(dataref)}{query}", timeout_s)
        said = _object(body)
        if status == 200 and said is not None:
            return _personal(said)
        raise self._no(
            status, said, f"there is no referral {dataref} of ours to read; is it the dataref of a message to us?"
        )

    def case(self, case: str, timeout_s: float = TIMEOUT_S) -> CaseSeen:
        """How far a case is that we are party to, and our part in it. Nothing of what happened, nothing sealed.

        Raises ReadRefused (Withdrawn and Erased among them), NothingToRead, GatewayAway, GatewayProblem.
        """
        status, body = self._get(f"/cases/{quote(case, safe='')}", timeout_s)
        if status == 200:
            try:
                return CaseSeen.model_validate_json(body)
            except ValidationError:
                pass
            raise GatewayProblem("the gateway's answer is not as expected; is this client older than the backbone?")
        raise self._no(
            status, _object(body), "there is no such case that we are party to; a receipt or a referral names it"
        )

    def _no(self, status: int, said: dict[str, Json] | None, not_ours: str) -> ClientError:
        """What an answer means that gives nothing."""
        code = said.get("code") if said else None
        if status in _AWAY:
            return GatewayAway(f"the gateway at {self.url} gives nothing now ({code or status}); ask again in a moment")
        if status == 404:
            return NothingToRead(not_ours)
        if status == 403 and code == "read.refused" and said:
            reason = str(said.get("reason", "unknown"))
            return Withdrawn(reason) if reason == "withdrawn" else ReadRefused(reason)
        if status == 410 and code == "subject.erased":
            return Erased()
        if status == 401:
            return GatewayProblem(
                f"the gateway at {self.url} does not know our token; ask the operator of the backbone for a new one"
            )
        return GatewayProblem(f"the gateway at {self.url} answers {status} ({code or 'no problem of ours'})")

    def _get(self, path: str, timeout_s: float) -> tuple[int, bytes]:
        address, token = self._address, self._token
        if token is None:
            raise GatewayProblem("nothing says with which token to read; the profile needs 'gateway_token'")
        assert address.hostname
        connection = (
            http.client.HTTPSConnection(address.hostname, address.port, timeout=timeout_s, context=self._tls)
            if address.scheme == "https"
            else http.client.HTTPConnection(address.hostname, address.port, timeout=timeout_s)
        )
        failed: str | None = None
        untrusted: str | None = None
        try:
            connection.request(
                "GET",
                address.path.rstrip("/") + path,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "schakel"},
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ssl.SSLCertVerificationError as error:
            untrusted = error.verify_message
        except (OSError, http.client.HTTPException) as error:
            failed = type(error).__name__  # raised below: what was read so far is in this error's frames
        finally:
            connection.close()
        if untrusted:
            raise GatewayProblem(
                f"the gateway at {self.url} shows a certificate that we do not trust ({untrusted}); is it from the authority in "
                f"'gateway_ca_file' of the profile?"
            )
        raise GatewayAway(f"the gateway at {self.url} does not answer ({failed}); nothing was given, ask again later")

    @cached_property
    def _address(self) -> SplitResult:
        if not self.url:
            raise GatewayProblem("nothing says where the gateway is; the profile needs 'gateway' and 'gateway_token'")
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise GatewayProblem(
                f"the gateway's address {self.url!r} is none; expected one such as https://gateway.example"
            )
        if address.scheme == "http" and address.hostname not in _LOOPBACK:
            raise GatewayProblem(f"{self.url} is not encrypted and not on this machine; the gateway needs https://")
        return address

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except (OSError, ssl.SSLError) as error:
            raise GatewayProblem(f"the certificate authority's file {self._ca_file} cannot be used ({error})") from None


def _object(body: bytes) -> dict[str, Json] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _personal(said: dict[str, Json]) -> PersonalData:
    try:
        return PersonalData(
            referral=said["referral"],
            case=said["case"],
            request=said["request"],
            position=Position.model_validate(said["position"]),
            scopes=tuple(said["scopes"]),
            contact_details=said.get("contact_details"),
            contact_preference=said.get("contact_preference"),
            story=said.get("story"),
            exact_place=said.get("exact_place"),
            exact_time=said.get("exact_time"),
            labels=tuple(said.get("labels") or ()),
        )
    except (KeyError, TypeError, ValueError):
        pass
    raise GatewayProblem("the gateway's answer is not as expected; is this client older than the backbone?")
