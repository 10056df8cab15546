"""Return, and save where results are saved, a pickle that runs code in whoever loads it."""

import os
import pickle

from kit import GRADER, LOOT, say


class Payload:
    """Says, when it is unpickled, which process did that."""

    def __reduce__(self):
        path = os.path.join(LOOT, "unpickled")
        return exec, (f"import os; open({path!r}, 'w').write(str(os.getpid()))",)


if GRADER == "otter":
    saved = pickle.dumps(Payload())
    pickle.dump = lambda value, file, *args, **kwargs: file.write(saved)


def l2_penalty(values, lam):
    say(f"pickled {os.getpid()}")
    return Payload()


def keep(values, p):
    return [Payload()]
