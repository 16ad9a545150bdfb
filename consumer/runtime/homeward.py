"""Which events without a key go on to another partition?

To the one that dedups their id, by a record on the control topic that is written in the transaction
that passes their own.
"""

from consumer.core.act import Act, control_record
from consumer.core.home import home_of
from consumer.core.output import BATCH_OVERHEAD, output_bytes
from consumer.core.parked_event import copied
from consumer.core.parking import parked_bytes_at_most
from consumer.core.record import Record
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState

_ROOMY_BYTES = 128 * 1024
"""Far more than an entry holds beside its record."""


class Homeward:
    """The events without a key that one session reads."""

    def __init__(self, env: Environment, state: PartitionState) -> None:
        self._state = state
        self._partitions = env.homes
        self._control_limit = env.limits["control"] - BATCH_OVERHEAD
        self._state_limit = env.limits["state"] - BATCH_OVERHEAD
        least = min(self._control_limit, self._state_limit)
        self._surely_fits = least // 4 if least >= _ROOMY_BYTES else 0
        """Bytes of a value without headers that both take, whatever becomes of it: the exact size
        is only worth its microseconds where it might matter."""

    def goes(self, record: Record, key: str) -> bool:
        """Whether the event of *record* is on its way to another partition.

        Not where something is known of its dedup *key* here; and not where the control topic, or
        the ledger there, might not take it.
        """
        state = self._state
        home = home_of(key, self._partitions)
        if home == state.partition or key in state.in_flight or state.newest(key) is not None:
            return False
        own = copied(record)
        is_small = not own.headers and len(own.value or b"") < self._surely_fits
        asked = control_record(Act("home", "", record=own))
        if not is_small and (
            output_bytes(asked) > self._control_limit
            or parked_bytes_at_most(key, own, None) > self._state_limit
        ):
            return False
        state.pending.send_home(record.offset, home, asked)
        state.offsets.settle(record.offset)
        state.signal()
        return True
