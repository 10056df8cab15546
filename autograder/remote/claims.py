"""How much a frame claims to hold, found without making any of it: msgpack itself makes every array as long as it says
it is, one in another, before it has seen an element."""

# Up to this size a frame is harmless whatever it claims, as long as no array is longer than it: msgpack nests no
# deeper than 1024.
SMALL_FRAME = 4096

# By the first byte of a value: the bytes that it takes, where that is known from it; or the bytes of the length that
# follows, of text, bytes or an array. Short arrays are in neither, nor are maps and extensions, which no frame has.
_SIZES = {
    **dict.fromkeys([*range(0x80), *range(0xE0, 0x100), 0xC0, 0xC2, 0xC3], 1),
    **{0xA0 + length: 1 + length for length in range(32)},
    **{0xCA: 5, 0xCB: 9, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9},
}
_LENGTHS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xDC: 2, 0xDD: 4}


def check_claims(frame: bytes | memoryview, most: int) -> None:
    """Raise ``ValueError`` where the arrays of a frame claim more than ``most`` elements together, or at a value that
    has no place in a frame; ``IndexError`` where the frame ends too early."""
    due, position, claimed = 1, 0, 0
    while due:
        due -= 1
        code = frame[position]
        size = _SIZES.get(code)
        if size is not None:
            position += size
            continue
        width = _LENGTHS.get(code, 0)
        position += 1 + width
        length = int.from_bytes(frame[position - width : position], "big") if width else code & 15
        if 0x90 <= code <= 0x9F or code in (0xDC, 0xDD):
            due, claimed = due + length, claimed + length
            if claimed > most:
                raise ValueError(f"more than {most} parts")
        elif width:
            position += length
        else:
            raise ValueError(f"a value of msgpack's type {code:#x}")
