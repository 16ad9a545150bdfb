"""What a dry run shows is harmless, and without secrets."""

import pytest

from config.desk import DeskSettings
from consumer.commands.acting.outlook_view import outlook_document, outlook_view
from consumer.desk.outlook import Outlook
from consumer.desk.ramp import Plan
from consumer.desk.redaction import Redaction
from tests.unit.commands.rendering import rendered
from tests.unit.desk.desk_examples import a_summary, in_topic

HIDE = Redaction(DeskSettings().redact)
SHAPE = "login of # failed: password=hunter2"


@pytest.fixture
def outlook() -> Outlook:
    """Return what a redrive of one letter would do."""
    looked = Outlook("redrive")
    looked.add(a_summary(shape=SHAPE, message=SHAPE), in_topic())
    return looked


def test_secret_in_the_message_of_a_group_is_hidden(outlook: Outlook) -> None:
    shown = rendered(outlook_view(outlook, Plan(canary=1), "orders-dlq", HIDE))
    (group,) = outlook_document(outlook, HIDE)["groups"]

    assert "hunter2" not in shown
    assert group["shape"] == "login of # failed: password=(hidden)"


def test_it_says_how_many_and_how_carefully(outlook: Outlook) -> None:
    shown = rendered(outlook_view(outlook, Plan(canary=0, rate=100), "orders-dlq", HIDE))

    assert "1 letter of orders-dlq to run again" in shown
    assert "at most 100 a second" in shown
