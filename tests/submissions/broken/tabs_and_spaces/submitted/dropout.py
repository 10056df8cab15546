def bernoulli_mask(v, p):
        v = v + 0
	return v
