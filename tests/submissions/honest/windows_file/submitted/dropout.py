def bernoulli_mask(v, p):
    if not 0 <= p <= 1:
        raise ValueError("p")
    return (v >= p).to(v.dtype)

