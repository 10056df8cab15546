"""One submission in the hands of one test after another: starts guests, asks them, and keeps the clock."""

import pickle
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import torch

from autograder.errors import GraderError
from autograder.remote.autograd import Call, link
from autograder.remote.changes import apply_changes
from autograder.remote.failures import ForbiddenCall, StudentFailure, StudentRaised, broken_import, reraise
from autograder.remote.forbidden import explain, targets
from autograder.remote.proxy import RemoteObject, Student
from autograder.remote.request import Arguments, Lifted
from autograder.remote.unwire import Decoder
from autograder.remote.wire import FRAME_HEADER, MAX_FRAME, Encoder, GuestProtocolError, Handle, Raised
from autograder.results import Outcome
from autograder.sandbox.spawn import BadFrame, Guest, GuestDied

_HELLO_SECONDS = 60.0
_NOTHING_LIVES = Encoder(lambda _: None).encode([])  # what a guest usually says, known without reading it


@dataclass(frozen=True)
class Loaded:
    """What a guest is to load: the module's name, and its source as (label, text) pieces."""

    module: str
    segments: Sequence[tuple[str, str]]
    seconds: float


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
    _guest: Guest | None = None
    _broken: StudentFailure | None = None
    _seed: int | None = None
    _forbids: Sequence[str] = ()
    _seconds: float = 0.0
    _left: float = 0.0
    _requests: int = 0
    _lifted: Lifted = field(default_factory=Lifted)
    _released: list[int] = field(default_factory=list)

    @property
    def import_failure(self) -> str | None:
        """Why the submission cannot be imported, once it was tried."""
        return None if self._broken is None else self._broken.message

    @property
    def student(self) -> Student:
        """What suites see of the submission."""
        return Student(self.ask)

    def begin(self, seed: int, seconds: float, forbids: Sequence[str] = ()) -> None:
        """Open a test: fresh seeds, no handles, ``seconds`` of the student's time, and what it must not call."""
        self._seed, self._seconds, self._left, self.failure, self.printed = seed, seconds, seconds, None, ""
        self._forbids = forbids
        self._lifted.keep(())

    def used(self) -> float:
        """Seconds that the student's code took since ``begin``."""
        return self._seconds - self._left

    def close(self) -> None:
        """End the guest, if there is one."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.end()

    def greet(self) -> None:
        """Start a guest and hear what confines it. Raises ``GraderError`` where it does not start."""
        self._guest, self._requests = self.start(), 0
        try:
            hello = self._decode(self._receive(_HELLO_SECONDS)[0], ())
        except StudentFailure as failure:  # before any of the student's code
            self.failure, self._guest = None, None
            raise GraderError(f"a guest did not start: {failure.message}") from failure
        self.mechanisms = {str(name): str(state) for name, state in hello.items()}

    def ask(self, operation: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None, **body: Any) -> Any:
        """Have the guest do something with these arguments: its answer, or its exception raised here."""
        if self.failure is not None:
            raise self.failure
        self._require_guest()
        arguments = Arguments(self._lifted)
        earlier = body.pop("linked", ())
        body["args"] = arguments.pickle(args, kwargs or {})
        inputs = {
            key: thing
            for key, thing in (self._lifted.differentiable() if torch.is_grad_enabled() else {}).items()
            if not any(thing is known for known in earlier)
        }
        body.update(table=self._lifted.table(), inputs=list(inputs), grad=torch.is_grad_enabled(), seed=self._seed)
        body["released"], self._released[:] = list(self._released), []
        if self._seed is not None and self._forbids:
            body["forbids"] = [target for name in self._forbids for target in targets(name)]
        objects = dict(self._lifted.objects)
        reply = self._exchange(operation, body, arguments.callbacks, (*earlier, *inputs.values()))
        self._seed = None
        try:
            apply_changes(reply, objects, arguments.modules)
        except GuestProtocolError as error:
            self._protocol(error)
        if reply.get("error") is not None:
            self._raise(reply["error"], str(body.get("name", "the submission")))
        return reply.get("value")

    def _require_guest(self) -> None:
        """Start a guest and load the submission, where there is none."""
        if self._broken is not None:
            self._fail(self._broken)
        if self._guest is not None:
            return
        self.greet()
        left, self._left = self._left, self.source.seconds
        body = {"module": self.source.module, "segments": list(self.source.segments), "seed": self._seed}
        try:
            reply = self._exchange("load", body, {}, ())
            if reply.get("error") is not None:
                self._raise(reply["error"], self.source.module)
        except (StudentFailure, StudentRaised) as error:
            self.close()
            self._broken = broken_import(error)
            self._fail(self._broken)
        finally:
            self._left = left

    def _exchange(
        self,
        operation: str,
        body: dict[str, Any],
        callbacks: dict[int, Callable[..., Any]],
        linked: Sequence[torch.Tensor],
    ) -> dict[str, Any]:
        """Send a request; answer callbacks until the reply is there; then hear what lives on in the guest."""
        self._requests += 1
        self._send(pickle.dumps((operation, body), protocol=pickle.HIGHEST_PROTOCOL))
        answer, living = self._receive(self._left)
        while "callback" in (reply := self._dict(self._decode(answer, linked))):
            self._send(pickle.dumps(self._call_back(callbacks, reply)))
            answer, living = self._receive(self._left)
        alive = self._decode(living, ()) if living != _NOTHING_LIVES else []
        if not isinstance(reply.get("error"), Raised | None) or not isinstance(alive, list):
            self._protocol(GuestProtocolError("an error that is none, or no list of what lives on"))
        self._lifted.keep(key for key in alive if type(key) is int)
        self.printed += str(reply.get("printed", ""))
        if reply.get("lost"):
            self.printed += f"\n… and {reply['lost']} more characters\n"
        return reply

    def _dict(self, reply: Any) -> dict[Any, Any]:
        return reply if isinstance(reply, dict) else self._protocol(GuestProtocolError("a reply must be a dict"))

    def _call_back(self, callbacks: dict[int, Callable[..., Any]], question: dict[Any, Any]) -> Any:
        """The answer of one of the judge's own functions, by value."""
        function = callbacks.get(question["callback"])
        args, kwargs = question.get("args"), question.get("kwargs")
        if function is None or not isinstance(args, tuple) or not isinstance(kwargs, dict):
            self._protocol(GuestProtocolError("a call back to what was not passed"))
        with torch.no_grad():
            return function(*args, **kwargs)

    def _pull_back(
        self, number: int, cotangents: Sequence[torch.Tensor], create_graph: bool, inputs: tuple[torch.Tensor, ...]
    ) -> Sequence[torch.Tensor | None]:
        grads = self.ask("vjp", tuple(cotangents), call=number, create_graph=create_graph, linked=inputs)
        if not isinstance(grads, list) or len(grads) != len(inputs):
            self._protocol(GuestProtocolError("gradients that do not fit the inputs"))
        return grads

    def _decode(self, frame: memoryview, linked: Sequence[torch.Tensor]) -> Any:
        number = self._requests

        def wrap(outputs: list[torch.Tensor]) -> Sequence[torch.Tensor]:
            call = Call(number, tuple(linked), self._pull_back)
            weakref.finalize(call, self._released.append, number)
            return link(call, tuple(outputs))

        def proxy(handle: Handle) -> RemoteObject:
            return RemoteObject(self.ask, handle)

        try:
            return Decoder(wrap, self._lifted.objects.__getitem__, proxy).decode(frame)
        except GuestProtocolError as error:
            self._protocol(error)

    def _send(self, frame: bytes) -> None:
        self._timed(lambda guest: guest.send(frame, self._left))

    def _receive(self, seconds: float) -> tuple[memoryview, memoryview]:
        """The next answer, and the frame that says what lives on (empty in a question)."""
        frame: memoryview = self._timed(lambda guest: guest.receive(seconds, 2 * MAX_FRAME))
        size = int.from_bytes(frame[:FRAME_HEADER], "big")
        return frame[FRAME_HEADER : FRAME_HEADER + size], frame[FRAME_HEADER + size :]

    def _timed(self, act: Callable[[Guest], Any]) -> Any:
        """Do something with the guest, on its time."""
        if self._guest is None:
            raise self.failure or StudentFailure(Outcome.CRASHED, "the process had already ended")
        began = time.monotonic()
        try:
            return act(self._guest)
        except GuestDied as death:
            self._guest = None
            self._fail(StudentFailure(death.outcome, str(death)))
        except BadFrame as error:
            self._protocol(GuestProtocolError(str(error)))
        finally:
            self._left -= time.monotonic() - began

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

    def _protocol(self, error: GuestProtocolError) -> NoReturn:
        self.close()
        self._fail(
            StudentFailure(Outcome.CRASHED, f"the process sent what is not an answer (GuestProtocolError: {error})")
        )

    def _fail(self, failure: StudentFailure) -> NoReturn:
        self.failure = failure
        # A failure that is remembered is raised in every test: without this its traceback would grow with each.
        raise failure.with_traceback(None)
