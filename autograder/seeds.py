"""Seeds: of a student's inputs in an assignment, and what derives from them."""

import hashlib
import hmac


def seed_of(secret: str, student: str, assignment: str) -> str:
    """The seed of a student's inputs: nobody without the secret can tell it, and it stays the same for a regrade."""
    return hmac.new(secret.encode(), f"{student}\0{assignment}".encode(), hashlib.sha256).hexdigest()[:32]


def derive(seed: str, *labels: str) -> int:
    """A 128-bit number that depends on a seed and labels, and tells nothing about either."""
    return int.from_bytes(hashlib.sha256("\0".join((seed, *labels)).encode()).digest()[:16], "big")
