"""The marks by which an author names answers."""

import pytest

from autograder.answers import Answer, accepted, answers_in, misconception

WORDS = {"hint": "Think of the shift.", "reread": "DS 542, Scaling", "caught_by": "test_scale_law"}


def scale__added(x):
    """An answer without a mark."""
    return x


def marked(name, mark):
    """A function of this name, marked."""

    def answer(x):
        return x

    answer.__name__ = name
    return mark(answer)


def test_a_mark_names_what_is_replaced_and_the_variant():
    """By the name alone, cut at its first double underscore."""
    found = answers_in({"a": marked("scale__added__twice", accepted), "b": 3, "c": scale__added})
    assert found == (Answer("scale", "added__twice"),)
    assert found[0].written_as == "scale__added__twice"
    assert not found[0].is_misconception


def test_a_misconception_carries_its_words():
    """The hint, what to reread, and the tests that catch it: one or several."""
    one = answers_in({"a": marked("scale__a", misconception(**WORDS))})[0]
    several = answers_in({"a": marked("scale__b", misconception(**{**WORDS, "caught_by": ("a", "b")}))})[0]
    assert (one.hint, one.reread, one.caught_by) == ("Think of the shift.", "DS 542, Scaling", ("test_scale_law",))
    assert several.caught_by == ("a", "b")
    assert one.is_misconception


def test_marking_leaves_the_answer_as_it_is():
    """It is called as before, and a class may be marked like a function."""

    @accepted
    class Scaler__plain:  # noqa: N801 - an answer is called so
        """A class."""

    assert marked("scale__a", accepted)(3) == 3
    assert answers_in({"Scaler__plain": Scaler__plain}) == (Answer("Scaler", "plain"),)


def test_answers_come_in_the_order_in_which_they_are_written():
    """As the author reads them."""
    names = ["scale__b", "scale__a", "Scaler__c"]
    found = answers_in({name: marked(name, accepted) for name in names})
    assert [answer.written_as for answer in found] == names


@pytest.mark.parametrize("name", ["scale", "scale__", "__scale", "scale_added", ""])
def test_a_name_that_tells_no_variant_is_refused(name):
    """With an example of what would be right."""
    with pytest.raises(ValueError, match="l2_penalty__einsum"):
        marked(name, accepted)


@pytest.mark.parametrize("missing", WORDS)
def test_a_misconception_without_its_words_is_refused(missing):
    """A hint, a section and a test that catches it are what makes one useful."""
    with pytest.raises(ValueError, match="needs a hint"):
        misconception(**{**WORDS, missing: ""})
    with pytest.raises(ValueError, match="needs a hint"):
        misconception(**{**WORDS, "caught_by": ()})
