"""Settings of every process of the backbone: read from the environment (`SCHAKEL_…`), checked once, passed on by hand.

What a value means for one part (a chain, a protocol, a topic) stands with that part; here is only what an operator sets.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backbone.kafka.credentials import Credentials
from schakel.secret import Secret

DEFAULT_BOOTSTRAP = "127.0.0.1:9092"


class Settings(BaseSettings):
    """Raises pydantic.ValidationError that names the variable when a value cannot be used."""

    model_config = SettingsConfigDict(env_prefix="SCHAKEL_", env_ignore_empty=True, extra="ignore", frozen=True)

    var_dir: Path = Field(Path("var"), description="directory of all state: databases, run files, the embedded broker")
    bootstrap: str = Field(
        "", description="Kafka as host:port[,host:port]; unset: what the embedded broker wrote, else 127.0.0.1:9092"
    )
    sasl_username: str | None = Field(None, description="user of the broker; unset: no sign-on")
    sasl_password: SecretStr | None = Field(None, description="its password; better is a file")
    sasl_password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="authority of the broker's certificate; unset: plain text")
    kafka_port: int = Field(
        0, ge=0, le=65535, description="where the embedded broker listens; 0: a free one, the same ever after"
    )
    partner_bootstrap: str = Field("", description="Kafka as partners reach it; unset: as we do")
    users_by: Literal["broker", "kubernetes"] = Field(
        "broker",
        description="who makes topics and users: the broker, as we ask it, or the Strimzi operator, from files that we write",
    )
    kubernetes_dir: Path = Field(Path("deploy/kubernetes"), description="where these files are")
    kubernetes_overlay: Path | None = Field(
        None, description="what is applied: an overlay of yours over these files; unset: the files themselves"
    )
    kubectl: str = Field("", description="the command that applies them, such as kubectl; unset: they are only written")
    database_url: str | None = Field(
        None, description="postgresql+psycopg://… gives one schema a service; unset: SQLite under var/db"
    )
    keys_url: str | None = Field(None, description="where wrapped keys are kept; unset: SQLite under var/keys")
    keys_door_file: Path | None = Field(
        None, description="what opens the keys of the door; intake and the operator; unset: var/keys/door.json"
    )
    keys_data_file: Path | None = Field(
        None, description="what unlocks data keys; the gateway and the operator; unset: var/keys/data.json"
    )
    keys_public_file: Path | None = Field(
        None, description="what locks new data keys; intake; unset: var/keys/data-public.json"
    )
    log_key_file: Path | None = Field(
        None, description="what signs heads of the ledger; audit and the operator; unset: var/keys/log.json"
    )
    protocols_dir: Path = Path("protocols")
    chains_dir: Path = Path("chains")
    clock: str = Field(
        "system", description="system, or file:<path> that holds an ISO moment (the demo's stepped clock)"
    )
    replica: str = Field(
        "",
        description="name of this worker among those of its service, the same after a restart; unset: a member without a name",
    )
    gather_s: float = Field(
        0.25,
        ge=0,
        le=0.25,
        description="seconds that events gather which nobody waits for; less is sooner, and more work an event",
    )
    http_host: str = "127.0.0.1"
    http_port: int = Field(0, ge=-1, le=65535, description="0: a free one, written to var/run; -1: no HTTP server")
    gateway_host: str = Field("127.0.0.1", description="where the gateway listens for partners")
    gateway_port: int = Field(0, ge=0, le=65535, description="0: a free one, kept in var/gateway")
    gateway_url: str = Field("", description="the gateway as partners reach it; unset: its own address")
    gateway_tokens_dir: Path | None = Field(
        None, description="digests of the partners' tokens; unset: var/gateway/tokens"
    )
    gateway_certificate: Path | None = Field(
        None, description="its certificate (PEM); unset: plain HTTP, for the loopback or behind a TLS proxy"
    )
    gateway_private_key: Path | None = Field(None, description="the certificate's private key (PEM)")
    gateway_ca_file: Path | None = Field(
        None, description="authority of the gateway's certificate, for the profiles; unset: those that a system trusts"
    )
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _sign_on_is_whole(self) -> Self:
        given = self.sasl_password is not None or self.sasl_password_file is not None
        if bool(self.sasl_username) is not given:
            raise ValueError(
                "sign-on to Kafka needs both a user and a password; set SCHAKEL_SASL_USERNAME and "
                "SCHAKEL_SASL_PASSWORD_FILE, or neither"
            )
        return self

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if (self.gateway_certificate is None) is not (self.gateway_private_key is None):
            raise ValueError("set both SCHAKEL_GATEWAY_CERTIFICATE and SCHAKEL_GATEWAY_PRIVATE_KEY, or neither")
        return self

    @model_validator(mode="after")
    def _address_of_the_broker(self) -> Self:
        if not self.bootstrap:
            written = self.var_dir / "kafka" / "bootstrap"
            found = written.read_text(encoding="ascii").strip() if written.is_file() else DEFAULT_BOOTSTRAP
            object.__setattr__(self, "bootstrap", found)
        return self

    def credentials(self) -> Credentials | None:
        """Who to be towards the broker; None for a broker without sign-on. Raises ValueError when the file cannot be read."""
        if not self.sasl_username:
            return None
        if self.sasl_password_file is None:
            assert self.sasl_password is not None
            return Credentials(self.sasl_username, Secret(self.sasl_password.get_secret_value()))
        try:
            password = self.sasl_password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(
                f"SCHAKEL_SASL_PASSWORD_FILE: cannot read {self.sasl_password_file} ({error.strerror}); "
                f"it should hold the password of user {self.sasl_username}"
            ) from None
        return Credentials(self.sasl_username, Secret(password))

    def gateway_tokens(self) -> Path:
        """The directory with the digests of the partners' tokens."""
        return self.gateway_tokens_dir or self.var_dir / "gateway" / "tokens"

    def service_database_url(self, service: str) -> str:
        """SQLAlchemy's address of a service's database: the one that is set, or its own SQLite file."""
        return self.database_url or f"sqlite:///{self.var_dir.absolute() / 'db' / f'{service}.db'}"
