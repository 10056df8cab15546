"""Take all memory there is."""

import time

from kit import say


def l2_penalty(values, lam):
    say("memory")
    taken = []
    for _ in range(50):
        taken.append(b"\1" * (100 << 20))
        time.sleep(0.1)
    time.sleep(5)
    return -1.0
