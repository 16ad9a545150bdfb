"""Does docker-compose.yml say what is true of the files, settings and commands it names?

Containers cannot be run where this is built, so everything of them that can be tried without
is tried: here by reading, in tests/integration/test_compose_rehearsal.py by running.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.loading import load_settings
from config.problems import SettingsError
from config.settings import Settings
from consumer.commands.cli import ended
from consumer.embedded.jars import KAFKA_VERSION
from consumer.embedded.properties import parsed

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
PROMETHEUS: dict[str, Any] = yaml.safe_load(
    (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
)


def test_compose_file_follows_the_compose_specification() -> None:
    checked = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            "--builtin-schema",
            "vendor.compose-spec",
            ROOT / "docker-compose.yml",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_mounted_files_exist() -> None:
    mounts = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
    ]
    files = [mount for mount in mounts if mount.startswith("./")]
    assert len(files) == 5
    for mount in files:
        assert (ROOT / mount).exists(), mount
    assert {mount for mount in mounts if mount not in files} == set(COMPOSE["volumes"])


def test_kafka_reads_the_settings_of_the_embedded_kafka() -> None:
    (mount,) = (v for v in SERVICES["kafka"]["volumes"] if v.startswith("./"))
    source, target, mode = mount.split(":")
    assert source == "./consumer/embedded/broker.properties"
    # Where the image looks for it: docker/examples/README.md of Apache Kafka, "file input".
    assert (target, mode) == ("/mnt/shared/config/server.properties", "ro")


def test_broker_settings_are_those_of_one_kraft_node() -> None:
    settings = parsed((ROOT / "consumer" / "embedded" / "broker.properties").read_text())
    assert settings["process.roles"] == "broker,controller"
    assert settings["controller.listener.names"] == "CONTROLLER"
    assert settings["transaction.state.log.replication.factor"] == "1"
    assert settings["auto.create.topics.enable"] == "false"


def test_kafka_has_the_version_that_the_tests_run_with() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


@pytest.mark.parametrize("name", OURS)
def test_environment_holds_valid_settings_and_no_unknown_ones(name: str) -> None:
    settings = load_settings(environ=SERVICES[name]["environment"])
    assert settings.kafka.bootstrap_servers == "kafka:9092"


def test_an_unknown_setting_would_be_noticed() -> None:
    with pytest.raises(SettingsError, match="EVERONCE_KAFKA__BOOTSTRAP"):
        load_settings(environ={"EVERONCE_KAFKA__BOOTSTRAP": "kafka:9092"})


@pytest.mark.parametrize("name", OURS)
def test_commands_are_commands_of_everonce(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended([*SERVICES[name]["command"], "--help"]) == 0
    assert "Usage: everonce" in capsys.readouterr().out


def test_dependencies_exist_and_can_reach_the_state_that_is_waited_for() -> None:
    for service in SERVICES.values():
        for name, dependency in service.get("depends_on", {}).items():
            if dependency["condition"] == "service_healthy":
                assert "test" in SERVICES[name]["healthcheck"]
            if dependency["condition"] == "service_completed_successfully":
                assert SERVICES[name]["restart"] == "no"


def test_nothing_is_published_beyond_the_loopback() -> None:
    for service in SERVICES.values():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), port


def test_consumer_has_the_time_to_drain() -> None:
    seconds = float(SERVICES["consumer"]["stop_grace_period"].removesuffix("s"))
    assert seconds > Settings().processing.drain_timeout


def test_prometheus_finds_its_rules() -> None:
    mounted = dict(mount.split(":")[:2] for mount in SERVICES["prometheus"]["volumes"])
    assert mounted["./deploy/prometheus/rules"] == "/etc/prometheus/rules"
    # Relative to the file of settings itself.
    assert mounted["./deploy/prometheus/prometheus.yml"] == "/etc/prometheus/prometheus.yml"
    (pattern,) = PROMETHEUS["rule_files"]
    assert len([*(ROOT / "deploy" / "prometheus").glob(pattern)]) == 2


def test_grafana_finds_the_dashboard_and_prometheus() -> None:
    grafana = SERVICES["grafana"]
    provisioning = ROOT / "deploy" / "grafana" / "provisioning"
    provided = yaml.safe_load((provisioning / "dashboards" / "everonce.yml").read_text())
    (provider,) = provided["providers"]
    mounted = dict(mount.split(":")[:2] for mount in grafana["volumes"])
    dashboard = mounted["./deploy/grafana/everonce.json"]
    assert dashboard == f"{provider['options']['path']}/everonce.json"
    assert grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == dashboard
    sources = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())
    (source,) = sources["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert source["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]


def test_prometheus_asks_every_replica_of_the_consumer() -> None:
    jobs = {job["job_name"]: job for job in PROMETHEUS["scrape_configs"]}
    (discovery,) = jobs["everonce"]["dns_sd_configs"]
    assert discovery["names"] == ["consumer"]
    assert [str(discovery["port"])] == SERVICES["consumer"]["expose"]
    assert discovery["port"] == Settings().http.port
    assert SERVICES["consumer"]["deploy"]["replicas"] > 1
    assert "container_name" not in SERVICES["consumer"]
