from my_layers import mask


def bernoulli_mask(v, p):
    return mask(v, p)
