"""Does a report count what it heard, whatever the order?"""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.act import Act
from consumer.desk.report import MOST_NAMED, Report, is_final
from consumer.desk.verdicts import Told, Verdict

ACT = Act("redrive", "act-1", dlq_id="letter-1")


def heard(*told: Told) -> Report:
    report = Report()
    report.course.asked = 1
    before: Told | None = None
    for each in told:
        report.hear(ACT, before, each)
        before = each
    return report


def test_act_is_counted_once_wherever_it_has_got_to() -> None:
    report = heard(Told("going"))
    assert (report.accepted, report.course.going) == (1, 1)

    report = heard(Told("going"), Told("completed"))
    assert (report.accepted, report.course.going, report.course.succeeded) == (0, 0, 1)


def test_refusal_that_turns_out_to_be_of_another_asking_is_taken_back() -> None:
    report = heard(Told("refused", "not open"), Told("going"), Told("completed"))

    assert (report.course.refused, report.course.succeeded, report.named) == (0, 1, [])


def test_what_failed_again_is_named_with_its_new_letter() -> None:
    (named,) = heard(Told("going"), Told("failed_again", new_dlq_id="letter-2")).named

    assert (named.act, named.told.new_dlq_id) == (ACT, "letter-2")


def test_letter_that_a_cancel_has_made_is_named() -> None:
    report = heard(Told("done", new_dlq_id="letter-2"))

    assert (report.done, len(report.named)) == (1, 1)


def test_duplicates_and_done_are_successes() -> None:
    assert heard(Told("duplicate")).duplicates == 1
    assert heard(Told("duplicate")).course.succeeded == 1
    assert heard(Told("done")).course.succeeded == 1


def test_names_are_bounded() -> None:
    report = Report()
    for number in range(MOST_NAMED + 5):
        report.leave_out(str(number), "gone")
        report.hear(ACT, None, Told("failed_again"))

    assert (len(report.unsent), report.unsent_count) == (MOST_NAMED, MOST_NAMED + 5)
    assert (len(report.named), report.course.failed_again) == (MOST_NAMED, MOST_NAMED + 5)


@given(
    st.lists(st.sampled_from(get_args(Verdict)), min_size=1, max_size=6),
)
def test_counts_add_up_after_any_story(verdicts: list[Verdict]) -> None:
    report = heard(*map(Told, verdicts))

    course = report.course
    last = verdicts[-1]
    assert course.answered == (last != "going")
    assert report.accepted == (last == "going")
    assert (course.succeeded, course.failed_again, course.refused) == (
        last in {"completed", "duplicate", "done"},
        last == "failed_again",
        last == "refused",
    )


def test_refusal_is_not_the_last_word() -> None:
    assert not is_final(Told("going"))
    assert not is_final(Told("refused"))
    assert is_final(Told("completed"))
    assert is_final(Told("failed_again"))
