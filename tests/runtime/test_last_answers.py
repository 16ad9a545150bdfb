"""Does the cache of answers stay bounded, and keep what is of use?"""

from consumer.core.in_flight import InFlight
from consumer.runtime.last_answers import MOST_ANSWERS, LastAnswers
from tests.builders import in_flight


def of(content: int) -> InFlight:
    item = in_flight()
    item.fingerprint = f"x1:{content}"
    return item


def test_the_newest_answer_to_a_content_is_found_even_where_it_is_none() -> None:
    answers = LastAnswers()
    answers.keep(of(1), "old")
    answers.keep(of(1), None)

    assert answers.find(of(1)) == (None,)
    assert answers.find(of(2)) is None


def test_what_was_of_no_use_for_longest_makes_room() -> None:
    answers = LastAnswers()
    for number in range(MOST_ANSWERS):
        answers.keep(of(number), number)
    answers.find(of(0))

    answers.keep(of(MOST_ANSWERS), "new")

    assert answers.find(of(0)) == (0,)
    assert answers.find(of(1)) is None
    assert answers.find(of(MOST_ANSWERS)) == ("new",)
