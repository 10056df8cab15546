"""In the guest: the judge's tensors, generators and modules, rebuilt here, and what a call changed in them.

A tensor or generator that the judge sends again while something here still holds it (an optimizer, a graph, an object
that will draw) is the same object again, with the judge's values copied in. So identity, tied weights and parameters
survive the boundary.
"""

import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from autograder.remote.wire import tensor_bytes, tensor_from


class TensorEntry(NamedTuple):
    """A tensor of the judge's as it travels: raw bytes row by row, and the strides where they are not the usual ones.

    ``version`` counts the in-place changes that autograd knows of.
    """

    key: int
    version: int
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...] | None
    device: str
    requires_grad: bool
    is_parameter: bool
    data: bytes
    grad: bytes | None


class GeneratorEntry(NamedTuple):
    """A random generator of the judge's as it travels."""

    key: int
    device: str
    state: bytes


Entry = TensorEntry | GeneratorEntry
ModuleState = dict[str, tuple[str, str, bool]]


def lifted(kind: str, key: Any) -> Any:
    """Stands in a pickle for what was lifted out of it. Only ``guest`` can say what that is, and does so by itself."""
    raise LookupError(f"{kind} {key} can only be found in a guest")


class Twins:
    """The twins of the judge's objects in this guest."""

    def __init__(self) -> None:
        self._known: dict[int, weakref.ref[Any]] = {}  # all that still live
        self._versions: dict[int, int] = {}
        self._held: dict[int, torch.Tensor | torch.Generator] = {}
        self._sent: dict[int, Entry] = {}
        self._modules: list[tuple[nn.Module, ModuleState]] = []

    def forget(self) -> None:
        """A test begins: the judge knows none of the objects of earlier ones."""
        self._known, self._versions = {}, {}

    def receive(self, table: Sequence[Entry]) -> None:
        """Make or update the twin of every entry; they stay alive at least until ``release``."""
        for entry in table:
            self._sent[entry.key] = entry
            made = self._generator(entry) if isinstance(entry, GeneratorEntry) else self._tensor(entry)
            self._held[entry.key] = made

    def find(self, key: int) -> Any:
        """The twin that was sent under ``key``."""
        return self._held[key]

    def key_of(self, thing: object) -> int | None:
        """The key of the judge's tensor that ``thing`` is the twin of, if it is one."""
        return next((key for key, twin in self._held.items() if twin is thing), None)

    def watch(self, modules: Sequence[nn.Module]) -> None:
        """Remember how the modules that came as arguments look before the call."""
        self._modules = [(module, _state(module)) for module in modules]

    def changes(self) -> dict[str, Any]:
        """What the call changed in place: values, gradients, ``requires_grad``, generators, modules; only what did."""
        values, grads, flags = [], [], []
        for key, twin in self._held.items():
            entry = self._sent[key]
            if isinstance(entry, GeneratorEntry):
                state = twin.get_state() if isinstance(twin, torch.Generator) else torch.empty(0)
                if tensor_bytes(state) != entry.state:
                    values.append((key, state))
                continue
            assert isinstance(twin, torch.Tensor)
            if tuple(twin.shape) != entry.shape or not _same_bytes(twin, entry.data):
                values.append((key, twin.detach()))
            if (twin.grad is None) != (entry.grad is None) or (
                twin.grad is not None and entry.grad is not None and not _same_bytes(twin.grad, entry.grad)
            ):
                grads.append((key, None if twin.grad is None else twin.grad.detach()))
            if twin.requires_grad != entry.requires_grad:
                flags.append((key, twin.requires_grad))
        found = {"values": values, "grads": grads, "flags": flags, "modules": self._module_changes()}
        return {kind: changes for kind, changes in found.items() if changes}

    def release(self) -> list[int]:
        """Let go of the twins that only the request held; the keys of those that live on."""
        self._held, self._sent, self._modules = {}, {}, []
        self._known = {key: twin for key, twin in self._known.items() if twin() is not None}
        self._versions = {key: version for key, version in self._versions.items() if key in self._known}
        return list(self._known)

    def _module_changes(self) -> list[tuple[int, ModuleState]]:
        changed = []
        for index, (module, before) in enumerate(self._modules):
            after = _state(module)
            if after != before:
                changed.append((index, after))
        return changed

    def _found(self, key: int) -> Any:
        """The twin that lives from an earlier request, if one does."""
        known = self._known.get(key)
        return None if known is None else known()

    def _generator(self, entry: GeneratorEntry) -> torch.Generator:
        twin: torch.Generator | None = self._found(entry.key)
        if twin is None:
            twin = torch.Generator(entry.device)
            self._known[entry.key] = weakref.ref(twin)
        if tensor_bytes(twin.get_state()) != entry.state:
            twin.set_state(torch.frombuffer(bytearray(entry.state), dtype=torch.uint8))
        return twin

    def _tensor(self, entry: TensorEntry) -> torch.Tensor:
        twin: torch.Tensor | None = self._found(entry.key)
        if twin is None:
            twin = _make(entry)
            self._known[entry.key] = weakref.ref(twin)
        elif not _same_bytes(twin, entry.data):
            # A change behind autograd's back, as gradcheck makes them through ``.data``, stays behind its back here.
            hidden = self._versions.get(entry.key) == entry.version
            with torch.no_grad():
                (twin.data if hidden else twin).copy_(tensor_from(entry.dtype, entry.shape, entry.device, entry.data))
        self._versions[entry.key] = entry.version
        if twin.is_leaf and twin.requires_grad != entry.requires_grad:
            twin.requires_grad_(entry.requires_grad)
        if entry.grad is None:
            twin.grad = None
        elif twin.grad is None or not _same_bytes(twin.grad, entry.grad):
            twin.grad = tensor_from(entry.dtype, entry.shape, entry.device, entry.grad)
        return twin


def _make(entry: TensorEntry) -> torch.Tensor:
    twin = tensor_from(entry.dtype, entry.shape, entry.device, entry.data)
    if entry.stride is not None:
        strided = torch.empty_strided(entry.shape, entry.stride, dtype=twin.dtype, device=twin.device)
        twin = strided.copy_(twin)
    if entry.is_parameter:
        return nn.Parameter(twin, requires_grad=entry.requires_grad)
    return twin.requires_grad_() if entry.requires_grad else twin


def _same_bytes(value: torch.Tensor, data: bytes) -> bool:
    """Whether a tensor holds exactly these bytes: NaN equals NaN, and −0.0 differs from 0.0."""
    if value.numel() * value.element_size() != len(data):
        return False
    if not data:
        return True
    return tensor_bytes(value) == data


def _state(module: nn.Module) -> ModuleState:
    """Each layer by its path: its class, what it prints of itself, and its training flag."""
    return {
        path: (type(layer).__name__, str(layer.extra_repr()), bool(layer.training))
        for path, layer in module.named_modules(remove_duplicate=False)
    }
