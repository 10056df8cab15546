import torch


def bernoulli_mask(v, p:
    return v
