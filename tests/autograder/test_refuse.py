"""Forbidden library calls, refused in the guest however they are reached, and only while their task is tested."""

from collections.abc import Callable

import pytest
import torch

from autograder.course import Rules
from autograder.remote.failures import ForbiddenCall
from autograder.remote.session import Session
from autograder.results import Outcome

Make = Callable[..., Session]
DROPOUT = ("torch.nn.functional.dropout", "torch.nn.Dropout", "aten::*dropout*")

WAYS = {
    "by its name": "return torch.nn.functional.dropout(x)",
    "by an alias made at import": "return alias(x)",
    "by getattr": "return getattr(F, 'drop' + 'out')(x)",
    "by importlib": "import importlib; return importlib.import_module('torch.nn.functional').dropout(x)",
    "by exec": "space = {'x': x}; exec('import torch; y = torch.dropout(x, 0.5, True)', space); return space['y']",
    "by eval of a byte string": "return eval(b'F.dro' + b'pout(x)')",
    "as a layer": "return nn.Dropout()(x)",
    "as a layer, calling forward": "return nn.Dropout.forward(nn.Dropout(), x)",
    "as a layer in a model": "return nn.Sequential(nn.Identity(), nn.Dropout())(x)",
    "as a subclass of the layer": "return type('Mine', (nn.Dropout,), {})()(x)",
    "as another layer of its family": "return nn.Dropout1d()(x[None, None])",
    "as a built-in": "return torch.dropout(x, 0.5, True)",
    "as a built-in, in place": "return torch.dropout_(x.clone(), 0.5, True)",
    "as another operator": "return torch.native_dropout(x, 0.5, True)[0]",
    "as an operator, by its overload": "return torch.ops.aten.dropout.default(x, 0.5, True)",
    "as a hidden built-in": "return torch._VF.dropout(x, 0.5, True)",
    "with a gradient": "return F.dropout(x.clone().requires_grad_()).detach()",
    "without gradients": "\n    with torch.inference_mode(): return F.alpha_dropout(x.clone(), training=True)",
    "inside vmap": "return torch.vmap(lambda v: torch.dropout(v, 0.5, True), randomness='different')(x)",
    "as a copy of the function": "f = F.dropout; return type(f)(f.__code__, F.__dict__)(x, 0.5, True, False)",
    "as a copy made at import": "return copied(x, 0.5, True, False)",
    "as a compiled script": "return scripted(x)",
    "from the garbage collector": (
        "import gc, types; functions = [f for f in gc.get_objects() if isinstance(f, types.FunctionType)]\n"
        "    return [f for f in functions if f.__qualname__ == 'dropout'][0](x, 0.5, True, False)"
    ),
}
AT_IMPORT = """
import types, warnings
import torch
from torch import nn
import torch.nn.functional as F
alias = F.dropout
copied = types.FunctionType(F.dropout.__code__, F.__dict__)
warnings.simplefilter("ignore")
@torch.jit.script
def scripted(x):
    return torch.dropout(x, 0.5, True)
"""


@pytest.mark.parametrize("body", WAYS.values(), ids=WAYS)
def test_a_forbidden_call_is_refused_however_it_is_reached(guest_of: Make, body: str) -> None:
    """Aliases, copies, scripts, layers, operators: the test fails with a message that names the call and no path."""
    session = guest_of(f"{AT_IMPORT}\ndef f(x):\n    {body}\n")
    session.begin(1, 20.0, Rules(DROPOUT))
    with pytest.raises(ForbiddenCall, match="which this task asks you to write yourself") as failure:
        session.student.f(torch.ones(4))
    assert failure.value.outcome is Outcome.FAILED
    assert "dropout" in failure.value.name.lower()
    assert "autograder" not in failure.value.message
    assert session.failure is failure.value


@pytest.mark.parametrize("body", WAYS.values(), ids=WAYS)
def test_the_same_call_is_fine_in_another_task(guest_of: Make, body: str) -> None:
    """Once the next task's test begins, everything works as before."""
    session = guest_of(f"{AT_IMPORT}\ndef f(x):\n    {body}\ndef g(): return 1\n")
    session.begin(1, 20.0, Rules(DROPOUT))
    session.student.g()
    session.begin(2, 20.0)
    assert session.student.f(torch.ones(4)) is not None


def test_another_thread_meets_the_same_refusal(guest_of: Make) -> None:
    """The call fails in a thread of the student's too, so that there is no result to return."""
    source = (
        "import _thread, time, torch\nfound = []\n"
        "def work(x):\n"
        "    try: found.append(torch.dropout(x, 0.5, True))\n"
        "    except RuntimeError: found.append(None)\n"
        "def f(x):\n"
        "    _thread.start_new_thread(work, (x,))\n"
        "    while not found: time.sleep(0.01)\n"
        "    return found[0]\n"
    )
    session = guest_of(source)
    session.begin(1, 20.0, Rules(DROPOUT))
    assert session.student.f(torch.ones(4)) is None


def test_what_catches_the_refusal_has_to_answer_itself(guest_of: Make) -> None:
    """A submission that tries the library first and then computes is judged by what it computes."""
    source = (
        "import torch\ndef f(x):\n    try: return torch.dropout(x, 0.5, True)\n    except Exception: return x + 1\n"
    )
    session = guest_of(source)
    session.begin(1, 20.0, Rules(DROPOUT))
    assert torch.equal(session.student.f(torch.ones(4)), torch.full((4,), 2.0))


def test_what_is_not_named_stays_possible(guest_of: Make) -> None:
    """Bernoulli draws, other layers, isinstance, subclasses that write their own forward, other arguments: all work."""
    source = """
import torch
from torch import nn
class Mine(nn.Dropout):
    def forward(self, x):
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p))
def f(x):
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.BatchNorm1d(4), Mine())
    model(x[None].expand(3, 4))
    nn.functional.cross_entropy(x[None], torch.tensor([0]))
    nn.CrossEntropyLoss()(x[None], torch.tensor([0]))
    torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.1).step()
    return isinstance(model[-1], nn.Dropout)
"""
    session = guest_of(source)
    names = (*DROPOUT, "torch.nn.functional.cross_entropy(label_smoothing)", "torch.optim.Adam")
    session.begin(1, 20.0, Rules(names))
    assert session.student.f(torch.ones(4)) is True


ARGUMENTS = {
    "the function": "nn.functional.cross_entropy(x[None], torch.tensor([0]), label_smoothing=0.1)",
    "the function, by position": "F.cross_entropy(x[None], torch.tensor([0]), None, None, -100, None, 'mean', 0.1)",
    "the layer": "nn.CrossEntropyLoss(label_smoothing=0.1)(x[None], torch.tensor([0]))",
}


@pytest.mark.parametrize("call", ARGUMENTS.values(), ids=ARGUMENTS)
def test_one_argument_of_a_function_can_be_forbidden(guest_of: Make, call: str) -> None:
    """``name(argument)`` refuses calls that give the argument another value than its default."""
    session = guest_of(f"import torch\nfrom torch import nn\nF = nn.functional\ndef f(x):\n    return {call}\n")
    session.begin(1, 20.0, Rules(("torch.nn.functional.cross_entropy(label_smoothing)",)))
    with pytest.raises(ForbiddenCall, match="cross_entropy"):
        session.student.f(torch.ones(4))


def test_a_class_whose_methods_close_over_cells_can_be_forbidden(guest_of: Make) -> None:
    """An optimizer's methods call ``super()`` and are wrapped; making one is refused all the same, later allowed."""
    source = "import torch\ndef f(x):\n    return len(torch.optim.Adam([x.clone().requires_grad_()]).param_groups)\n"
    session = guest_of(source)
    session.begin(1, 20.0, Rules(("torch.optim.Adam",)))
    with pytest.raises(ForbiddenCall, match=r"calls `torch\.optim\.Adam`"):
        session.student.f(torch.ones(4))
    session.begin(2, 20.0)
    assert session.student.f(torch.ones(4)) == 1
