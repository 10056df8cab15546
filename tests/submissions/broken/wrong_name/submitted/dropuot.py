def bernoulli_mask(v, p):
    return v
