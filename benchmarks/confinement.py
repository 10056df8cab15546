"""What confinement costs: a guest's start, and a call, with and without Landlock, seccomp and the loss of capabilities.

    uv run python benchmarks/confinement.py [--guests 100] [--calls 2000]

- start: from asking the fork server for a guest until its first frame, which says what confines it;
- call: one request with an argument and an answer of a few bytes, in a guest that is running.

Both kinds take turns, guest by guest, and the medians are compared. In a grading the start is hidden besides, since a
spare guest is forked ahead. Printed, and written to benchmarks/confinement.json.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

KINDS = {"process": Policy(confined=False), "confined": Policy(confined=True)}
SOURCE = "def f(x):\n    return x\n"


def start_ms(server: ForkServer, policy: Policy) -> float:
    """Milliseconds from the request for a guest until it says that it is there."""
    began = time.perf_counter()
    guest = server._fork(policy)  # ``guest`` would hand out the spare, which was forked earlier
    guest.receive(60.0, 10_000)
    taken = time.perf_counter() - began
    guest.end()
    return 1000 * taken


def call_ms(server: ForkServer, policy: Policy, calls: int) -> list[float]:
    """Milliseconds of each of many calls in one guest."""
    session = Session(lambda: server.guest(policy), Loaded("task", [("task.py", SOURCE)], 60.0))
    session.begin(seed=1, seconds=600.0)
    session.student.f(0)  # starts the guest and loads the source
    taken = []
    for number in range(calls):
        began = time.perf_counter()
        session.student.f(number)
        taken.append(1000 * (time.perf_counter() - began))
    session.close()
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guests", type=int, default=100)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    server = ForkServer()
    server.guest(Policy()).end()  # waits until it is warm
    starts: dict[str, list[float]] = {kind: [] for kind in KINDS}
    calls: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(options.guests):
        for kind, policy in KINDS.items():
            starts[kind].append(start_ms(server, policy))
    for _ in range(4):
        for kind, policy in KINDS.items():
            calls[kind] += call_ms(server, policy, options.calls // 4)
    server.close()
    medians = {
        "start_ms": {kind: round(statistics.median(values), 2) for kind, values in starts.items()},
        "call_ms": {kind: round(statistics.median(values), 4) for kind, values in calls.items()},
    }
    for what, values in medians.items():
        added = values["confined"] - values["process"]
        print(f"{what}: process {values['process']}, confined {values['confined']}, added {added:.4f}")
    text = json.dumps({"guests": options.guests, "calls": options.calls, **medians}, indent=2)
    Path(__file__).with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
