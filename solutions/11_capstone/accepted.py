"""Correct answers to 11_capstone that are written differently: each must get full marks."""
# The names of the reference module are there when these run.
# ruff: noqa: F821

from torch.utils.data import DataLoader, TensorDataset

from autograder.answers import accepted


def _fits(x, y):
    if len(x) != len(y) or not len(x):
        raise ValueError("inputs and classes must have one and the same length, and not be empty")


@accepted
def generalization_report__loader(model, x_train, y_train, x_test, y_test):
    """Batches from torch's DataLoader in inference mode, running totals, and a dict of modes by name."""
    _fits(x_train, y_train)
    _fits(x_test, y_test)
    modes = {name: module.training for name, module in model.named_modules()}
    report = {}
    try:
        model.eval()
        for part, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
            right = total = 0
            with torch.inference_mode():
                for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=256):
                    logits = model(inputs)
                    right += (logits.argmax(1) == targets).sum().item()
                    total += nn.functional.cross_entropy(logits, targets).item() * len(targets)
            report[part + "_error"] = 100.0 - 100.0 * right / len(y)
            report[part + "_loss"] = total / len(y)
    finally:
        for name, module in model.named_modules():
            module.training = modes[name]
    report["gap"] = report["test_error"] - report["train_error"]
    return report


@accepted
def generalization_report__copy(model, x_train, y_train, x_test, y_test):
    """Measure a copy of the model, so that nothing is to be restored; log-softmax by hand from all logits at once."""
    _fits(x_train, y_train)
    _fits(x_test, y_test)
    measured = copy.deepcopy(model).eval().requires_grad_(False)

    def both(x, y):
        logits = torch.cat([measured(x[i : i + 1000].detach()) for i in range(0, len(x), 1000)]).double()
        surprise = logits.logsumexp(dim=1) - logits[torch.arange(len(y), device=y.device), y]
        return 100 * (logits.argmax(dim=1) != y).double().mean().item(), surprise.mean().item()

    (a, b), (c, d) = both(x_train, y_train), both(x_test, y_test)
    return dict(train_error=a, test_error=c, gap=c - a, train_loss=b, test_loss=d)


@accepted
def generalization_report__one_set_after_the_other(model, x_train, y_train, x_test, y_test):
    """All examples of both sets in one stream of batches, sorted out at the end."""
    _fits(x_train, y_train)
    _fits(x_test, y_test)
    asleep = [module for module in model.modules() if not module.training]
    awake = [module for module in model.modules() if module.training]
    n = len(x_train)
    y = torch.cat([y_train, y_test])
    rows = []
    try:
        model.eval()
        with torch.no_grad():
            for x in (x_train, x_test):
                rows += [model(piece) for piece in torch.tensor_split(x, len(x) // 700 + 1)]
    finally:
        for module in awake:
            module.training = True
        for module in asleep:
            module.training = False
    logits = torch.cat(rows)
    losses = nn.functional.nll_loss(logits.log_softmax(1), y, reduction="none")
    wrong = (logits.argmax(1) != y) * 100.0
    report = {
        "train_error": float(wrong[:n].double().mean()),
        "test_error": float(wrong[n:].double().mean()),
        "train_loss": float(losses[:n].mean()),
        "test_loss": float(losses[n:].mean()),
    }
    report["gap"] = report["test_error"] - report["train_error"]
    return report


def _conv(n_in, n_out, stride=1, kernel=5, mode="circular"):
    padding = {"stride": stride, "padding": kernel // 2, "padding_mode": mode}
    return [nn.Conv1d(n_in, n_out, kernel, **padding), nn.BatchNorm1d(n_out), nn.ReLU()]


@accepted
def train_classifier__early_stopping(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """A deeper network with a maximum over all places at its end, no augmentation, and the best of its epochs on 400
    examples that are set aside."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [*_conv(1, 24, 2), *_conv(24, 32), *_conv(32, 48, 2), *_conv(48, 48)]
        model = nn.Sequential(nn.Unflatten(1, (1, 40)), *layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(480, 10))
        order = torch.randperm(len(x))
        kept, held = order[400:], order[:400]
        optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
        least, best = float("inf"), None
        for epoch in range(8):
            for group in optimizer.param_groups:
                group["lr"] = 4e-3 * (1 - epoch / 9)
            model.train()
            for batch in kept[torch.randperm(len(kept))].split(90):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                loss = float(nn.functional.cross_entropy(model(x[held]), y[held]))
            if loss < least:
                least, best = loss, copy.deepcopy(model.state_dict())
        model.load_state_dict(best)
    return model


class _Mean(nn.Module):
    """The mean of the members' logits."""

    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x):
        return torch.stack([member(x) for member in self.members]).mean(dim=0)


@accepted
def train_classifier__ensemble(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """Two small networks from different initializations, the mean of their logits; examples scaled in each batch."""
    before = torch.get_rng_state()
    try:
        members = []
        for number in range(2):
            torch.manual_seed(seed + 1_000_003 * number)
            layers = [*_conv(1, 24, 2), *_conv(24, 32, 2), *_conv(32, 32), nn.Flatten(), nn.Linear(320, 10)]
            member = nn.Sequential(nn.Unflatten(1, (1, 40)), *layers)
            optimizer = torch.optim.Adam(member.parameters(), lr=1e-2)
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8 * 40)
            for step in range(8 * 40):
                if step % 40 == 0:
                    batches = torch.randperm(len(x)).split(100)
                batch = batches[step % 40]
                scaled = x[batch] * (0.9 + 0.2 * torch.rand(len(batch), 1))
                loss = nn.functional.cross_entropy(member(scaled), y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            members.append(member)
    finally:
        torch.set_rng_state(before)
    return _Mean(members).eval()


@accepted
def train_classifier__label_smoothing(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """SGD with Nesterov momentum, label smoothing, and weight decay on the weights only."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        layers = [*_conv(1, 32, 1, 7), *_conv(32, 48, 2), *_conv(48, 48, 2, 3)]
        model = nn.Sequential(nn.Unflatten(1, (1, 40)), *layers, nn.Flatten(), nn.Linear(480, 10))
        heavy = [parameter for parameter in model.parameters() if parameter.ndim > 1]
        light = [parameter for parameter in model.parameters() if parameter.ndim == 1]
        groups = [{"params": heavy, "weight_decay": 1e-3}, {"params": light, "weight_decay": 0.0}]
        optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 7)
        for _ in range(7):
            for batch in torch.randperm(len(x)).split(100):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x[batch]), y[batch], label_smoothing=0.05).backward()
                optimizer.step()
            schedule.step()
    return model.eval()


@accepted
def ablate__comprehension(train, options):
    """Build each dict anew, without the key, from copies of the values."""
    full = train({key: copy.deepcopy(value) for key, value in options.items()})

    def without(name):
        return train({key: copy.deepcopy(value) for key, value in options.items() if key != name})

    return {name: full - without(name) for name in options}


@accepted
def ablate__runs_first(train, options):
    """Make all copies first, the reduced ones before the full one; then train; then subtract."""
    configurations = []
    for name in (*options, None):
        own = copy.deepcopy(options)
        own.pop(name, None)
        configurations.append(own)
    *reduced, full = [train(own) for own in configurations]
    return dict(zip(options, [full - metric for metric in reduced], strict=True))


@accepted
def ablate__pop(train, options):
    """Keep one untouched copy, and take copies of it."""
    frozen = copy.deepcopy(dict(options))
    effects = dict.fromkeys(frozen, train(copy.deepcopy(frozen)))
    for name in list(frozen):
        own = copy.deepcopy(frozen)
        own.pop(name)
        effects[name] -= train(own)
    return effects
