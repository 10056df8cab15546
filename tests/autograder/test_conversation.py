"""What is kept of tests that passed, and what is not."""

import pytest

from autograder.remote import conversation
from autograder.remote.conversation import Conversations, Known, Step, digest
from autograder.results import Outcome, TestResult

PASSED = TestResult("test_it", "It holds.", Outcome.PASSED)


def key(number):
    """A test."""
    return "5eed", "task", f"test_{number}"


def said(*pairs):
    """The steps of a conversation, as asked and heard."""
    return [Step(asked.encode(), b"", digest(heard.encode())) for asked, heard in pairs]


def followed(past, seed, *answers):
    """What is asked of who gives these answers, and how it ends: None where that is not known."""
    asked, node = [], past.begin(key(seed))
    for answer in answers:
        assert isinstance(node, Known)
        asked.append(node.asks.decode())
        node = node.then.get(digest(answer.encode()))
        if node is None:
            break
    return asked, node


def test_the_same_answers_lead_to_the_same_end():
    """Step by step; another answer, or another seed, leads nowhere."""
    past = Conversations()
    past.add(key(1), said(("f(1)", "one"), ("f(2)", "two")), PASSED)
    assert followed(past, 1, "one", "two") == (["f(1)", "f(2)"], PASSED)
    assert followed(past, 1, "one", "zwei") == (["f(1)", "f(2)"], None)
    assert followed(past, 1, "uno", "two") == (["f(1)"], None)
    assert past.begin(key(2)) is None


def test_several_ways_through_one_test_are_kept():
    """They may ask different things after different answers."""
    past = Conversations()
    past.add(key(1), said(("f(1)", "one"), ("f(2)", "two")), PASSED)
    past.add(key(1), said(("f(1)", "uno"), ("g(2)", "due")), PASSED)
    assert followed(past, 1, "one", "two") == (["f(1)", "f(2)"], PASSED)
    assert followed(past, 1, "uno", "due") == (["f(1)", "g(2)"], PASSED)
    assert followed(past, 1, "uno", "two") == (["f(1)", "g(2)"], None)


def test_a_test_that_asks_nothing_ends_at_once():
    """It has passed, and will again."""
    past = Conversations()
    past.add(key(1), [], PASSED)
    past.add(key(1), [], PASSED)
    assert past.begin(key(1)) == PASSED
    assert not past.unsteady


@pytest.mark.parametrize("again", [[("f(2)", "one")], [("f(1)", "one"), ("f(3)", "x")], []])
def test_an_unsteady_test_is_forgotten_for_good(again):
    """On the same seed, after the same answers, it asked something else, or nothing."""
    past = Conversations()
    past.add(key(1), said(("f(1)", "one"), ("f(2)", "two")), PASSED)
    past.add(key(1), said(*again), PASSED)
    assert past.unsteady == {key(1)}
    assert past.begin(key(1)) is None
    past.add(key(1), said(("f(1)", "one")), PASSED)
    assert past.begin(key(1)) is None


def test_what_was_not_needed_for_longest_goes_first(monkeypatch):
    """So much memory is used and no more, however many tests there are."""
    monkeypatch.setattr(conversation, "MOST_BYTES", 1000)
    past = Conversations()
    for seed in range(1, 5):
        past.add(key(seed), said(("x" * 240, str(seed))), PASSED)
    assert past.begin(key(1)) is not None  # needed just now
    past.add(key(5), said(("x" * 240, "5")), PASSED)
    assert [seed for seed in range(1, 6) if past.begin(key(seed)) is not None] == [1, 3, 4, 5]
    for seed in range(6, 200):
        past.add(key(seed), said(("x" * 240, str(seed))), PASSED)
    assert len(past) == 4
    past.add(key(7), said(("x" * 2000, "7")), PASSED)
    assert past.begin(key(7)) is None


def test_a_test_with_no_end_of_answers_keeps_some(monkeypatch):
    """What the first gave is known still, the last is judged by running the test."""
    monkeypatch.setattr(conversation, "MOST_ENDINGS", 3)
    past = Conversations()
    for number in range(5):
        past.add(key(1), said(("f()", str(number))), PASSED)
    assert [followed(past, 1, str(number))[1] for number in range(5)] == [PASSED] * 3 + [None] * 2


def test_what_is_asked_on_several_ways_is_kept_once():
    """The inputs of a test are most of what it asks, and the same after every answer."""
    past = Conversations()
    first, second = "x" * 100, "y" * 100
    for number in range(10):
        past.add(key(1), said((first, str(number)), (second, "two")), PASSED)
    nodes = [past.begin(key(1)).then[digest(str(number).encode())] for number in range(10)]
    assert len({id(node.asks) for node in nodes}) == 1
