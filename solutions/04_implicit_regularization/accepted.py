"""Correct answers to 04_implicit_regularization, written differently from the reference; each must get full marks."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import itertools
import math

import torch

from autograder.answers import accepted

# 4.1 gradient ---------------------------------------------------------------------------------------------------------


@accepted
def gradient__functional(loss, phi):
    """The functional transform, which has no side effects by construction."""
    return torch.func.grad(loss)(phi.detach())


@accepted
def gradient__backward_on_a_copy(loss, phi):
    """The usual backward, on a copy that is thrown away."""
    copy = phi.detach().clone().requires_grad_(True)
    loss(copy).backward()
    return copy.grad


@accepted
def gradient__jacobian(loss, phi):
    """The Jacobian of a function with one output."""
    return torch.autograd.functional.jacobian(loss, phi.detach())


# 4.2 gd_path ----------------------------------------------------------------------------------------------------------


@accepted
def gd_path__filled_in(loss, phi0, lr, steps):
    """Fills a table of the right size row by row."""
    if lr < 0:
        raise ValueError("negative learning rate")
    if steps < 0:
        raise ValueError("negative number of steps")
    path = torch.empty(steps + 1, phi0.numel(), dtype=phi0.dtype, device=phi0.device)
    path[0] = phi0.detach()
    for t in range(1, steps + 1):
        path[t] = path[t - 1] - lr * torch.func.grad(loss)(path[t - 1])
    return path


@accepted
def gd_path__optimizer(loss, phi0, lr, steps):
    """Lets torch.optim.SGD take the steps on a copy, and clones what it visits."""
    if min(lr, steps) < 0:
        raise ValueError("neither may be negative")
    phi = torch.nn.Parameter(phi0.detach().clone())
    optimizer = torch.optim.SGD([phi], lr=lr)
    visited = [phi.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        loss(phi).backward()
        optimizer.step()
        visited.append(phi.detach().clone())
    return torch.stack(visited)


@accepted
def gd_path__recursion(loss, phi0, lr, steps):
    """The start, followed by the path from the next point."""
    if lr < 0 or steps < 0:
        raise ValueError("neither may be negative")
    here = phi0.detach().unsqueeze(0)
    if steps == 0:
        return here.clone()
    return torch.cat([here, gd_path__recursion(loss, phi0 - lr * gradient(loss, phi0), lr, steps - 1)]).detach()


@accepted
def gd_path__accumulate(loss, phi0, lr, steps):
    """itertools.accumulate, with a step for its function."""
    if lr < 0 or steps < 0:
        raise ValueError("neither may be negative")
    points = itertools.accumulate(range(steps), lambda phi, _: phi - lr * gradient(loss, phi), initial=phi0.detach())
    return torch.vstack(list(points))


# 4.3 gradient_flow ----------------------------------------------------------------------------------------------------


@accepted
def gradient_flow__tableau(loss, phi0, time, steps):
    """The same method, from a table of nodes and weights."""
    if not time >= 0 or not steps >= 1:
        raise ValueError("time must not be negative, and there must be a step")
    phi, h, downhill = phi0.detach().clone(), time / steps, torch.func.grad(loss)
    for _ in range(steps):
        slope, total = torch.zeros_like(phi), torch.zeros_like(phi)
        for node, weight in ((0.0, 1), (0.5, 2), (0.5, 2), (1.0, 1)):
            slope = downhill(phi - node * h * slope)
            total += weight * slope
        phi = phi - h * total / 6
    return phi


@accepted
def gradient_flow__extrapolated_euler(loss, phi0, time, steps):
    """Each step by Euler's method in 1, 2, 3, 4 and 5 parts, extrapolated to infinitely many."""
    if time < 0 or steps < 1:
        raise ValueError("time must not be negative, and there must be a step")
    phi, h = phi0.detach(), time / steps
    for _ in range(steps):
        row = []
        for parts in range(1, 6):
            end = phi
            for _ in range(parts):
                end = end - h / parts * gradient(loss, end)
            finer = [end]
            for k, coarse in enumerate(row, start=1):
                finer.append(finer[-1] + (finer[-1] - coarse) * (parts - k) / k)
            row = finer
        phi = row[-1]
    return phi


@accepted
def gradient_flow__three_eighths(loss, phi0, time, steps):
    """Kutta's other method of order 4, with two steps for each one asked for."""
    if time < 0 or steps < 1:
        raise ValueError("time must not be negative, and there must be a step")
    phi, h = phi0.detach(), time / (2 * steps)
    for _ in range(2 * steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h * k1 / 3)
        k3 = -gradient(loss, phi + h * (k2 - k1 / 3))
        k4 = -gradient(loss, phi + h * (k1 - k2 + k3))
        phi = phi + h * (k1 + 3 * k2 + 3 * k3 + k4) / 8
    return phi


# 4.4 gd_modified_loss -------------------------------------------------------------------------------------------------


@accepted
def gd_modified_loss__functional(loss, phi, lr):
    """Value and gradient from one functional transform."""
    if lr < 0:
        raise ValueError("negative learning rate")
    slope, value = torch.func.grad_and_value(loss)(phi)
    return value + 0.25 * lr * torch.dot(slope, slope)


@accepted
def gd_modified_loss__jacobian(loss, phi, lr):
    """The Jacobian with its graph, and the square of a norm."""
    if lr < 0:
        raise ValueError("negative learning rate")
    slope = torch.autograd.functional.jacobian(loss, phi, create_graph=True)
    return loss(phi) + lr * torch.linalg.vector_norm(slope) ** 2 / 4


@accepted
def gd_modified_loss__on_a_clone(loss, phi, lr):
    """Works on a clone, which is part of the graph of phi where phi has one, and adds component by component."""
    if not lr >= 0:
        raise ValueError("negative learning rate")
    point = phi.clone()
    if not point.requires_grad:
        point.requires_grad_()
    value = loss(point)
    (slope,) = torch.autograd.grad(value, point, create_graph=True, retain_graph=True)
    total = value
    for component in slope:
        total = total + (lr / 4) * component**2
    return total


# 4.5 batch_gradients --------------------------------------------------------------------------------------------------


@accepted
def batch_gradients__jacobian(batch_losses, phi):
    """The Jacobian of the vector of all batch losses."""
    if len(batch_losses) == 0:
        raise ValueError("no batch")
    return torch.func.jacrev(lambda point: torch.stack([loss(point) for loss in batch_losses]))(phi.detach())


@accepted
def batch_gradients__filled_in(batch_losses, phi):
    """Fills a table of zeros, one fresh leaf for each batch."""
    if not len(batch_losses):
        raise ValueError("no batch")
    table = phi.detach().new_zeros(len(batch_losses), phi.numel())
    for row, loss in enumerate(batch_losses):
        leaf = phi.detach().clone().requires_grad_()
        loss(leaf).backward()
        table[row] = leaf.grad
    return table


@accepted
def batch_gradients__copies(batch_losses, phi):
    """One row of parameters for each batch, and a single backward through the sum of all losses."""
    count = len(batch_losses)
    if count < 1:
        raise ValueError("no batch")
    rows = phi.detach().repeat(count, 1).requires_grad_()
    sum(loss(row) for loss, row in zip(batch_losses, rows, strict=True)).backward()
    return rows.grad


# 4.6 gradient_variance ------------------------------------------------------------------------------------------------


@accepted
def gradient_variance__pythagoras(grads):
    """Mean of squared lengths minus squared length of the mean."""
    if grads.dim() != 2 or grads.shape[0] < 1:
        raise ValueError("B rows are needed")
    return grads.pow(2).sum(1).mean() - grads.mean(0).pow(2).sum()


@accepted
def gradient_variance__torch_var(grads):
    """torch's variance of each component, in the form that divides by B."""
    if grads.dim() != 2 or grads.shape[0] < 1:
        raise ValueError("B rows are needed")
    return grads.var(dim=0, correction=0).sum()


@accepted
def gradient_variance__pairs(grads):
    """Half the mean squared distance between all pairs of rows."""
    if grads.ndim != 2 or not len(grads):
        raise ValueError("B rows are needed")
    return (grads[:, None] - grads[None]).pow(2).sum(-1).mean() / 2


@accepted
def gradient_variance__loop(grads):
    """Row by row."""
    if grads.ndim != 2 or not len(grads):
        raise ValueError("B rows are needed")
    center = sum(grads) / len(grads)
    total = 0.0
    for row in grads:
        away = row - center
        total = total + away @ away
    return total / len(grads)


# 4.7 sgd_modified_loss ------------------------------------------------------------------------------------------------


@accepted
def sgd_modified_loss__mean_of_modified(batch_losses, phi, lr):
    """By Pythagoras: the mean over batches of the modified loss of gradient descent on each."""
    if lr < 0 or len(batch_losses) == 0:
        raise ValueError("a negative rate, or no batch")
    return sum(gd_modified_loss(loss, phi, lr) for loss in batch_losses) / len(batch_losses)


@accepted
def sgd_modified_loss__two_steps(batch_losses, phi, lr):
    """The modified loss of gradient descent on the mean loss, and the variance on top."""
    if lr < 0 or not len(batch_losses):
        raise ValueError("a negative rate, or no batch")

    def all_losses(point):
        return torch.stack([loss(point) for loss in batch_losses])

    variance = gradient_variance(torch.func.jacrev(all_losses)(phi))
    return gd_modified_loss(lambda point: all_losses(point).mean(), phi, lr) + lr * variance / 4


@accepted
def sgd_modified_loss__functional(batch_losses, phi, lr):
    """Values and gradients from functional transforms, and lengths from einsum."""
    count = len(batch_losses)
    if count < 1 or lr < 0:
        raise ValueError("a negative rate, or no batch")
    pairs = [torch.func.grad_and_value(loss)(phi) for loss in batch_losses]
    slopes, values = torch.stack([pair[0] for pair in pairs]), torch.stack([pair[1] for pair in pairs])
    return values.sum() / count + lr / (4 * count) * torch.einsum("bp,bp->", slopes, slopes)


# 4.8 discretization_gap -----------------------------------------------------------------------------------------------


@accepted
def discretization_gap__own_loops(loss, phi0, lr, time, modified):
    """Everything by hand, with functional transforms."""
    if lr <= 0 or time < 0:
        raise ValueError("bad numbers")
    n = int(time / lr + 0.5)
    if not math.isclose(n, time / lr, rel_tol=0.0, abs_tol=1e-9):
        raise ValueError("time is not a multiple of lr")
    slope, followed = torch.func.grad(loss), loss
    if modified:

        def followed(phi):
            g, value = torch.func.grad_and_value(loss)(phi)
            return value + lr / 4 * (g @ g)

    f, descent, flow = torch.func.grad(followed), phi0.detach(), phi0.detach()
    for _ in range(n):
        descent = descent - lr * slope(descent)
    h = lr / 12
    for _ in range(12 * n):
        a = f(flow)
        b = f(flow - h / 2 * a)
        c = f(flow - h / 2 * b)
        flow = flow - h / 6 * (a + 2 * b + 2 * c + f(flow - h * c))
    return torch.dist(descent, flow).item()


@accepted
def discretization_gap__step_by_step(loss, phi0, lr, time, modified):
    """Flow and descent side by side, one learning rate at a time; returns a 0-d tensor."""
    if lr <= 0:
        raise ValueError("lr must be positive")
    if time < 0:
        raise ValueError("time must not be negative")
    n = round(time / lr)
    if abs(n - time / lr) > 1e-9:
        raise ValueError("time is not a multiple of lr")
    objective = {False: loss, True: lambda phi: gd_modified_loss(loss, phi, lr)}[modified]
    here = there = phi0.detach()
    for _ in range(n):
        here, there = here - lr * gradient(loss, here), gradient_flow(objective, there, lr, 20)
    return torch.linalg.vector_norm(here - there)


@accepted
def discretization_gap__fixed_resolution(loss, phi0, lr, time, modified):
    """A fixed, generous number of integration steps, and no integration at all where no time passes."""
    count = 0 if lr <= 0 else round(time / lr)
    if lr <= 0 or time < 0 or abs(time / lr - count) > 1e-9:
        raise ValueError("bad numbers")
    if count == 0:
        return 0.0
    flow = gradient_flow((lambda phi: gd_modified_loss(loss, phi, lr)) if modified else loss, phi0, time, 30)
    difference = gd_path(loss, phi0, lr, count)[count] - flow
    return math.sqrt(sum(float(part) ** 2 for part in difference))
