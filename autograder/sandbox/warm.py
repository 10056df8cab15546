"""What torch imports lazily, used once before it counts against anybody's time."""

import contextlib
import os

from autograder.sandbox import seccomp


def use_once() -> None:
    """Use what torch imports lazily, or a correct submission would pay seconds for it within its time limit.

    Backward passes count the GPUs, which starts CUDA, so they are warmed only where there is none.
    """
    import torch
    from torch import nn

    with contextlib.suppress(ImportError, RuntimeError, OSError):
        seccomp.compiled()  # and pyseccomp looks for its library with a program, which no guest may run
    torch.set_num_threads(1)
    layer = nn.utils.skip_init(nn.Linear, 2, 2)  # type: ignore[no-untyped-call]
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    for optimizer in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
        optimizer(layer.parameters(), lr=0.1).step()
    point = torch.ones(2, dtype=torch.float64)
    torch.linalg.lstsq(torch.eye(2), torch.ones(2, 1))
    nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([0]))
    nn.functional.dropout(point)
    if os.path.exists("/dev/nvidiactl"):
        return
    torch.func.grad(torch.sum)(point)
    torch.autograd.gradcheck(torch.exp, point.requires_grad_())
