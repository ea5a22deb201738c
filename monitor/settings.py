"""Settings of every process: a TOML file, then the environment, then flags; later ones win.

``supervise --settings site.toml …`` names the file; ``SUPERVISE_KAFKA__BOOTSTRAP=…`` overrides one key. Secrets may lie in files
of the folder ``SUPERVISE_SECRETS_DIR``, each named like its variable. They then stand neither in the settings file nor in the
environment. An unknown key is an error that names it. Every key stands in this one file, so it is long.
"""

import os
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rules.case import FORMAT
from rules.errors import SupervisionError


class BadSettings(SupervisionError):
    """The operator's settings cannot be used; the text names the keys.

    Whose: the operator's.
    Mend: correct the keys that the text names.
    """


class CannotListen(SupervisionError):
    """The address is taken or not ours.

    Whose: the operator's.
    Mend: free the address, or choose another host or port.
    """


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KafkaSettings(_Section):
    """How to reach the cluster."""

    bootstrap: str = Field(default="127.0.0.1:9092", description="Brokers, `host:port`, several with commas")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`"
    )
    ssl_cafile: Path | None = Field(
        default=None, description="Certificate authority of the brokers (PEM); none means the system's"
    )
    ssl_certfile: Path | None = Field(default=None, description="Our own certificate (PEM), where the brokers ask for one")
    ssl_keyfile: Path | None = Field(default=None, description="Its key (PEM)")
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="PLAIN", description="`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`"
    )
    sasl_username: str = Field(default="", description="User name for SASL")
    sasl_password: SecretStr = Field(
        default=SecretStr(""), description="Its password: better in a secret file than in the settings file"
    )


class TopicSettings(_Section):
    """How topics are made when they do not exist. Existing topics are never changed."""

    prefix: str = Field(
        default="supervision", pattern=r"^[A-Za-z0-9._-]{1,60}$", description="Keeps several installations apart on one cluster"
    )
    partitions: int = Field(
        default=4,
        ge=1,
        le=512,
        description="Of events, alerts and the case table, when they are made; fixed for good then. "
        "At most so many workers share the work",
    )
    replication: int = Field(default=1, ge=1, description="Copies of each topic when it is made: 3 on a real cluster")
    events_retention_days: int = Field(
        default=-1, ge=-1, description="How long the events topic keeps records, when it is made; -1 for ever"
    )


class WorkerSettings(_Section):
    """The rule engine."""

    books: tuple[Path, ...] = Field(
        default=(),
        description="Rule books, files or built-in profiles; several take turns by `effective_from`; none means the built-in "
        "default. Published books are laid over them",
    )
    group: str = Field(
        default="supervise",
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="Middle of the workers' consumer group, `PREFIX.GROUP`, which names the changelog too; without a dot. "
        "Changing it means judging everything anew",
    )
    session_timeout: float = Field(
        default=10.0,
        gt=1,
        description="Seconds until a dead worker's partitions move to another. Brokers allow 6 and more unless told otherwise",
    )
    fetch_wait_ms: int = Field(default=20, ge=1, le=1000, description="How long the broker may hold a fetch that finds nothing")
    tally_seconds: float = Field(
        default=60.0,
        ge=0.1,
        description="How often, in seconds, counts of cases are reported to the tallies that rates are judged by",
    )
    max_batch_records: int = Field(default=4000, ge=1, description="Records of all partitions in one fetch")


class ListenSettings(_Section):
    """Where a server listens. Loopback unless set otherwise."""

    host: str = Field(
        default="127.0.0.1", description="Address it listens on; beyond this machine only with TLS, its own or a proxy's"
    )
    port: int = Field(default=0, ge=0, le=65535, description="Its port; 0 takes a free one")
    certificate: Path | None = Field(
        default=None, description="Its certificate with chain (PEM): then it speaks TLS. Read again when the file changes"
    )
    key: Path | None = Field(default=None, description="The certificate's key (PEM), without a password")
    client_ca: Path | None = Field(
        default=None, description="Certificate authority (PEM) that whoever connects must have a certificate of (mutual TLS)"
    )
    connections: int = Field(default=1000, ge=1, description="Connections at once")
    connections_per_peer: int = Field(
        default=100, ge=1, description="Of these from one address (IPv6: one /64), unless it is one of the `proxies`"
    )
    proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of your own proxies: what they say of an address in `X-Forwarded-For` is believed"
    )

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.certificate is None) != (self.key is None) or (self.client_ca is not None and self.certificate is None):
            raise ValueError("certificate and key belong together, and client_ca to both")
        return self


class GatewaySettings(ListenSettings):
    """The HTTP way in."""

    port: int = Field(default=8700, ge=0, le=65535, description="Its port; 0 takes a free one")
    tokens: Path | None = Field(
        default=None,
        description="TOML file with one table per window system (`supervise token new`); without it nobody may write",
    )
    mappings: Path | None = Field(default=None, description="Folder of mapping files, one per old system")
    mib_in_flight: int = Field(
        default=64, ge=8, description="MiB of bodies at work at once, a quarter of it for one window system; beyond, 503 and 429"
    )
    spool: Path | None = Field(
        default=None,
        description="File that keeps accepted events on this disk while Kafka is away; without it they are answered 503",
    )
    spool_mib: int = Field(default=1024, ge=1, description="How much the spool holds; full, it answers 503")


class WallSettings(ListenSettings):
    """The leaders' screen."""

    port: int = Field(default=8600, ge=0, le=65535, description="Its port; 0 takes a free one")
    connections_per_peer: int = Field(
        default=40, ge=1, description="Of these from one address (IPv6: one /64), unless it is one of the `proxies`"
    )
    tokens: Path | None = Field(
        default=None,
        description="TOML file with one table per screen (`supervise token new --wall`). Without it a wall beyond this machine "
        "shows nobody anything, and one on loopback everybody everything",
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Names by which browsers may call the wall, beside addresses and localhost; others are refused"
    )
    title: str = Field(default="行政审批电子监察", description="Heading of the page")
    simulated: bool = Field(default=False, description="Show that these are simulated cases")


class NotifySettings(_Section):
    """Messages to people."""

    plan: Path | None = Field(
        default=None, description="TOML file that says who is told of which cards, how and when (`supervise notify check`)"
    )


class LedgerSettings(_Section):
    """The database of everything that happened."""

    dsn: str = Field(
        default="postgresql://supervise@127.0.0.1:5432/supervise",
        description="The PostgreSQL (15 or newer) to write to, as libpq has it. TLS goes in here: "
        "`postgresql://supervise@db.example:5432/supervise?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem`",
    )
    password: SecretStr = Field(
        default=SecretStr(""), description="Its password: better in a secret file or the environment than in `dsn`"
    )
    password_file: Path | None = Field(default=None, description="A file that holds nothing but the password")
    namespace: str = Field(
        default="ledger",
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        description="The schema of its tables; the audit log's is called the same with `_audit` behind it",
    )
    group: str = Field(
        default="ledger",
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="Second half of the consumer group, `PREFIX.GROUP`, by which several processes share the partitions",
    )
    migrate: bool = Field(
        default=True, description="Bring the tables up to date at the start; without, a database that is behind is refused"
    )
    max_batch_records: int = Field(default=5000, ge=1, le=100_000, description="Records in one transaction, at most")
    fetch_wait_ms: int = Field(default=200, ge=1, le=5000, description="How long a fetch that finds nothing may take")
    months_ahead: int = Field(default=2, ge=0, le=24, description="How many months' partitions are made ahead")
    retention_months: int = Field(
        default=0,
        ge=0,
        le=1200,
        description="Whole months kept beside this one; older ones leave their figures. 0 keeps all",
    )
    digest: Literal["sha256", "sm3"] = Field(
        default="sha256", description="How the audit log is chained: `sha256` or `sm3`; fixed once it has rows"
    )
    head_seconds: float = Field(
        default=10.0, ge=0.1, description="How often, in seconds, the audit log's heads are written into Kafka if they moved"
    )


class MetricsSettings(ListenSettings):
    """Where Prometheus reads this process; port 0 means not at all."""

    host: str = Field(default="127.0.0.1", description="Address Prometheus reads from")
    port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Its port; 0 serves no metrics. Each process on one machine needs its own: `--metrics-port`",
    )
    connections: int = Field(default=50, ge=1, description="Connections at once")
    connections_per_peer: int = Field(default=20, ge=1, description="Of these from one address")
    token: SecretStr = Field(
        default=SecretStr(""),
        description="What Prometheus must send (`Authorization: Bearer …`); needed as soon as `host` is not loopback. "
        "Better in a secret file",
    )


class Settings(BaseSettings):
    """All settings. ``zone`` is the wall-clock zone of screens and logs; a rule book has its own."""

    model_config = SettingsConfigDict(
        env_prefix="SUPERVISE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    zone: str = Field(default="Asia/Shanghai", description="Wall-clock zone of screens and logs; a rule book has its own")
    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    worker: WorkerSettings = WorkerSettings()
    gateway: GatewaySettings = GatewaySettings()
    wall: WallSettings = WallSettings()
    notify: NotifySettings = NotifySettings()
    ledger: LedgerSettings = LedgerSettings()
    metrics: MetricsSettings = MetricsSettings()

    @property
    def group(self) -> str:
        """The workers' consumer group and Faust app id.

        It carries the prefix, so that no two installations on one cluster share offsets or state. As ``worker.group`` has no dot,
        the last but one divides them. Behind it stands the form of what is stored (:data:`rules.case.FORMAT`). Workers of a
        version that keeps cases otherwise therefore begin with a changelog of their own, and read the events anew.
        """
        return f"{self.topics.prefix}.{self.worker.group}.{FORMAT}"

    @property
    def changelog(self) -> str:
        """The topic of the cases' state, as Faust names it after the group."""
        return f"{self.group}-cases-changelog"

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError(f"no such time zone: {value}") from error
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, secret files, then the TOML file."""
        secrets = NestedSecretsSettingsSource(file_secret_settings, secrets_dir_missing="error")
        return init_settings, env_settings, secrets, TomlConfigSettingsSource(settings_cls)


def load_settings(file: Path | None = None, **overrides: object) -> Settings:
    """Read the settings; :class:`BadSettings` names every key at fault."""
    if file is not None and not file.is_file():
        raise BadSettings(f"{file}: no such settings file")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file, secrets_dir=os.environ.get("SUPERVISE_SECRETS_DIR"))

    try:
        return FromFile(**overrides)  # type: ignore[arg-type]  # pydantic checks them, with their names
    except ValidationError as error:
        defects = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in error.errors())
        raise BadSettings(f"{file or 'settings'}: {defects}") from None
    except ValueError as error:
        raise BadSettings(f"{file or 'settings'}: {error}") from None
