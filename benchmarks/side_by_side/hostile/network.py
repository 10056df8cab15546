"""Connect to a listener and send what was found."""

import os
import socket

from kit import PORT, ROOT, say, texts_under


def l2_penalty(values, lam):
    say("network")
    with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection:
        connection.sendall("\n".join(["hello", *texts_under(os.getcwd(), ROOT)]).encode())
    return -1.0
