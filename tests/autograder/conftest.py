"""What several tests share: one warm fork server for the whole session, and sessions over a source text."""

from collections.abc import Callable, Iterator

import pytest

from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

# Files whose tests take minutes, one after another. Where files are shared out among processes they must begin first,
# or everybody waits for the last of them.
LONG = (
    "test_hostile", "test_diagnosis", "test_notebooks", "test_numbers", "test_browser", "test_pages_of_mistakes",
    "test_nbgrader", "test_gradebook", "test_on_cluster", "test_killed", "test_packing", "test_workflows",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first."""
    items.sort(key=lambda item: not item.path.stem.startswith(LONG))


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """A warm fork server."""
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def guest_of(fork_server: ForkServer) -> Iterator[Callable[..., Session]]:
    """Makes a session, with its first test begun, over the source of a submission."""
    sessions: list[Session] = []

    def make(
        source: str, *, seconds: float = 20.0, memory_mb: int = 1024, printed_kb: int = 4, confined: bool = True
    ) -> Session:
        policy = Policy(memory_mb=memory_mb, printed_kb=printed_kb, confined=confined)
        session = Session(lambda: fork_server.guest(policy), Loaded("task", [("task.py", source)], seconds))
        session.begin(seed=1, seconds=seconds)
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.close()
