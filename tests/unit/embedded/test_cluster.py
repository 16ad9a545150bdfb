"""What the embedded Kafka says when it is used the wrong way; no broker starts here."""

from collections.abc import Callable

import pytest

from consumer.embedded import EmbeddedKafka, EmbeddedKafkaError


def test_cluster_of_no_nodes_is_refused() -> None:
    with pytest.raises(EmbeddedKafkaError, match="nodes is 0: a cluster has at least one node"):
        EmbeddedKafka(nodes=0)


@pytest.mark.parametrize(
    "use",
    [
        lambda kafka: kafka.bootstrap_servers,
        lambda kafka: kafka.kill_node(0),
        lambda kafka: kafka.start_node(0),
        lambda kafka: kafka.node_pid(0),
    ],
    ids=["address", "kill", "start", "pid"],
)
def test_use_before_the_start_is_refused(use: Callable[[EmbeddedKafka], object]) -> None:
    with pytest.raises(EmbeddedKafkaError, match="is not started: call start"):
        use(EmbeddedKafka())


def test_stop_before_the_start_does_nothing() -> None:
    EmbeddedKafka().stop()
