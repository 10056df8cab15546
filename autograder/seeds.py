"""Seeds: of a student's inputs in an assignment, and what derives from them."""

import hashlib
import hmac


def seed_of(secret: str, student: str, assignment: str, forms: int | None) -> str:
    """The seed of a student's inputs: nobody without the secret can tell it, and it stays the same for a regrade. It is
    one of the assignment's ``forms``, or the student's own where that is None."""
    own = _keyed(secret, student, assignment)
    return own if forms is None else form(secret, assignment, int(own, 16) % forms)


def form(secret: str, assignment: str, number: int) -> str:
    """The seed of one of an assignment's forms, counted from 0."""
    return _keyed(secret, "", assignment, str(number))  # no student is called nothing


def _keyed(secret: str, *labels: str) -> str:
    return hmac.new(secret.encode(), "\0".join(labels).encode(), hashlib.sha256).hexdigest()[:32]


def derive(seed: str, *labels: str) -> int:
    """A 128-bit number that depends on a seed and labels, and tells nothing about either."""
    return int.from_bytes(hashlib.sha256("\0".join((seed, *labels)).encode()).digest()[:16], "big")
