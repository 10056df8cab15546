"""Small models and functions that suites pass to a submission and that guests import. They hold no answer: what is
known about them on paper stays in the suites."""

import torch


class PolynomialLoss:
    """The loss ``level + (phi - center)' H (phi - center) / 2 + sum_j q_j phi_j^4 / 4`` of parameters ``phi`` [P].

    ``hessian`` H [P, P] is symmetric; ``center`` and ``quartic`` q are [P]. Calling it gives a 0-d tensor.
    """

    def __init__(self, hessian: torch.Tensor, center: torch.Tensor, quartic: torch.Tensor, level: float = 0.0) -> None:
        self.hessian, self.center, self.quartic = hessian, center, quartic
        self.level = center.new_tensor(level)  # adding a number makes torch's forward mode forget about float32

    def __call__(self, phi: torch.Tensor) -> torch.Tensor:
        """The loss at ``phi``."""
        away = phi - self.center
        return away @ self.hessian @ away / 2 + (self.quartic * phi**4).sum() / 4 + self.level

    def to(self, kind: torch.dtype | str) -> "PolynomialLoss":
        """The same loss for parameters of another dtype, or on another device."""
        hessian, center, quartic = (tensor.to(kind) for tensor in (self.hessian, self.center, self.quartic))
        return PolynomialLoss(hessian, center, quartic, float(self.level))
