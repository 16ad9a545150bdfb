"""What the benchmarks say is what was measured."""

import orjson
import pytest

from tests.benchmarks.events import EVENT_BYTES, event_value, key_of
from tests.benchmarks.latency import percentile
from tests.benchmarks.marks import Marks, Measurement, read_measurement
from tests.benchmarks.sampling import stage_of


@pytest.mark.parametrize("number", [0, 99_999, 123_456_789])
def test_an_event_has_its_size_whatever_its_number(number: int) -> None:
    value = event_value("bench.trivial", number)

    assert len(value) == EVENT_BYTES
    assert orjson.loads(value)["payload"]["number"] == number


def test_neighbouring_events_have_different_keys() -> None:
    keys = [key_of(number) for number in range(1000)]

    assert len(set(keys)) == 1000


def test_the_measurement_is_written_once_when_all_is_settled(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    marks = Marks(100)
    marks.begin()
    ends = [marks.settle(events) for events in (60, 40, 0)]
    measurement = read_measurement(capfdbinary.readouterr().out)

    assert ends == [False, True, False]
    assert measurement.events == 100
    assert measurement.seconds > 0


def test_a_measurement_is_said_per_event() -> None:
    measurement = Measurement(events=200, cpu_seconds=0.01, seconds=0.5)

    assert measurement.cpu_microseconds_per_event == pytest.approx(50)
    assert measurement.events_per_second == pytest.approx(400)


def test_a_process_that_measured_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="wrote no measurement"):
        read_measurement(b"")


@pytest.mark.parametrize(("share", "value"), [(50, 2.0), (75, 3.0), (99, 4.0), (100, 4.0)])
def test_a_percentile_is_one_of_the_values(share: int, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == value


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("/x/consumer/core/decode.py", "decode"),
        ("/x/site-packages/aiokafka/producer/message_accumulator.py", "append"),
        ("/x/site-packages/aiokafka/producer/sender.py", "produce"),
        ("/x/site-packages/aiokafka/conn.py", "client"),
        ("/x/lib/python3.11/json/decoder.py", None),
    ],
)
def test_a_sample_belongs_to_the_stage_of_its_file(file: str, stage: str | None) -> None:
    assert stage_of(file) == stage
