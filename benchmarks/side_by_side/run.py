"""One submission, one grader: hand in, grade under watch, look at what is there afterwards."""

import contextlib
import json
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from side_by_side import submissions, warden
from side_by_side.sides import NEIGHBOR, STUDENT, Place, Side, environment
from side_by_side.verdict import MEMORY_MB, Seen, attack_ran

GRADER_WORDS = {"otter-grader": "otter", "gradescope-utils": "gradescope"}  # how the attacks name them
GRACE_S = 10.0  # what a grader may take to end its own helpers after its command has ended, on a busy machine
_BASHRC = "# a decoy\n"
_HOARDING = threading.Lock()  # one at a time takes all memory


class _Listener(socketserver.ThreadingTCPServer):
    """Takes in what is sent to a port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[bytes] = []


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Keep all that comes until the other side is done."""
        self.request.settimeout(5)
        assert isinstance(self.server, _Listener)
        self.server.heard.append(b"")
        with contextlib.suppress(OSError):
            while part := self.request.recv(1 << 16):
                self.server.heard.append(part)


@contextlib.contextmanager
def _listening() -> Iterator[_Listener]:
    with _Listener() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def observe(side: Side, idea: str, template: Place, env: Path, place: Place, cap_s: float) -> Seen:
    """Grade one submission in a fresh copy of the template; ``idea`` is an attack, ``right`` or ``wrong``."""
    shutil.rmtree(place.root, ignore_errors=True)
    shutil.copytree(template.grader, place.grader, symlinks=True)
    variables = environment(place, env)
    bashrc = submissions.write(place.home / ".bashrc", _BASHRC)
    with _listening() as listener:
        known = submissions.Known(
            GRADER_WORDS.get(side.name, side.name),
            place.grader,
            side.results(place),
            place.home,
            place.loot,
            listener.server_address[1],
        )
        command = side.hand_in(place, env, submissions.handed_in(idea, known))
        report = _graded(idea, place, command, variables, cap_s)
    heard = b"".join(listener.heard)
    scores = side.scores(place, env)
    told, said = side.told(place), _text(place.loot / "said")
    return Seen(
        score=scores.get(STUDENT),
        neighbor=scores.get(NEIGHBOR),
        seconds=report["seconds"],
        peak_mb=report["peak_mb"],
        stopped=report["stopped"],
        survivors=report["survivors"],
        ran=idea in submissions.BASELINE or attack_ran(said, told),
        secrets=_secrets(_text(place.loot / "secrets") + heard.decode(errors="replace") + told),
        heard=bool(listener.heard),
        home_changed=_text(bashrc) != _BASHRC,
        unpickled=_unpickled(place.loot / "unpickled", said),
    )


def _graded(idea: str, place: Place, command: list[str], variables: dict[str, str], cap_s: float) -> dict[str, object]:
    """The warden's report on the grader's command."""
    job = {
        "command": command,
        "cwd": str(place.grader),
        "env": variables,
        "output": str(place.root / "output.txt"),
        "cap_s": cap_s,
        "cap_mb": MEMORY_MB,
        "grace_s": GRACE_S,
    }
    path = submissions.write(place.root / "job.json", json.dumps(job))
    with _HOARDING if idea == "memory" else contextlib.nullcontext():
        done = subprocess.run(
            [sys.executable, warden.__file__, str(path)], stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _secrets(text: str) -> tuple[str, ...]:
    """Which of the secrets a text that left the grader's hands holds."""
    held = {"hidden tests": submissions.SECRET_OF_TEST, "reference": submissions.SECRET_OF_REFERENCE}
    return tuple(name for name, words in held.items() if words in text)


def _unpickled(path: Path, said: str) -> bool:
    """Whether a payload ran, and in another process than the submission's."""
    return path.is_file() and f"said: pickled {_text(path)}\n" not in said
