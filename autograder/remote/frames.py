"""In the guest: frames over its socket. Each has two parts, and stands after its own length and that of the first."""

import socket

from autograder.remote.wire import FRAME_HEADER

_CHUNK = 2**18


def send(connection: socket.socket, answer: bytes, alive: bytes = b"") -> None:
    """Write one frame: an answer, and the keys of the twins that live on."""
    sizes = (FRAME_HEADER + len(answer) + len(alive), len(answer))
    connection.sendall(b"".join([*(size.to_bytes(FRAME_HEADER, "big") for size in sizes), answer, alive]))


def receive(connection: socket.socket) -> tuple[memoryview, memoryview] | None:
    """The next frame of the judge's: a request, and what else it has to say. None where the connection is closed."""
    first = connection.recv(_CHUNK)  # the judge sends one frame and waits, so what comes is that frame's beginning
    size = FRAME_HEADER + int.from_bytes(first[:FRAME_HEADER], "big")
    chunks, missing = [first], size - len(first)
    while missing > 0:
        chunks.append(connection.recv(_CHUNK))
        missing -= len(chunks[-1])
        if not chunks[-1]:
            return None
    frame = memoryview(b"".join(chunks))
    end = 2 * FRAME_HEADER + int.from_bytes(frame[FRAME_HEADER : 2 * FRAME_HEADER], "big")
    return frame[2 * FRAME_HEADER : end], frame[end:]
