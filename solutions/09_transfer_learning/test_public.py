"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""

from collections import OrderedDict

import pytest
import torch
from torch import nn

from autograder import expect


def small_model():
    """A body, a layer called fc2, and a head called fc with 4 inputs and 5 outputs."""
    return nn.Sequential(OrderedDict(body=nn.Linear(2, 3), fc2=nn.Linear(3, 4), fc=nn.Linear(4, 5)))


def test_replace_head_example(student):
    """A head for 7 classes reads the 4 features that the old one read."""
    layers = student.replace_head(small_model(), "fc", 7).state_dict()
    assert layers["fc.weight"].shape == (7, 4), "the new weight has another shape than [7, 4]"
    assert layers["fc.bias"].shape == (7,), "the new bias has another shape than [7]"


def test_replace_head_keeps_the_rest(student):
    """The body's weight is the same tensor as before."""
    model = small_model()
    weight = model.body.weight
    found = student.replace_head(model, "fc", 7).state_dict(keep_vars=True)
    assert found["body.weight"] is weight, "the body's weight is another tensor"


def test_replace_head_unknown_name(student):
    """There is no layer called head here."""
    with pytest.raises(KeyError):
        student.replace_head(small_model(), "head", 7)


def test_freeze_except_example(student):
    """Two parameters lie within fc; what lies within fc2 does not."""
    model = small_model()
    assert student.freeze_except(model, ["fc"]) == ["fc.bias", "fc.weight"], "not the names of the head's parameters"
    assert model.fc.weight.requires_grad, "the head's weight is frozen"
    assert not model.fc2.weight.requires_grad, "the weight of fc2 is not frozen"


def test_freeze_except_unfreezes(student):
    """A frozen body that is named becomes trainable."""
    model = small_model().requires_grad_(False)
    assert student.freeze_except(model, ["body"]) == ["body.bias", "body.weight"], "not the names of the body's"
    assert model.body.weight.requires_grad, "the body's weight is still frozen"


def test_finetune_groups_example(student):
    """The body has four parameters, two of them in fc2, and the head has two."""
    groups = student.finetune_groups(small_model(), "fc", 0.001, 0.1)
    assert [len(group["params"]) for group in groups] == [4, 2], "another number of parameters in a group"
    assert [group["lr"] for group in groups] == [0.001, 0.1], "other learning rates, or in another order"


def test_finetune_groups_frozen_body(student):
    """With a frozen body only the head's group is left."""
    model = small_model()
    model.body.requires_grad_(False)
    model.fc2.requires_grad_(False)
    groups = student.finetune_groups(model, "fc", 0.001, 0.1)
    assert [group["lr"] for group in groups] == [0.1], "not the one group of the head"


def test_multitask_loss_example(student):
    """Half of 4 and three times 2 are 8."""
    expect.close(student.multitask_loss(torch.tensor(4.0), torch.tensor(2.0), 0.5, 3.0), 8.0)


def test_multitask_loss_negative(student):
    """A negative weight is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.multitask_loss(torch.tensor(4.0), torch.tensor(2.0), 0.5, -3.0)


def test_random_mask_example(student):
    """Two of five places are hidden in each of 20 rows."""
    mask = expect.tensor(student.random_mask(20, 5, 2))
    assert mask.dtype == torch.bool, "the mask is no bool tensor"
    assert mask.sum(dim=1).tolist() == [2] * 20, "a row hides another number of places"


def test_random_mask_rows_differ(student):
    """Twenty rows do not all hide the same two places of ten."""
    mask = expect.tensor(student.random_mask(20, 10, 2))
    assert (mask != mask[0]).any(), "all rows are the same"


def test_mask_inputs_example(student):
    """Of the ids 7, 8, 9 the second is hidden behind 0, and asked for."""
    seen, target = student.mask_inputs(torch.tensor([7, 8, 9]), torch.tensor([False, True, False]), 0)
    expect.equal(seen, torch.tensor([7, 0, 9]), what="the corrupted input")
    expect.equal(target, torch.tensor([-100, 8, -100]), what="the target")


def test_mask_inputs_of_numbers(student):
    """The same with numbers, and a mark of -1."""
    seen, target = student.mask_inputs(torch.tensor([0.5, 1.5]), torch.tensor([True, False]), 9.0, -1)
    expect.equal(seen, torch.tensor([9.0, 1.5]), what="the corrupted input")
    expect.equal(target, torch.tensor([0.5, -1.0]), what="the target")


def test_masked_loss_example(student):
    """Guesses that are off by 1 and 3 at the two hidden places: the mean of 1 and 9."""
    pred, target = torch.tensor([[1.0, 5.0, 3.0]]), torch.tensor([[0.0, 99.0, 0.0]])
    expect.close(student.masked_loss(pred, target, torch.tensor([[True, False, True]])), 5.0)


def test_masked_loss_of_vectors(student):
    """One hidden place with the errors 1 and 3 in its two entries: again the mean of 1 and 9."""
    pred, target = torch.tensor([[[1.0, 3.0], [8.0, 8.0]]]), torch.zeros(1, 2, 2)
    expect.close(student.masked_loss(pred, target, torch.tensor([[True, False]])), 5.0)
