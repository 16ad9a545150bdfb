"""What an event is to the ledger, case by case of DESIGN section 5.3."""

import pytest

from consumer.core.admission import Admission, against_entry, against_in_flight
from consumer.core.ledger_entry import EntryStatus
from tests.builders import a_parked, an_entry

SAME, OTHER, ELSEWHERE = "b1:one", "b1:two", "b9:three"
CASES: list[tuple[str, EntryStatus, int, str, Admission]] = [
    ("re-read of a completed one", "completed", 5, SAME, Admission.REREAD),
    ("re-read below what is answered", "completed", 4, SAME, Admission.REREAD),
    ("re-read with another content", "completed", 5, OTHER, Admission.REREAD),
    ("re-read of a letter", "dead_lettered", 5, SAME, Admission.REREAD),
    ("re-read below an open letter", "dead_lettered", 4, OTHER, Admission.REREAD),
    ("re-read of a discarded one", "discarded", 5, SAME, Admission.REREAD),
    ("corrected re-read of a discarded one", "discarded", 5, OTHER, Admission.REREAD),
    ("re-read below an unfinished one", "running", 4, SAME, Admission.REREAD),
    ("re-read below a parked one", "parked", 4, SAME, Admission.REREAD),
    ("its own unfinished record", "running", 5, SAME, Admission.UNFINISHED),
    ("duplicate of a completed one", "completed", 6, SAME, Admission.DUPLICATE),
    ("duplicate of an unfinished one", "running", 6, SAME, Admission.DUPLICATE),
    ("duplicate of a parked one", "parked", 6, SAME, Admission.DUPLICATE),
    ("duplicate by another algorithm", "completed", 6, ELSEWHERE, Admission.DUPLICATE),
    ("conflict with a completed one", "completed", 6, OTHER, Admission.CONFLICT),
    ("conflict with an unfinished one", "running", 6, OTHER, Admission.CONFLICT),
    ("conflict with a parked one", "parked", 6, OTHER, Admission.CONFLICT),
    ("resend while the letter is open", "dead_lettered", 6, SAME, Admission.RESEND),
    ("corrected resend", "dead_lettered", 6, OTHER, Admission.RESEND),
    ("discarded and published again", "discarded", 6, SAME, Admission.DUPLICATE),
    ("discarded and corrected", "discarded", 6, OTHER, Admission.RESEND),
]


@pytest.mark.parametrize(
    ("status", "offset", "fingerprint", "verdict"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
def test_an_event_is_judged_by_its_entry(
    status: EntryStatus, offset: int, fingerprint: str, verdict: Admission
) -> None:
    assert against_entry(offset, fingerprint, an_entry(status, fingerprints=(SAME,))) is verdict


@pytest.mark.parametrize(
    ("fingerprint", "accepted", "verdict"),
    [
        pytest.param(SAME, (SAME,), Admission.DUPLICATE, id="same content"),
        pytest.param(SAME, (OTHER, SAME), Admission.DUPLICATE, id="one of several contents"),
        pytest.param(SAME, (OTHER,), Admission.CONFLICT, id="another content"),
        pytest.param(SAME, (ELSEWHERE,), Admission.DUPLICATE, id="not comparable"),
    ],
)
def test_an_event_is_judged_by_what_is_in_flight(
    fingerprint: str, accepted: tuple[str, ...], verdict: Admission
) -> None:
    assert against_in_flight(6, fingerprint, accepted, None) is verdict
    assert against_in_flight(6, fingerprint, accepted, an_entry("running")) is verdict


@pytest.mark.parametrize("offset", [4, 5])
@pytest.mark.parametrize("fingerprint", [SAME, OTHER])
def test_what_the_event_in_flight_has_answered_is_re_read(offset: int, fingerprint: str) -> None:
    parked = an_entry("parked", parked=a_parked())

    assert against_in_flight(offset, fingerprint, (SAME,), parked) is Admission.REREAD


@pytest.mark.parametrize("status", ["parked", "running"])
@pytest.mark.parametrize("offset", [4, 5])
def test_a_record_that_its_entry_holds_is_re_read(status: EntryStatus, offset: int) -> None:
    entry = an_entry(status, fingerprints=(SAME,), parked=a_parked())

    assert against_entry(offset, SAME, entry) is Admission.REREAD
    assert against_entry(offset, OTHER, entry) is Admission.REREAD


@pytest.mark.parametrize("status", ["parked", "running"])
def test_a_later_record_of_a_parked_id_is_a_duplicate_or_a_conflict(status: EntryStatus) -> None:
    entry = an_entry(status, fingerprints=(SAME,), parked=a_parked())

    assert against_entry(6, SAME, entry) is Admission.DUPLICATE
    assert against_entry(6, OTHER, entry) is Admission.CONFLICT


def test_an_entry_that_answered_no_input_record_re_reads_none() -> None:
    redriven = an_entry("completed", input_offset=None, control_offset=9)

    assert against_entry(0, SAME, redriven) is Admission.DUPLICATE
    assert against_entry(0, OTHER, redriven) is Admission.CONFLICT


def test_either_of_two_accepted_contents_is_a_duplicate() -> None:
    corrected = an_entry("completed", fingerprints=(SAME, OTHER))

    assert against_entry(6, SAME, corrected) is Admission.DUPLICATE
    assert against_entry(6, OTHER, corrected) is Admission.DUPLICATE
    assert against_entry(6, "b1:four", corrected) is Admission.CONFLICT
