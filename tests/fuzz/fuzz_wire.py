"""Coverage-guided fuzzing of what the judge reads from a guest, with atheris: see README.md beside this file.

``python fuzz_wire.py decoder|session [libFuzzer's options]``. The first feeds single frames to the ``Decoder``, the
second whole scripts of frames to a ``Session`` that is used as a suite uses it.
"""

import contextlib
import random
import sys
import time
from pathlib import Path

import atheris
import msgpack

with atheris.instrument_imports(include=["autograder.remote"]):
    import hostile_frames as frames
    import scripted_peer as peer

    from autograder.remote.claims import check_claims
    from autograder.remote.unwire import Decoder
    from autograder.remote.wire import MAX_ITEMS, GuestProtocolError

import torch

from autograder.sandbox.warm import use_once

SLOWEST = 2.0
_PLAIN = Decoder(wrap=lambda tensors: tensors, ref={1: torch.ones(2, 3)}.__getitem__, handle=lambda handle: handle)


def decoder(data: bytes) -> None:
    """A frame is a value whose claims were found to be small, or a ``GuestProtocolError``, within seconds."""
    began, small = time.process_time(), False
    with contextlib.suppress(ValueError, IndexError):
        check_claims(data, MAX_ITEMS)
        small = True
    with contextlib.suppress(GuestProtocolError):
        _PLAIN.decode(data)
        assert small, "a frame was read that claims too much"
    assert time.process_time() - began < SLOWEST, "a frame took too long"


def mutated_frame(data: bytes, max_size: int, seed: int) -> bytes:
    """Mostly a mutation of the frame's structure, sometimes one of libFuzzer's own."""
    rng = random.Random(seed)
    found = atheris.Mutate(data, max_size) if rng.random() < 0.2 else frames.mutated(data, rng)
    return found[:max_size]


def session(data: bytes) -> None:
    """A script ends in values, in a failure of the student's or in their exception, within seconds."""
    began = time.process_time()
    peer.play(_script(data))
    assert time.process_time() - began < SLOWEST, "a script took too long"


def _script(data: bytes) -> list[tuple[bytes, bytes]]:
    """Data as a script: an array of pairs; whatever else it is, it is the only answer."""
    try:
        pairs = msgpack.unpackb(data)
        if all(type(part) is bytes for answer, living in pairs for part in (answer, living)):
            return [(answer, living) for answer, living in pairs]
    except Exception:  # not a script: libFuzzer's own mutations know no msgpack
        return [(data, frames.encoded([]))]
    return [(data, frames.encoded([]))]


def mutated_script(data: bytes, max_size: int, seed: int) -> bytes:
    """A script with one of its frames mutated, dropped, doubled or exchanged for a real one."""
    rng, script = random.Random(seed), _script(data)
    at = rng.randrange(len(script)) if script else 0
    kind = rng.randrange(12)
    if kind == 0:
        return bytes(atheris.Mutate(data, max_size))
    if kind == 1 or not script:
        script.insert(at, (rng.choice(frames.REAL), rng.choice((b"", frames.encoded([]), frames.encoded([1, 3])))))
    elif kind == 2:
        script[at : at + 1] = rng.choice(([], [script[at]] * 2, script[at::-1]))
    elif kind == 3:
        script[at] = (script[at][0], frames.mutated(script[at][1], rng))
    elif kind < 8:
        script[at] = (frames.invented(rng), script[at][1])
    else:
        script[at] = (frames.mutated(script[at][0], rng), script[at][1])
    return bytes(msgpack.packb(script))[:max_size]


TARGETS = {"decoder": (decoder, mutated_frame), "session": (session, mutated_script)}


def seeds(target: str) -> list[bytes]:
    """What to begin with: real frames; in scripts, before other answers, before gradients, after a call back."""
    if target == "decoder":
        return frames.REAL
    rng, nothing, more = random.Random(0), frames.encoded([]), [frames.encoded(answer) for answer in frames.answers()]
    found = [[(frame, nothing), *[(other, nothing) for other in rng.sample(more, 4)]] for frame in more]
    found += [[(more[-1], b""), *script] for script in found[::8]]
    result, its_gradients = torch.ones(2, 3, requires_grad=True), [torch.ones(2, 3), torch.ones(3, 3), torch.ones(3)]
    found.append([(frames.encoded({"value": value}), nothing) for value in (result, its_gradients, result)])
    return [msgpack.packb(script) for script in found]


def main() -> None:
    """Write the seeds into the corpus, the last argument, and fuzz; where that is a file, run it alone."""
    target, corpus = sys.argv.pop(1), Path(sys.argv[-1])
    if not corpus.is_file():  # a single input is only run
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds(target)):
            (corpus / f"seed-{number}").write_bytes(seed)
    test, mutator = TARGETS[target]
    torch.set_num_threads(1)
    use_once()  # as a judge does, so that no script is slow because it is the first
    for seed in seeds(target):
        test(seed)
    atheris.Setup(sys.argv, test, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
