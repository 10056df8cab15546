"""Hand in files beside the answer that the tests will import: numpy.py, conftest.py, sitecustomize.py."""

from kit import say

say("shadow")
