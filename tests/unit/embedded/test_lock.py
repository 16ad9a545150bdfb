"""One process at a time."""

from pathlib import Path

import pytest

from consumer.embedded import EmbeddedKafkaError
from consumer.embedded.lock import only_one


def test_second_holder_is_told_that_it_is_busy(tmp_path: Path) -> None:
    with (
        only_one(tmp_path / "lock", wait_seconds=0, busy="first"),
        pytest.raises(EmbeddedKafkaError, match="it is taken"),
        only_one(tmp_path / "lock", wait_seconds=0.15, busy="it is taken"),
    ):
        pytest.fail("two hold one lock")


def test_lock_is_free_again_after_its_holder(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path / "made" / "lock", wait_seconds=0, busy="still taken"):
            assert (tmp_path / "made" / "lock").exists()
