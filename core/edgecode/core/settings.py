"""All settings, once: `EDGECODE_*` over an optional TOML file named by `EDGECODE_CONFIG`, read at start, passed down.

`edgecode config` prints this object; each field's description is its only documentation. Units stand in the names.
"""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from edgecode.core.named_stores import NamedStore
from edgecode.core.store_url import StoreUrl

CONFIG_VARIABLE = "EDGECODE_CONFIG"
DAY_SECONDS = 86_400

# Empty is unset: a variable that is set cannot be taken back from a child but so.
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]


def _store_url(url: str) -> str:
    if url:
        StoreUrl.parse(url)
    return url


class Settings(BaseSettings):
    """Settings of every process; each reads what it needs."""

    model_config = SettingsConfigDict(env_prefix="EDGECODE_", extra="forbid", frozen=True, hide_input_in_errors=True)

    environment: str = Field("development", description="Deployment environment, part of the stamp.", min_length=1)
    log_level: str = Field("info", description="debug, info, warning or error.", pattern="^(debug|info|warning|error)$")
    data_dir: Path = Field(Path("edgecode-data"), description="Folder of `edgecode up`, the ledger and the blobs.")

    nats_url: str = Field("nats://127.0.0.1:4222", description="Broker; several, comma-separated, for a cluster.")
    nats_replicas: int = Field(1, description="Copies of each stream: 1, or 3 in a cluster.", ge=1, le=5)
    blobs_url: Annotated[str, AfterValidator(_store_url)] = Field(
        "", description="file:///folder or s3://bucket/prefix?options; empty: `blobs` in data_dir."
    )
    stores: dict[str, NamedStore] = Field(
        {}, description='Stores that requests may name, as JSON: {"name": {"url": "…", "uses": ["import", "export"]}}.'
    )
    ledger_url: str = Field(
        "",
        description="sqlite:///file or postgresql://user:password@host/database; empty: `ledger.sqlite` in data_dir.",
    )
    ledger_connections: int = Field(
        4, description="PostgreSQL: most sessions of one server for reads; it has two more.", ge=1, le=100
    )

    grpc_address: str = Field("127.0.0.1:50051", description="Where the server listens; port 0 takes a free one.")
    metrics_address: str = Field(
        "127.0.0.1:9464", description="Metrics and health over HTTP; port 0 takes a free one; empty: none."
    )
    http_address: str = Field(
        "", description="Artifacts over HTTP, such as 127.0.0.1:8081; port 0 takes a free one; empty: none."
    )
    http_url: str = Field("", description="What URLs of artifacts begin with for clients; empty: made of http_address.")
    tls_certificate: OptionalPath = Field(None, description="PEM chain of the server; empty: no TLS.")
    tls_key: OptionalPath = Field(None, description="PEM key of the certificate.")
    tls_client_authorities: OptionalPath = Field(
        None, description="PEM authorities; set: clients need a certificate, its subject is the caller."
    )
    message_limit_bytes: int = Field(
        4 << 20, description="Largest request message; the transport takes twice that.", ge=64 << 10
    )
    upload_chunk_limit_bytes: int = Field(1 << 20, description="Largest `data` of one upload message.", ge=1 << 10)
    upload_limit_bytes: int = Field(20 << 30, description="Largest asset.", ge=1)
    upload_abandoned_seconds: int = Field(DAY_SECONDS, description="An unfinished upload is swept after this.", ge=1)
    default_deadline_seconds: float = Field(60.0, description="Deadline of a unary call that set none.", gt=0)
    keepalive_seconds: int = Field(30, description="HTTP/2 ping when idle; clients may ping every 10 s.", ge=10)
    drain_seconds: float = Field(10.0, description="Grace for open calls of a stopping server.", ge=0)
    queue_limit_jobs: int = Field(100_000, description="Unfinished jobs; beyond it CreateJob is refused.", ge=1)
    retention_seconds: int = Field(90 * DAY_SECONDS, description="How long a job and its artifacts are kept.", ge=1)
    retention_minimum_seconds: int = Field(DAY_SECONDS, description="Shortest retention a request may ask.", ge=1)
    attempt_budget: int = Field(4, description="Failed and lost attempts before a task is dead.", ge=1, le=100)
    backoff_seconds: float = Field(1.0, description="Wait before the second attempt; doubles, at most 60 s.", ge=0)
    sweep_seconds: float = Field(5.0, description="How often the leader compares TASKS with the ledger.", gt=0)
    blob_sweep_seconds: float = Field(3600.0, description="How often blobs nobody needs are removed.", gt=0)
    blob_young_seconds: float = Field(
        3600.0, description="A younger blob is never removed: what it belongs to may not be in the log yet.", ge=0
    )
    read_wait_seconds: float = Field(2.0, description="Longest wait of a read for the ledger to catch up.", gt=0)
    signing_key_file: OptionalPath = Field(
        None,
        description="What webhook secrets and download tokens are made of, a line a key, the first one new; the same "
        "for all servers; unset: `signing.key` in data_dir, made when absent.",
    )
    webhook_timeout_seconds: float = Field(10.0, description="Longest wait for a webhook's whole answer.", gt=0)
    webhook_backoff_seconds: float = Field(
        5.0, description="Wait before a delivery's second try; doubles, at most an hour, each with jitter.", gt=0
    )
    webhook_tries_at_once: int = Field(8, description="Deliveries under way to one host; 8 times that in all.", ge=1)
    webhook_allow_http: bool = Field(default=False, description="Webhooks may also be http://.")
    webhook_networks: tuple[IPvAnyNetwork, ...] = Field(
        (), description='Private networks that webhooks may reach all the same, as JSON: ["10.1.0.0/16"].'
    )
    when_current_dies: str = Field(
        "move", description="move or wait: what becomes of jobs whose build has no worker.", pattern="^(move|wait)$"
    )

    new_builds: str = Field(
        "wait",
        description="wait or ramp: what becomes of a live build of a later version that never had jobs; the first one "
        "ever is current at once.",
        pattern="^(wait|ramp)$",
    )
    ramp_steps_percent: tuple[float, ...] = Field(
        (), description="Shares of a ramp that names none, as JSON: [5, 25, 50, 90]; empty: these."
    )
    ramp_min_jobs: int = Field(0, description="The same for settled jobs in each step; 0: 50.", ge=0)
    ramp_min_time_seconds: float = Field(0.0, description="The same for each step's time; 0: 120.", ge=0)
    ramp_alpha: float = Field(0.0, description="The same for the chance of a false rollback; 0: 0.01.", ge=0, le=0.5)
    ramp_hold_and_tell: bool = Field(default=False, description="Ramps are held where they would be rolled back.")

    fleet_ttl_seconds: float = Field(15.0, description="A process silent for so long has left the fleet.", gt=0)
    fleet_grace_seconds: float = Field(3.0, description="Added to the TTL before absence counts.", ge=0)
    fleet_restart_seconds: float = Field(
        60.0, description="A build or digest that is away for less has not been deployed anew when it comes back.", ge=0
    )
    fleet_beat_seconds: float = Field(4.0, description="How often a process says it is alive.", gt=0)

    encode_slots: int = Field(1, description="Encode tasks at once in one worker.", ge=0)
    light_slots: int = Field(2, description="Probes, thumbnails and manifests at once in one worker.", ge=0)
    ack_wait_seconds: float = Field(30.0, description="JetStream redelivers a task silent for so long.", gt=0)
    beat_seconds: float = Field(2.0, description="How often a running attempt beats and checks the log.", gt=0)
    worker_drain_seconds: float = Field(20.0, description="Grace for running attempts of a stopping worker.", ge=0)
    scratch_dir: OptionalPath = Field(None, description="Folder for media work; empty: `scratch` in data_dir.")
    ffmpeg: OptionalPath = Field(None, description="ffmpeg to use; empty: the one of the imageio-ffmpeg wheel.")
    stall_seconds: float = Field(60.0, description="ffmpeg's clock may stand still for so long.", gt=0)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over file."""
        file = os.environ.get(CONFIG_VARIABLE)
        if file is None:
            return init_settings, env_settings
        if not Path(file).is_file():
            raise ValueError(f"{CONFIG_VARIABLE} names {file!r}, which is no file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @property
    def blobs(self) -> str:
        """URL of the blob store, default filled in."""
        return self.blobs_url or f"file://{(self.data_dir / 'blobs').absolute()}"

    @property
    def ledger(self) -> str:
        """URL of the ledger, default filled in."""
        return self.ledger_url or f"sqlite:///{(self.data_dir / 'ledger.sqlite').absolute()}"

    @property
    def signing_key(self) -> Path:
        """File of the signing keys, default filled in."""
        return (self.signing_key_file or self.data_dir / "signing.key").absolute()

    @property
    def scratch(self) -> Path:
        """Folder for media work, default filled in."""
        return (self.scratch_dir or self.data_dir / "scratch").absolute()

    def behaviour(self) -> dict[str, Any]:
        """Settings that shape behaviour, for the config digest: nothing that names a place."""
        places = {
            "data_dir",
            "nats_url",
            "blobs_url",
            "stores",
            "ledger_url",
            "grpc_address",
            "metrics_address",
            "http_address",
            "http_url",
            "scratch_dir",
            "signing_key_file",
            "tls_certificate",
            "tls_key",
            "tls_client_authorities",
            "ffmpeg",
            "log_level",
            "environment",
        }
        return self.model_dump(mode="json", exclude=places)
