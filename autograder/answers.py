"""How an author names the answers that prove a suite: the accepted ones and the misconceptions.

``solutions/<assignment>/accepted.py`` and ``misconceptions.py`` hold functions and classes called
``<name>__<variant>``, each marked with one of the decorators below. A variant stands in for ``<name>`` in the
reference module, in whose namespace it runs: it may call the reference's other functions and imports by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
MARK = "__answer__"


@dataclass(frozen=True)
class Answer:
    """One way to write one function or class of a task.

    ``replaces`` is the name that it stands in for; ``variant`` tells it from its siblings. A misconception also
    carries the ``hint`` for a student who holds it, the lecture section to ``reread`` and the tests, by name,
    that must catch it; one whose answers are random also the tests that ``may_catch`` it, by its luck.
    """

    replaces: str
    variant: str
    hint: str = ""
    reread: str = ""
    caught_by: tuple[str, ...] = ()
    may_catch: tuple[str, ...] = ()

    @property
    def is_misconception(self) -> bool:
        """Whether this answer is wrong, and must lose marks."""
        return bool(self.caught_by)

    @property
    def written_as(self) -> str:
        """The name that the variant has in its file."""
        return f"{self.replaces}__{self.variant}"


def accepted(answer: T) -> T:
    """Mark ``<name>__<variant>`` as a correct way to write ``<name>``: it must get full marks."""
    return _mark(answer)


def misconception(
    *, hint: str, reread: str, caught_by: str | tuple[str, ...], may_catch: tuple[str, ...] = ()
) -> Callable[[T], T]:
    """Mark ``<name>__<variant>`` as a plausible wrong way to write ``<name>``: it must lose marks.

    ``hint`` is read by the student who holds it: it names the mistake, never the answer. ``reread`` is a lecture
    section ("DS 542, Dropout"). ``caught_by`` names the tests of the task that must fail;
    ``may_catch`` those that fail by chance, where the answer itself is random. All others it passes, or fails, always.
    """
    names = (caught_by,) if isinstance(caught_by, str) else caught_by
    if not (hint and reread and names and all(names)):
        raise ValueError("a misconception needs a hint, a lecture section to reread and the tests that catch it")

    def decorate(answer: T) -> T:
        return _mark(answer, hint=hint, reread=reread, caught_by=names, may_catch=may_catch)

    return decorate


def _mark(answer: T, **what: Any) -> T:
    name, separator, variant = getattr(answer, "__name__", "").partition("__")
    if not separator or not name or not variant:
        raise ValueError(f"{name!r}: an answer is called <name>__<variant>, for example l2_penalty__einsum")
    setattr(answer, MARK, Answer(replaces=name, variant=variant, **what))
    return answer


def answers_in(namespace: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The marked answers of a module's namespace, in the order in which they are written."""
    return tuple(found for value in namespace.values() if isinstance(found := getattr(value, MARK, None), Answer))
