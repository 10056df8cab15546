"""In the guest: what the student's code prints, kept within bounds."""

import io


class Printed(io.TextIOBase):
    """Stands for stdout and stderr: keeps the first characters of what is printed and counts the rest."""

    def __init__(self, limit: int) -> None:
        self._limit, self._kept, self._size, self._lost = limit, io.StringIO(), 0, 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits."""
        room = self._limit - self._size
        self._kept.write(text[:room])
        self._size += min(len(text), room)
        self._lost += max(0, len(text) - room)
        return len(text)

    def take(self) -> dict[str, str | int]:
        """What was printed since the last call, and how many characters were dropped; only what there is."""
        kept, lost = self._kept.getvalue(), self._lost
        if not kept and not lost:
            return {}
        self._kept, self._size, self._lost = io.StringIO(), 0, 0
        return {"printed": kept, "lost": lost}
