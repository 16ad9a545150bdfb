"""How are the brokers reached, and who are we to them?"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.durations import WireDuration
from config.policies import Frozen
from config.values import OptionalSecret, OptionalText

_SERVER = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+)(?::(?P<port>[0-9]{1,5}))?")


def _reachable(servers: str) -> str:
    """Return *servers* when each is host:port, as the client reads it."""
    for server in servers.split(","):
        match = _SERVER.fullmatch(server.strip())
        if match is None or not 0 < int(match["port"] or 9092) < 65536:
            raise ValueError(
                f"{server.strip()!r} is not host:port: write host1:9092,host2:9092, an IPv6 "
                "address in brackets, without a protocol in front",
            )
    return servers


# The protocol carries it as a signed 32-bit integer.
WireBytes = Annotated[int, Field(gt=0, lt=2**31)]
Servers = Annotated[str, AfterValidator(_reachable)]


class KafkaSettings(Frozen):
    """How the brokers are reached, and who we are to them."""

    bootstrap_servers: Servers = "localhost:9092"
    """Comma-separated host:port list of some brokers."""

    group_id: str = Field(default="everonce", min_length=1)
    """Consumer group; also part of every transactional id."""

    client_id: str = "everonce"
    """Name the brokers log for our connections."""

    static_member_id: OptionalText = None
    """group.instance.id: keeps the assignment over a quick restart of the same replica."""

    start: Literal["earliest", "latest"] = "earliest"
    """Where a group that never committed begins to read the input."""

    retention_gap: Literal["refuse", "skip"] = "refuse"
    """When retention removed input records that were not read yet: refuse the partition, or skip
    them and count how many."""

    connect_timeout: WireDuration = 60.0
    """How long a start waits for Kafka to answer before it gives up."""

    request_timeout: WireDuration = 40.0
    """Bound of one request to a broker; joins of the group get the rebalance timeout on top."""

    session_timeout: WireDuration = 45.0
    """Silence after which the group takes our partitions away (Kafka's default since 3.0)."""

    heartbeat_interval: WireDuration = 3.0
    """Time between heartbeats, at most a third of the session timeout."""

    rebalance_timeout: WireDuration = 60.0
    """How long a rebalance waits for us; half of it is ours to drain in."""

    max_poll_interval: WireDuration = 300.0
    """Time between two polls after which the group counts us as stuck."""

    transaction_timeout: WireDuration = 30.0
    """After this the broker aborts a transaction whose producer is gone; above commit.deadline."""

    fetch_max_wait: WireDuration = 0.1
    """How long a broker may hold a fetch that has nothing to answer."""

    max_partition_fetch_bytes: WireBytes = 1024 * 1024
    """Most bytes of one partition in one fetch."""

    fetch_max_bytes: WireBytes = 16 * 1024 * 1024
    """Most bytes in one fetch of one broker."""

    isolation_level: Literal["read_committed", "read_uncommitted"] = "read_committed"
    """What of the input is read where its producers use transactions."""

    compression: Literal["none", "lz4", "zstd", "snappy", "gzip"] = "none"
    """Codec of what we write."""

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How the connection to the brokers is secured."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI"] = "PLAIN"
    """How we prove who we are, with a SASL protocol."""

    sasl_username: OptionalText = None
    """User name for PLAIN and SCRAM."""

    sasl_password: OptionalSecret = None
    """Password for PLAIN and SCRAM."""

    ssl_cafile: OptionalText = None
    """Certificate authority that signed the brokers' certificates; the system's without it."""

    ssl_certfile: OptionalText = None
    """Our certificate, where brokers ask for one."""

    ssl_keyfile: OptionalText = None
    """Key of our certificate."""

    ssl_keyfile_password: OptionalSecret = None
    """Password of that key."""

    ssl_check_hostname: bool = True
    """Whether a broker's certificate must name the host we connected to."""
