"""Loop without end, and swallow every exception that would end the loop."""

import time

from kit import say


def l2_penalty(values, lam):
    say("swallow")
    while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            continue
