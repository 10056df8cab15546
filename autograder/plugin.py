"""minimal, replaced soon"""
import importlib.util, hashlib, types
from pathlib import Path
import pytest, torch

def pytest_addoption(parser):
    parser.addoption("--student", default=None)
    parser.addoption("--variant", default=None, help="name__variant from accepted.py/misconceptions.py")
    parser.addoption("--seed", default="0")

def pytest_configure(config):
    config.addinivalue_line("markers", "weight(n): relative weight of a test in its task")
    config.addinivalue_line("markers", "cuda: needs a GPU; skipped without one")

def pytest_collection_modifyitems(items):
    for i in items:
        if i.get_closest_marker("cuda") and not torch.cuda.is_available():
            i.add_marker(pytest.mark.skip(reason="needs a GPU"))

def _load(path, extra=(), bind=None):
    m = types.ModuleType(Path(path).stem)
    for p in (path, *extra):
        exec(compile(Path(p).read_text(), str(p), "exec"), m.__dict__)
    if bind: setattr(m, bind.partition("__")[0], getattr(m, bind))
    return m

@pytest.fixture
def reference(request):
    a = request.path.parent.name
    return _load(next(p for p in Path("solutions", a).glob("*.py") if p.stem == a[3:]))

@pytest.fixture
def student(request):
    a = request.path.parent.name
    d = Path("solutions", a); f = request.config.getoption("student") or d / f"{a[3:]}.py"
    v = request.config.getoption("variant")
    extra = [p for p in (d / "accepted.py", d / "misconceptions.py") if p.exists()] if v else []
    torch.manual_seed(int(hashlib.sha256((request.node.name + request.config.getoption("seed")).encode()).hexdigest()[:8], 16))
    return _load(f, extra, v)

@pytest.fixture
def rng(request):
    return torch.Generator().manual_seed(int(hashlib.sha256((request.node.nodeid + request.config.getoption("seed")).encode()).hexdigest()[:12], 16))
