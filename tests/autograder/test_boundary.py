"""What a suite sees through the boundary is what it would see in one process: values, identity, gradients, changes."""

import copyreg
from collections.abc import Callable

import pytest
import torch
from torch import nn

from autograder.errors import AssignmentError
from autograder.remote.failures import StudentFailure, StudentRaised
from autograder.remote.request import Arguments, Lifted, by_value
from autograder.remote.session import Session
from autograder.results import Outcome

Make = Callable[..., Session]

HEADER = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def test_values_go_and_come_back(guest_of: Make) -> None:
    """Arguments and results of plain kinds arrive as they were, keywords included."""
    student = guest_of(HEADER + "def echo(*args, **kwargs): return args, kwargs").student
    (numbers, text), keywords = student.echo([1, 2.5, None, 1j], "é", flag=True, sizes=(3, {"a": b"x"}))
    assert numbers == [1, 2.5, None, 1j]
    assert text == "é"
    assert keywords == {"flag": True, "sizes": (3, {"a": b"x"})}


def test_identity_survives(guest_of: Make) -> None:
    """A returned tensor that is an argument, or a parameter of a module passed in, is that same object here."""
    source = (
        HEADER
        + "def weights(model): return [m.weight for m in model if isinstance(m, nn.Linear)]\ndef same(x): return x"
    )
    student = guest_of(source).student
    model, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), torch.ones(2)
    assert student.same(x) is x
    first, second = student.weights(model)
    assert first is model[0].weight
    assert second is model[2].weight


def test_tied_weights_stay_tied(guest_of: Make) -> None:
    """One parameter used by two layers is one parameter there."""
    student = guest_of(HEADER + "def tied(model): return model[0].weight is model[1].weight").student
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    assert not student.tied(model)
    model[1].weight = model[0].weight
    assert student.tied(model)


def test_modules_arrive_whole(guest_of: Make) -> None:
    """Every attribute that torch gives a module is there, empty tables of hooks included, and a hook that is set."""
    source = HEADER + (
        "def state(model): return {path: {name: (type(value).__name__, len(value) if hasattr(value, '__len__') else "
        "value) for name, value in vars(layer).items()} for path, layer in model.named_modules()}"
    )
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.LSTM(3, 2), nn.MultiheadAttention(4, 2), nn.GELU())
    model[0].register_forward_hook(torch.neg)
    model[4].train(False)
    wanted = {
        path: {
            name: (type(value).__name__, len(value) if hasattr(value, "__len__") else value)
            for name, value in vars(layer).items()
        }
        for path, layer in model.named_modules()
    }
    found = guest_of(source).student.state(model)
    for layers in (wanted, found):
        layers["2"].pop("_flat_weight_refs")  # weak references, made anew
    assert found == wanted
    assert found["0"]["_forward_hooks"] == ("OrderedDict", 1)


def test_exceptions_arrive_whatever_others_made_of_their_pickles(
    guest_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask has exceptions pickled by a function of its own wherever it is imported; no guest knows that."""
    monkeypatch.setitem(copyreg.dispatch_table, KeyError, lambda error: (unknown_there, error.args))
    student = guest_of("def seen(error): return type(error).__name__, error.args").student
    assert student.seen(KeyError("key")) == ("KeyError", ("key",))


def unknown_there(*_: object) -> None:
    """No function that a guest could import."""
    raise AssertionError("made from its pickle in the judge")


def test_gradients_flow_to_arguments_and_parameters(guest_of: Make) -> None:
    """A result is differentiable here with respect to every tensor that went in, parameters of modules included."""
    student = guest_of(HEADER + "def cost(model, x): return (model(x) ** 2).sum()").student
    model, x = nn.Linear(3, 2).double(), torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    student.cost(model, x).backward()
    wanted = torch.autograd.grad((model(x) ** 2).sum(), [x, model.weight, model.bias])
    for found, expected in zip((x.grad, model.weight.grad, model.bias.grad), wanted, strict=True):
        torch.testing.assert_close(found, expected)


def test_gradcheck_and_higher_derivatives_work(guest_of: Make) -> None:
    """``gradcheck``, ``gradgradcheck`` and a Hessian work on a remote function, unchanged."""
    student = guest_of(HEADER + "def f(x, w): return torch.sin(x @ w).pow(3).sum()").student
    x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    w = torch.randn(3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(student.f, (x, w))
    assert torch.autograd.gradgradcheck(student.f, (x, w))
    hessian = torch.autograd.functional.hessian(lambda v: student.f(x.detach(), v), w.detach())
    wanted = torch.autograd.functional.hessian(lambda v: torch.sin(x.detach() @ v).pow(3).sum(), w.detach())
    torch.testing.assert_close(hessian, wanted)


def test_wrong_gradients_are_seen(guest_of: Make) -> None:
    """gradcheck fails through the boundary where it would fail in one process."""
    source = HEADER + (
        "class Wrong(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, x): return x * 2\n"
        "    @staticmethod\n    def backward(ctx, g): return g * 3\n"
        "def f(x): return Wrong.apply(x)\ndef detached(x): return (x.detach() * 2).sum()\n"
    )
    student = guest_of(source).student
    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    assert not torch.autograd.gradcheck(student.f, (x,), raise_exception=False)
    assert not student.detached(x).requires_grad


def test_two_calls_with_fresh_graphs_do_not_meet(guest_of: Make) -> None:
    """A second call is not tied to the graph of the first one's argument, which backward has freed."""
    student = guest_of(HEADER + "def twice(cost): return cost * 2").student
    w = torch.tensor(3.0, requires_grad=True)
    first = student.twice(w**2)
    first.backward()
    second = student.twice(w**3)
    second.backward()
    assert w.grad == 2 * 2 * 3.0 + 2 * 3 * 9.0
    assert first.item() == 18


def test_finished_calls_are_let_go(guest_of: Make) -> None:
    """The guest keeps nothing of a call whose results are gone here."""
    session = guest_of(HEADER + "def f(x): return x * 2")
    for _ in range(20):
        session.student.f(torch.ones(3, requires_grad=True)).sum().backward()
    session.student.f(torch.ones(3))
    assert len(session._lifted.objects) <= 1


def test_no_grad_holds_there_too(guest_of: Make) -> None:
    """Under ``no_grad`` here, the student's code runs under ``no_grad``; what it switches is switched back."""
    source = HEADER + "def mode(): return torch.is_grad_enabled()\ndef off(): torch.set_grad_enabled(False)"
    student = guest_of(source).student
    with torch.no_grad():
        assert student.mode() is False
    student.off()
    assert student.mode() is True


def test_changes_in_place_are_copied_back(guest_of: Make) -> None:
    """Values, gradients, ``requires_grad`` and training flags that a call changes are changed here."""
    source = HEADER + (
        "def meddle(model, x):\n"
        "    x.mul_(2)\n    model.train(False)\n    model[0].bias.data.zero_()\n"
        "    model[0].weight.requires_grad_(False)\n    model[1].weight.grad = torch.ones_like(model[1].weight)\n"
    )
    student = guest_of(source).student
    model, x = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), torch.ones(2)
    student.meddle(model, x)
    assert x.tolist() == [2, 2]
    assert not any(module.training for module in model.modules())
    assert model[0].bias.abs().sum() == 0
    assert not model[0].weight.requires_grad
    assert torch.equal(model[1].weight.grad, torch.ones(2, 2))


def test_replaced_and_reconfigured_layers_show(guest_of: Make) -> None:
    """A layer that a call replaces, reconfigures, adds or removes in an argument shows in the argument here."""
    source = HEADER + (
        "def replace(model): model[1] = nn.Identity()\ndef retune(model): model[1].p = 0.9\n"
        "def add(model): model.append(nn.Tanh())\ndef remove(model): del model[1]\n"
        "def nothing(model): model(torch.ones(2))\n"
    )
    student = guest_of(source).student

    def after(name: str) -> str:
        model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))
        getattr(student, name)(model)
        return repr(model)

    assert "Identity()" in after("replace")
    assert "p=0.9" in after("retune")
    assert "Tanh()" in after("add")
    assert "Dropout" not in after("remove")
    assert after("nothing") == repr(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1)))


def test_generators_advance_here(guest_of: Make) -> None:
    """A generator passed twice gives different numbers, the same as it would give here."""
    student = guest_of(HEADER + "def draw(g): return torch.rand(4, generator=g)").student
    there, here = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    for _ in range(2):
        assert torch.equal(student.draw(there), torch.rand(4, generator=here))


def test_a_generator_that_an_object_keeps_advances_here_as_well(guest_of: Make) -> None:
    """Drawn from in a later call, and here in between, it is one generator on both sides."""
    student = guest_of(
        HEADER
        + "class Noise:\n    def __init__(self, g): self.g = g\n"
        + "    def draw(self): return torch.rand(4, generator=self.g)\n"
    ).student
    there, here = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    noise = student.Noise(there)
    for _ in range(2):
        assert torch.equal(noise.draw(), torch.rand(4, generator=here))
        assert torch.equal(torch.rand(4, generator=there), torch.rand(4, generator=here))
    assert torch.equal(student.Noise(there).draw(), torch.rand(4, generator=here))


def test_default_generators_are_seeded_for_each_test(guest_of: Make) -> None:
    """The same seed gives the same draws from torch, random and numpy; another seed gives others."""
    source = (
        HEADER
        + "import random\nimport numpy\ndef draw(): return [torch.rand(1).item(), random.random(), numpy.random.rand()]"
    )
    session = guest_of(source)
    drawn = []
    for seed in (1, 1, 2):
        session.begin(seed, 10.0)
        drawn.append(session.student.draw())
    assert drawn[0] == drawn[1]
    assert all(one != other for one, other in zip(drawn[0], drawn[2], strict=True))


def test_objects_stay_there_and_work_from_here(guest_of: Make) -> None:
    """A student's module is called, read, set, switched and nested from here; ``isinstance`` follows its base."""
    source = HEADER + (
        "class Scale(nn.Module):\n"
        "    def __init__(self, by): super().__init__(); self.by = by\n"
        "    def forward(self, x): return x * self.by if self.training else x\n"
        "def forward(layer, x): return layer(x)\n"
    )
    student = guest_of(source).student
    layer = student.Scale(by=3)
    assert isinstance(layer, nn.Module)
    assert not isinstance(layer, nn.Linear)
    assert layer.by == 3
    layer.by = 4
    model = nn.Sequential(nn.Identity(), layer)
    assert model(torch.ones(1)).item() == 4
    model.eval()
    assert layer.training is False
    assert model(torch.ones(1)).item() == 1
    assert student.forward(model.train(), torch.ones(1)).item() == 4
    with pytest.raises(AttributeError):
        _ = layer.nothing


def test_containers_contexts_and_optimizers_work_from_here(guest_of: Make) -> None:
    """Indexing, length, iteration, ``with`` and an optimizer over our own parameters work through handles."""
    source = HEADER + (
        "import contextlib\n"
        "def make(): return nn.Sequential(nn.Linear(2, 2), nn.Identity())\n"
        "def sgd(model): return torch.optim.SGD(model.parameters(), lr=0.5)\n"
        "@contextlib.contextmanager\n"
        "def doubled(model):\n"
        "    with torch.no_grad(): model.weight.mul_(2)\n"
        "    try: yield 7\n"
        "    finally:\n"
        "        with torch.no_grad(): model.weight.div_(2)\n"
    )
    student = guest_of(source).student
    made = student.make()
    assert len(made) == 2
    assert isinstance(made[1], nn.Identity)
    assert made[0].weight.shape == (2, 2)
    assert [type(part).__name__ for part in made] == ["RemoteObject", "RemoteObject"]
    model = nn.Linear(2, 1)
    before = model.weight.detach().clone()
    optimizer = student.sgd(model)
    assert optimizer.param_groups[0]["params"][0] is model.weight
    model(torch.ones(2)).sum().backward()
    optimizer.step()
    torch.testing.assert_close(model.weight.detach(), before - 0.5)
    with student.doubled(model) as seven:
        assert seven == 7
        torch.testing.assert_close(model.weight.detach(), 2 * (before - 0.5))
    torch.testing.assert_close(model.weight.detach(), before - 0.5)


def test_callbacks_stay_here(guest_of: Make) -> None:
    """A function of the suite's that the student calls runs here, so that what it counts cannot be forged."""
    calls = []

    def metric(value: float) -> float:
        calls.append(value)
        return value * 10

    student = guest_of(HEADER + "def apply(f): return [f(i) for i in range(3)]").student
    assert student.apply(metric) == [0, 10, 20]
    assert calls == [0, 1, 2]


def test_an_object_may_keep_a_callback(guest_of: Make) -> None:
    """What the student's object was given it can call later in the same test, and no longer in the next."""
    source = "class Table:\n    def __init__(self, load): self.load = load\n    def get(self, i): return self.load(i)\n"
    session = guest_of(HEADER + source)
    table = session.student.Table(lambda i: i + 0.5)
    other = session.student.Table(lambda i: -i)
    assert [table.get(1), other.get(1), table.get(2)] == [1.5, -1, 2.5]
    keeping = "kept = []\ndef keep(f): kept.append(f)\ndef use(): return kept[0](1)\n"
    session = guest_of(HEADER + keeping)
    session.student.keep(lambda i: pytest.fail("called in another test"))
    session.begin(seed=2, seconds=20.0)
    with pytest.raises(StudentFailure):
        session.student.use()


def test_a_suites_own_class_is_refused(guest_of: Make) -> None:
    """Passing what no guest can import is the author's mistake, and says what to do."""

    class Secret:
        pass

    with pytest.raises(AssignmentError, match="probes"):
        guest_of(HEADER + "def f(x): return 1").student.f(Secret())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise ValueError('no good')", ValueError),
        ("raise KeyError('no good')", KeyError),
        ("class Mine(ValueError): pass\n    raise Mine('no good')", ValueError),
        ("torch.linalg.cholesky(-torch.eye(2)); raise SystemError", RuntimeError),
        ("f()", RecursionError),
    ],
)
def test_exceptions_come_over(guest_of: Make, body: str, kind: type[Exception]) -> None:
    """What the student's code raises is raised here, as the nearest built-in class, with the student's own frames."""
    student = guest_of(HEADER + f"def f():\n    {body}\n").student
    with pytest.raises(kind) as caught:
        student.f()
    assert isinstance(caught.value, StudentRaised)
    assert 'File "task.py", line' in caught.value.traceback
    assert "guest.py" not in caught.value.traceback


DEATHS = {
    "os._exit": ("import os; os._exit(0)", Outcome.CRASHED, "exit status 0"),
    "a signal": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Outcome.CRASHED, "SIGSEGV"),
    "an endless loop": ("while True: pass", Outcome.TIMED_OUT, "time limit"),
    "memory": ("return torch.ones(10**12)", Outcome.OUT_OF_MEMORY, "memory"),
    "memory, bit by bit": ("x = []\n    while True: x.append(bytearray(10**8))", Outcome.OUT_OF_MEMORY, "memory"),
    "sys.exit": ("import sys; sys.exit(0)", Outcome.FAILED, "SystemExit"),
    "a swallowed time limit": (
        "\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        Outcome.TIMED_OUT,
        "time limit",
    ),
    "a tensor subclass": (
        "class T(torch.Tensor): pass\n    return torch.ones(1).as_subclass(T)", Outcome.FAILED, "subclass of Tensor",
    ),
    "a missing name": ("pass", Outcome.MISSING, "`g` is not defined"),
}  # fmt: skip


@pytest.mark.parametrize("case", DEATHS.values(), ids=DEATHS)
def test_deaths_have_names_and_cost_one_test(guest_of: Make, case: tuple[str, Outcome, str]) -> None:
    """However a guest ends, the test has the right label and reason, and the next test gets a guest that works."""
    body, outcome, reason = case
    session = guest_of(HEADER + f"def f():\n    {body}\ndef fine(): return 5\n", memory_mb=1024)
    session.begin(1, 1.5 if outcome is Outcome.TIMED_OUT else 20.0)
    with pytest.raises(StudentFailure, match=reason) as caught:
        session.student.g() if outcome is Outcome.MISSING else session.student.f()
    assert caught.value.outcome is outcome
    assert session.failure is caught.value
    session.begin(2, 10.0)
    assert session.student.fine() == 5


def test_a_failure_holds_for_the_rest_of_its_test(guest_of: Make) -> None:
    """A suite that swallows the student's death cannot go on as if nothing had happened."""
    session = guest_of(HEADER + "import os\ndef f(): os._exit(1)\ndef fine(): return 5\n")
    for name in ("f", "fine"):
        with pytest.raises(StudentFailure, match="exit status 1"):
            getattr(session.student, name)()


@pytest.mark.parametrize(
    ("source", "outcome", "reason"),
    [
        ("raise RuntimeError('at import')", Outcome.FAILED, "RuntimeError: at import"),
        ("import os; os._exit(3)", Outcome.CRASHED, "exit status 3"),
        ("while True: pass", Outcome.TIMED_OUT, "time limit"),
        ("import nonexistent_package", Outcome.FAILED, "ModuleNotFoundError"),
    ],
)
def test_a_broken_import_is_found_once(guest_of: Make, source: str, outcome: Outcome, reason: str) -> None:
    """What happens at import decides every test with one message, and is not tried again."""
    session = guest_of(source, seconds=1.5)
    started = []
    start = session.start
    session.start = lambda: started.append(1) or start()  # type: ignore[func-returns-value]
    for seed in range(3):
        session.begin(seed, 1.5)
        with pytest.raises(StudentFailure, match=reason) as caught:
            session.student.f()
        assert caught.value.outcome is outcome
    assert len(started) == 1


def test_printed_text_is_kept_within_bounds(guest_of: Make) -> None:
    """A gigabyte of printed text costs the judge a few kilobytes, and says how much was dropped."""
    source = (
        HEADER + "import sys\ndef f():\n    for _ in range(1000): print('x' * 10**6)\n    print('y', file=sys.stderr)\n"
    )
    session = guest_of(source, seconds=60.0, printed_kb=4)
    session.student.f()
    assert session.printed.startswith("xxx")
    assert len(session.printed) < 5000
    assert "more characters" in session.printed


@pytest.mark.parametrize(
    "frame",
    ["b'garbage'", "b'\\xff' * 8", "(2**62).to_bytes(8, 'big')", "(20).to_bytes(8, 'big') + b'x' * 20", "b'\\0' * 64"],
)
def test_forged_frames_end_in_a_protocol_error(guest_of: Make, frame: str) -> None:
    """What the student's code writes to the pipe itself is no answer: the test fails, and the next one works."""
    source = HEADER + (
        "import os\n"
        "def f():\n"
        "    for fd in range(3, 256):\n"
        f"        try: os.write(fd, {frame})\n"
        "        except OSError: pass\n"
        "    os._exit(0) if False else None\n"
        "def fine(): return 5\n"
    )
    session = guest_of(source)
    session.begin(1, 2.0)

    def both() -> None:
        session.student.f()
        session.student.fine()

    with pytest.raises(StudentFailure) as caught:
        both()
    assert caught.value.outcome in (Outcome.CRASHED, Outcome.TIMED_OUT)
    session.begin(2, 10.0)
    assert session.student.fine() == 5


def test_what_the_judges_functions_answer_travels_by_value(guest_of: Make) -> None:
    """Tensors of any kind, in containers too; the same values are the same bytes, wherever they lie in memory."""
    student = guest_of(
        HEADER + "def seen(f): a, b, c = f(); return a, b['w'] * 1, type(b['w']).__name__, b['w'].requires_grad, c\n"
    ).student
    weights = nn.Parameter(torch.arange(3.0))

    def answer() -> object:
        return torch.eye(2, dtype=torch.float64).T, {"w": weights}, [torch.tensor(True), 5, "x"]

    matrix, w, kind, requires_grad, (flag, *plain) = student.seen(answer)
    assert torch.equal(matrix, torch.eye(2, dtype=torch.float64))
    assert (w.tolist(), kind, requires_grad, bool(flag), plain) == ([0, 1, 2], "Parameter", True, True, [5, "x"])
    assert by_value(answer()) == by_value(answer())
    assert by_value([weights]) != by_value([weights + 1])


def hooked() -> nn.Module:
    """A model with hooks of two kinds, as a suite may make one."""
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    model.register_forward_pre_hook(lambda module, args, kwargs: ((args[0] + 1,), kwargs), with_kwargs=True)
    model.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    model[0].register_forward_hook(lambda module, args, out: out - 3)
    nn.init.ones_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    return model


def test_hooks_travel_under_numbers_of_their_own(guest_of: Make) -> None:
    """They work there, in their order and beside the student's; however many hooks the judge ever had, the request is
    the same."""
    student = guest_of(
        HEADER + "def apply(model, x):\n    model.register_forward_hook(lambda m, a, out: out * 10)\n"
        "    model.register_forward_pre_hook(lambda m, a: (a[0] + 0.5,))\n    return model(x)"
    ).student
    x = torch.tensor([[1.0, 2.0]])
    assert torch.equal(student.apply(hooked(), x), 10 * hooked()(x + 0.25).relu())
    assert Arguments(Lifted()).pickle((hooked(),), {}) == Arguments(Lifted()).pickle((hooked(),), {})


def test_what_a_submission_keeps_from_an_earlier_test_is_not_mistaken(guest_of: Make) -> None:
    """Objects are numbered anew in each test, and those of an earlier one are no longer the judge's."""
    session = guest_of(HEADER + "KEPT = []\ndef keep(x):\n    KEPT.append(x)\n    return sum(k.sum() for k in KEPT)")
    assert session.student.keep(torch.ones(2)) == 2
    session.begin(2, 20.0)
    assert session.student.keep(torch.full((3,), 5.0)) == 17
    x = torch.full((2,), 7.0)
    session.begin(3, 20.0)
    assert session.student.keep(x) == 31
    x += 1
    assert session.student.keep(x) == 2 + 15 + 16 + 16  # within a test it is the same object
