table = bytearray(1 << 34)
