rate = 1 / 0


def bernoulli_mask(v, p):
    return v
