"""Small models and functions that suites pass to a submission, and that guests import by name.

They run beside the student's code, so they hold no answer. What they find they tell a function of the suite's, which
stays in the judge.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


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


class CountingEpoch:
    """An epoch of training by script: first tells what it found, then adds 1 to everything in the model's state."""

    def __init__(self, tell: Callable[..., Any]) -> None:
        self._tell = tell

    def __call__(self, model: nn.Module) -> None:
        """Train for one epoch."""
        self._tell(*_condition(model))
        with torch.no_grad():
            for value in model.state_dict().values():
                value += 1


class ScriptedMetric:
    """A metric by script: tells what it found, and returns what it is answered."""

    def __init__(self, tell: Callable[..., Any]) -> None:
        self._tell = tell

    def __call__(self, model: nn.Module) -> Any:
        """The metric of the model."""
        return self._tell(*_condition(model))


def _condition(model: nn.Module) -> tuple[list[bool], bool]:
    """In what condition a model was passed: the training flags of all its layers, and whether gradients are on."""
    return [module.training for module in model.modules()], torch.is_grad_enabled()
