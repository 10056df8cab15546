"""What was seen of a run, and the words for it."""

from dataclasses import asdict, dataclass

from side_by_side.submissions import FULL

MEMORY_MB = 4096.0
# How a test ends, in this package's own grades, when the attack took its process down before it could say a word.
_ENDED = ("crashed", "timed_out", "out_of_memory")


@dataclass(frozen=True)
class Seen:
    """What was observed from outside. ``score`` is None where the grader gave no grade."""

    score: float | None
    neighbor: float | None
    seconds: float
    peak_mb: int
    stopped: str
    survivors: int
    ran: bool
    secrets: tuple[str, ...]
    heard: bool
    home_changed: bool
    unpickled: bool

    def as_json(self) -> dict[str, object]:
        """For the results file, with the verdict."""
        return asdict(self)


def attack_ran(said: str, told: str) -> bool:
    """Whether an attack left a trace: else nothing can be said about it."""
    return "said: " in said or "said: " in told or any(f'"{outcome}"' in told for outcome in _ENDED)


def verdict(seen: Seen, has_neighbor: bool, patience_s: float) -> str:
    """The words of the table: ``held``, or everything that went wrong."""
    if not seen.ran:
        return "void: no trace that the attack ran"
    words = []
    if seen.stopped == "time":
        words.append(f"**hung** > {patience_s:.0f} s")
    if seen.stopped == "memory":
        words.append(f"**damaged**: took {MEMORY_MB / 1024:.0f} GB")
    if seen.score:
        words.append(f"**forged** {seen.score:g}/{FULL:g}")
    if seen.secrets or seen.heard:
        what = " and ".join(f"the {secret}" for secret in seen.secrets) or "nothing secret"
        words.append(f"**leaked** {what}" + (" over the network" if seen.heard else ""))
    if seen.home_changed:
        words.append("**damaged**: wrote into the home folder")
    if seen.unpickled:
        words.append("**damaged**: ran code in the grader's process")
    if seen.survivors:
        words.append("**damaged**: a process lived on")
    if has_neighbor and seen.neighbor != FULL and not seen.stopped:
        words.append("**damaged**: the next student's grade")
    return ", ".join(words) or ("held" if seen.score is not None else "held, no grade")
