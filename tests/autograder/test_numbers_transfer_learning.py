"""Numbers that others published, reproduced with the reference of 09_transfer_learning.

The lectures give no numbers for these sections. What is published are sizes: those of a ResNet-18 (torchvision's page
of the model), the share of words that BERT hides (15 % of 512, Devlin et al. 2019), and that of patches which a masked
autoencoder hides (75 % of 14 x 14, He et al. 2022). The rest is what the handout says.
"""

from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from autograder.course import load_course
from autograder.reference import load_solutions, run

ROOT = Path(__file__).parents[2]
RESNET_18, ITS_HEAD = 11_689_512, 513_000


@pytest.fixture(scope="module")
def transfer():
    """The reference."""
    assignment = load_course(ROOT).assignment("09_transfer_learning")
    return run(assignment.module, load_solutions(assignment).segments())


def size(parameters):
    """How many numbers there are in these parameters."""
    return sum(parameter.numel() for parameter in parameters)


def test_the_sizes_of_a_resnet_18(transfer):
    """11,689,512 numbers as published, of which 513,000 are the head's; a head for 10 classes has 5,130 of them."""
    model = resnet18()
    assert size(model.parameters()) == RESNET_18
    assert size(model.fc.parameters()) == ITS_HEAD
    transfer.replace_head(model, "fc", 10)
    assert size(model.parameters()) == RESNET_18 - ITS_HEAD + 5_130
    assert transfer.freeze_except(model, ["fc"]) == ["fc.bias", "fc.weight"]
    assert size(p for p in model.parameters() if p.requires_grad) == 5_130


def steps(model, optimizer, count):
    """Train on noise, for ten classes."""
    draws = torch.Generator().manual_seed(1)
    for step in range(count):
        optimizer.zero_grad()
        x = torch.randn(2, 3, 32, 32, generator=draws)
        nn.functional.cross_entropy(model(x), torch.tensor([step % 10, 3])).backward()
        optimizer.step()


@pytest.mark.parametrize("in_training", [True, False])
def test_a_frozen_resnet_18_stays_bit_by_bit(transfer, in_training):
    """SGD with momentum and weight decay moves no frozen parameter; the statistics of batch normalization move in
    training mode, and not in evaluation mode."""
    torch.manual_seed(0)
    model = transfer.replace_head(resnet18(), "fc", 10).train(in_training)
    transfer.freeze_except(model, ["fc"])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    steps(model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01), 3)
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    statistics = {name for name, _ in model.named_buffers()}
    assert moved == {"fc.weight", "fc.bias"} | (statistics if in_training else set())


def test_fine_tuning_moves_the_body_a_hundredth(transfer):
    """In the first step of SGD each part moves by its own rate times its gradient."""
    torch.manual_seed(0)
    model = transfer.replace_head(resnet18(), "fc", 10).eval()
    groups = transfer.finetune_groups(model, "fc", 0.001, 0.1)
    assert [size(group["params"]) for group in groups] == [RESNET_18 - ITS_HEAD, 5_130]
    before = [parameter.detach().clone() for parameter in model.parameters()]
    steps(model, torch.optim.SGD(groups), 1)
    for (name, parameter), then in zip(model.named_parameters(), before, strict=True):
        rate = 0.1 if name.startswith("fc.") else 0.001
        assert torch.allclose(parameter.detach(), then - rate * parameter.grad, atol=1e-6), name


def test_a_late_freeze_comes_too_late(transfer):
    """The handout's box: frozen between backward and step, the body still moves once, and with stale gradients of zero
    it goes on to move."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.1)
    model(torch.ones(1, 3)).sum().backward()
    transfer.freeze_except(model, ["1"])
    for set_to_none, moves in ((None, True), (False, True), (True, False)):
        if set_to_none is not None:
            optimizer.zero_grad(set_to_none=set_to_none)
        before = model[0].weight.detach().clone()
        optimizer.step()
        assert torch.equal(model[0].weight, before) != moves


@pytest.mark.parametrize(("places", "share", "hidden", "visible"), [(512, 0.15, 77, 435), (196, 0.75, 147, 49)])
def test_the_shares_that_are_hidden(transfer, places, share, hidden, visible):
    """Of BERT's 512 places 77 are hidden, of a masked autoencoder's 196 patches 147: in each row exactly as many."""
    mask = transfer.random_mask(64, places, round(share * places), torch.Generator().manual_seed(0))
    assert mask.sum(dim=1).unique().tolist() == [hidden]
    assert (~mask).sum(dim=1).unique().tolist() == [visible]


def test_the_target_is_ready_for_a_cross_entropy(transfer):
    """With token ids, the pair of 9.6 and torch's cross-entropy give the mean over hidden places."""
    draws = torch.Generator().manual_seed(0)
    tokens, mask = torch.randint(0, 20, (4, 9), generator=draws), torch.rand(4, 9, generator=draws) < 0.3
    logits = torch.randn(4, 9, 20, generator=draws)
    _, target = transfer.mask_inputs(tokens, mask, 20)
    found = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())
    assert torch.allclose(found, -logits.log_softmax(-1)[mask].gather(1, tokens[mask][:, None]).mean())
