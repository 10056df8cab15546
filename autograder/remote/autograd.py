"""A remote call that is differentiable here: backward sends the cotangents over, and the guest answers with the
vector-Jacobian product. The answer is again a remote call, so this works to any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

# (number of the call, cotangents, whether the result must itself be differentiable, the call's inputs) -> gradients
Pullback = Callable[[int, Sequence[torch.Tensor], bool, tuple[torch.Tensor, ...]], Sequence[torch.Tensor | None]]


@dataclass(frozen=True, eq=False)
class Call:
    """One call whose outputs require a gradient: its number in the guest, and how to ask for gradients there.

    ``inputs`` are the judge's tensors through which gradients flow, in the order in which the guest has them."""

    number: int
    inputs: tuple[torch.Tensor, ...]
    pullback: Pullback


class _Remote(torch.autograd.Function):
    """Puts the outputs of a finished remote call into this process's graph."""

    @staticmethod
    def forward(ctx: Any, call: Call, outputs: tuple[torch.Tensor, ...], *inputs: torch.Tensor) -> Any:
        """The outputs, as they came back. They must not be kept in ``ctx``, which they hold: neither would ever go."""
        ctx.call = call
        return outputs

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The gradient of every input, from the guest."""
        call = ctx.call
        return (None, None, *call.pullback(call.number, cotangents, torch.is_grad_enabled(), call.inputs))


def link(call: Call, outputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """The outputs of ``call`` as functions of its inputs."""
    if not call.inputs:
        return outputs
    with torch.enable_grad():
        linked: tuple[torch.Tensor, ...] = _Remote.apply(call, outputs, *call.inputs)
    return linked
