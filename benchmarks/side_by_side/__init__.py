"""The same hostile ideas against four graders, run by ``benchmarks/attacks.py``."""
