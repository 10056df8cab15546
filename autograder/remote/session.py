"""One submission in the hands of one test after another: starts guests, asks them, and keeps the clock."""

import contextlib
import functools
import pickle
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import torch

from autograder.course import ANYTHING, Rules
from autograder.errors import GraderError
from autograder.messages import say
from autograder.remote.autograd import Call, link
from autograder.remote.changes import apply_changes, refuse_changes
from autograder.remote.failures import (
    ForbiddenCall,
    ProcessEnded,
    StudentFailure,
    StudentRaised,
    broken_import,
    reraise,
)
from autograder.remote.forbidden import explain, targets
from autograder.remote.line import Line
from autograder.remote.proxy import RemoteObject, Student
from autograder.remote.reply import Answer, Question, gradients, kind_of, living, understood
from autograder.remote.request import Arguments, Lifted, Loaded, by_value, veiled
from autograder.remote.unwire import Decoder
from autograder.remote.wire import MAX_TEXT, NOTHING_LIVES, GuestProtocolError, Raised
from autograder.results import Outcome
from autograder.sandbox.pipe import BadFrame, Guest, GuestDied

Tensors = Sequence[torch.Tensor]
Callbacks = Mapping[int, Callable[..., Any]]
_HELLO_SECONDS = 60.0


@dataclass
class Session:
    """A submission under test. ``start`` forks a guest that has loaded nothing yet.

    ``begin`` opens a test with its seed and its seconds. Afterwards ``failure`` is what the submission did, if any,
    that decides the test whatever its body made of it, and ``printed`` what the student's code printed.
    """

    start: Callable[[], Guest]
    source: Loaded
    failure: StudentFailure | None = None
    printed: str = ""
    mechanisms: dict[str, str] = field(default_factory=dict)
    _line: Line | None = None
    _broken: StudentFailure | None = None
    _seed: int | None = None
    _rules: Rules = ANYTHING
    _forbidden: Sequence[tuple[str, str]] = ()
    _left: float = 0.0
    _lifted: Lifted = field(default_factory=Lifted)
    _callbacks: dict[int, Callable[..., Any]] = field(default_factory=dict)

    @property
    def import_failure(self) -> str | None:
        """Why the submission cannot be imported, once it was tried."""
        return None if self._broken is None else self._broken.message

    @property
    def student(self) -> Student:
        """What suites see of the submission."""
        return Student(self.ask)

    def begin(self, seed: int, seconds: float, rules: Rules = ANYTHING) -> None:
        """Open a test: fresh seeds, no handles, ``seconds`` of the student's time, and what it must not do."""
        self._seed, self._left, self.failure, self.printed = veiled(seed), seconds, None, ""
        self._rules, self._callbacks = rules, {}
        self._forbidden = [target for name in rules.forbids for target in targets(name)]  # which may import torchvision
        torch.default_generator.manual_seed(seed)  # a suite may draw from it, too: the layers of a model, say
        if self._line is not None:
            self._line.begin()
        self._lifted = Lifted()

    def close(self) -> None:
        """End the guest, if there is one."""
        line, self._line = self._line, None
        if line is not None:
            line.guest.end()

    def greet(self) -> None:
        """Start a guest and hear what confines it. Raises ``GraderError`` where it does not start."""
        self._line = Line(self.start())
        left, self._left = self._left, _HELLO_SECONDS
        try:
            with self._talking() as line:
                hello = self._decode(line.receive()[0])
        except StudentFailure as failure:  # before any of the student's code
            self.failure = None
            raise GraderError(f"a guest did not start: {failure.message}") from failure
        finally:
            self._left = left
        self.mechanisms = {str(name): str(state) for name, state in hello.items()}

    def ask(self, operation: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None, **body: Any) -> Any:
        """Have the guest do something with these arguments: its answer, or its exception raised here."""
        if self.failure is not None:
            self._fail(self.failure)
        if self._line is not None and self._line.until is not None:
            self._fail(StudentFailure(Outcome.FAILED, say("calls.in_a_call")))
        self._require_guest()
        earlier = body.pop("linked", ())
        with self._talking() as line:
            arguments = Arguments(self._lifted, self._callbacks)  # they live as long as the test: objects keep them
            body["args"] = arguments.pickle(args, kwargs or {})
            inputs = {
                key: thing
                for key, thing in (self._lifted.differentiable() if torch.is_grad_enabled() else {}).items()
                if not any(thing is known for known in earlier)
            }
            body.update(table=self._lifted.table(), inputs=list(inputs), grad=torch.is_grad_enabled(), seed=self._seed)
            body["forbids"] = self._forbidden if self._seed is not None else ()
            objects = dict(self._lifted.objects)
            answer = self._exchange(line, (operation, body), self._callbacks, (*earlier, *inputs.values()))
            self._seed = None
            if answer.changes:
                if not self._rules.changes_arguments:
                    refuse_changes(answer.changes, objects)
                apply_changes(answer.changes, objects, arguments.modules)
        if answer.error is not None:
            self._raise(answer.error, str(body.get("name") or say("calls.submission")))
        return answer.value

    def _require_guest(self) -> None:
        """Start a guest and load the submission, where there is none."""
        if self._broken is not None:
            self._fail(self._broken)
        if self._line is not None:
            return
        self.greet()
        left, self._left = self._left, self.source.seconds
        body = {"module": self.source.module, "segments": list(self.source.segments), "seed": self._seed}
        try:
            with self._talking() as line:
                answer = self._exchange(line, ("load", body), {}, ())
            line.begin()  # loading is no part of the test
            if answer.error is not None:
                self._raise(answer.error, self.source.module)
        except (StudentFailure, StudentRaised) as error:
            self.close()
            self._broken = broken_import(error)
            self._fail(self._broken)
        finally:
            self._left = left

    @contextlib.contextmanager
    def _talking(self) -> Iterator[Line]:
        """What happens meanwhile is on the student's time, our work on what they sent included, and however it goes
        wrong is a failure of theirs."""
        assert self._line is not None
        line, until = self._line, time.monotonic() + self._left
        line.until = until
        try:
            yield line
        except StudentFailure as failure:
            self._fail(failure)
        except GuestDied as death:
            self.close()
            kind = StudentFailure if death.outcome is Outcome.TIMED_OUT else ProcessEnded
            self._fail(kind(death.outcome, str(death)))
        except (BadFrame, GuestProtocolError) as error:
            self.close()
            message = say("process.no_answer", error=f"GuestProtocolError: {error}")
            self._fail(ProcessEnded(Outcome.CRASHED, message))
        finally:
            self._left, line.until = until - time.monotonic(), None

    def _exchange(
        self, line: Line, request: tuple[str, dict[str, Any]], callbacks: Callbacks, linked: Tensors
    ) -> Answer:
        """Send a request; answer callbacks until the reply is there; then hear what lives on in the guest."""
        line.requests += 1
        line.send(pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL))
        while True:
            frame, alive = line.receive()
            said = understood(self._decode(frame, linked if alive else None))
            if isinstance(said, Question) == bool(alive):
                raise GuestProtocolError("an answer without what lives on, or a call back with it")
            if isinstance(said, Answer):
                break
            line.send(self._call_back(callbacks, said))
        self._lifted.keep(living(self._decode(alive)) if alive != NOTHING_LIVES else ())
        self.printed += said.printed[: MAX_TEXT - len(self.printed)]
        return said

    def _call_back(self, callbacks: Callbacks, question: Question) -> bytes:
        """The answer of one of the judge's own functions, by value."""
        function = callbacks.get(question.number)
        if function is None:
            raise GuestProtocolError("a call back to what was not passed")
        try:
            with torch.no_grad():
                return by_value(function(*question.args, **question.kwargs))
        except BaseException:
            self.close()  # it still waits for an answer, and would take the next request for that
            raise

    def _pull_back(
        self, line: Line, kinds: Sequence[Any], number: int, cotangents: Tensors, create_graph: bool, inputs: Tensors
    ) -> Sequence[torch.Tensor | None]:
        if self.failure is None and line is not self._line:
            self._fail(ProcessEnded(Outcome.CRASHED, say("process.no_gradient")))
        grads = self.ask("vjp", tuple(cotangents), call=number, create_graph=create_graph, linked=inputs)
        with self._talking():
            return gradients(grads, kinds)

    def _decode(self, frame: memoryview, linked: Tensors | None = None) -> Any:
        """What a frame says; its tensors become functions of those ``linked``, unless that is None."""
        line = self._line

        def wrap(outputs: list[torch.Tensor]) -> Tensors:
            if linked is None or line is None:
                return outputs
            pull_back = functools.partial(self._pull_back, line, [kind_of(tensor) for tensor in linked])
            call = Call(line.requests, tuple(linked), pull_back)
            weakref.finalize(call, line.released.append, call.number)
            return link(call, tuple(outputs))

        return Decoder(wrap, self._lifted.objects.__getitem__, functools.partial(RemoteObject, self.ask)).decode(frame)

    def _raise(self, raised: Raised, asked_for: str) -> NoReturn:
        """Raise the guest's exception here; a guest that ran out of memory is not asked again."""
        try:
            reraise(raised, asked_for)
        except ForbiddenCall as call:
            call.message += f" ({explain(self.source.segments, call.name)})"
            self._fail(call)
        except StudentFailure as failure:
            if failure.outcome is Outcome.OUT_OF_MEMORY:
                self.close()
            self._fail(failure)

    def _fail(self, failure: StudentFailure) -> NoReturn:
        self.failure = failure
        # A failure is remembered, and may be raised in every test: without this its traceback would grow with each,
        # and it would hold on to all that the guest had sent.
        try:
            raise failure.with_traceback(None)
        finally:
            failure.__context__ = None
