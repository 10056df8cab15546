def bernoulli_mask(v, p):
    if not 0 <= p <= 1:
        raise ValueError("p")
    return (v >= p).to(v.dtype)


if __name__ == "__main__":
    while True:
        bernoulli_mask(None, 0.5)
