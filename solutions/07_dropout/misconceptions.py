"""Plausible wrong answers to 07_dropout: each must lose marks in its own task, in the tests that it names."""
# The names of variants are made of a task's name and a tag, capitals and all; W and X are the handout's.
# The names of the reference module are there when these run.
# ruff: noqa: N801, F821

import itertools

from autograder.answers import misconception

# ---------------------------------------------------------------------------------------------- 7.1 bernoulli_mask


@misconception(
    hint="You drop an element whose uniform number equals p, so that even p = 0 drops a unit once in a while.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
    ),
    may_catch=("test_bernoulli_mask_keeps_dtype_and_shape",),
)
def bernoulli_mask__drops_ties(v: Tensor, p: float) -> Tensor:
    """Keep only what lies strictly above p."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (v > p).to(v.dtype)


@misconception(
    hint="Your mask has ones where elements should be dropped. Which of the two values makes an activation vanish?",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__inverted(v: Tensor, p: float) -> Tensor:
    """One where an element is dropped."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (v < p).to(v.dtype)


@misconception(
    hint="You treat p as the probability of keeping a unit. In this course it is the probability of dropping it.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__keep_probability(v: Tensor, p: float) -> Tensor:
    """Compare with the complement of p."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (v >= 1 - p).to(v.dtype)


@misconception(
    hint="A comparison gives a bool tensor. The mask is to be multiplied with activations: it has the dtype of v.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__bool(v: Tensor, p: float) -> Tensor:
    """Return the comparison itself."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return v >= p


@misconception(
    hint="Your mask is right in float32 only: the result has the dtype of v, whichever it is.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__float32(v: Tensor, p: float) -> Tensor:
    """Convert with .float()."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (v >= p).float()


@misconception(
    hint="The mask says who is dropped, and nothing else. Rescaling is the business of a later task.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__rescaled(v: Tensor, p: float) -> Tensor:
    """Divide by the keep probability inside the mask."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (v >= p).to(v.dtype) / max(1 - p, 1e-12)


@misconception(
    hint="The uniform numbers are given to you. Your mask comes from numbers of its own.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_drops_what_lies_below_p",
        "test_bernoulli_mask_keeps_dtype_and_shape",
        "test_bernoulli_mask_leaves_its_argument_alone",
    ),
    may_catch=("test_bernoulli_mask_refuses_a_wrong_probability",),
)
def bernoulli_mask__draws_its_own(v: Tensor, p: float) -> Tensor:
    """Ignore the values of v."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return (torch.rand_like(v) >= p).to(v.dtype)


@misconception(
    hint="You write the mask into v itself, so the caller's uniform numbers are gone.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_bernoulli_mask_keeps_a_tie",
        "test_bernoulli_mask_at_both_ends",
        "test_bernoulli_mask_leaves_its_argument_alone",
        "test_bernoulli_mask_refuses_a_wrong_probability",
    ),
)
def bernoulli_mask__in_place(v: Tensor, p: float) -> Tensor:
    """Overwrite the argument."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return v.copy_(v >= p)


@misconception(
    hint="A p outside the interval from 0 to 1 is no probability: the docstring names the error to raise.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=("test_bernoulli_mask_refuses_a_wrong_probability",),
)
def bernoulli_mask__unchecked(v: Tensor, p: float) -> Tensor:
    """Accept any p."""
    return (v >= p).to(v.dtype)


# -------------------------------------------------------------------------------------------- 7.2 standard_dropout


@misconception(
    hint="You scale in training as well. Standard dropout only masks in training; the factor belongs to prediction.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_at_both_ends",
    ),
)
def standard_dropout__scales_twice(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Mask in training, and scale always."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    mask = torch.rand(a.shape, generator=generator, device=a.device) >= p if training else 1
    return a * mask * (1 - p)


@misconception(
    hint="In prediction you scale by the probability of being dropped. How often was a unit there in training?",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_standard_dropout_scales_in_prediction",
        "test_standard_dropout_gradient",
        "test_standard_dropout_refuses_a_wrong_probability",
    ),
)
def standard_dropout__prediction_times_p(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Scale by p in prediction."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.rand(a.shape, generator=generator, device=a.device) >= p) if training else a * p


@misconception(
    hint="In prediction you return the activations as they are. The next layer has never seen an input that large.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_standard_dropout_scales_in_prediction",
        "test_standard_dropout_gradient",
        "test_standard_dropout_refuses_a_wrong_probability",
    ),
)
def standard_dropout__prediction_unscaled(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Do nothing in prediction."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.rand(a.shape, generator=generator, device=a.device) >= p) if training else a * 1


@misconception(
    hint="This is inverted dropout, the subject of the next task. Here nothing is rescaled in training.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_standard_dropout_scales_in_prediction",
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_gradient",
        "test_standard_dropout_at_both_ends",
        "test_standard_dropout_refuses_a_wrong_probability",
    ),
)
def standard_dropout__is_inverted(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Rescale in training, do nothing in prediction."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    mask = torch.rand(a.shape, generator=generator, device=a.device) >= p
    return a * mask / max(1 - p, 1e-12) if training else a * 1


@misconception(
    hint="Your random numbers come from a normal distribution. How many of those lie below p?",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_masks_each_element_on_its_own",
        "test_standard_dropout_draws_a_fresh_mask",
        "test_standard_dropout_uses_the_generator",
        "test_standard_dropout_gradient",
        "test_standard_dropout_at_both_ends",
    ),
)
def standard_dropout__normal_numbers(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Draw with randn."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.randn(a.shape, generator=generator, device=a.device) >= p) if training else a * (1 - p)


@misconception(
    hint="All examples of your batch share one mask. Each element is to be decided on its own.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=("test_standard_dropout_masks_each_element_on_its_own",),
    may_catch=(
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_draws_a_fresh_mask",
        "test_standard_dropout_uses_the_generator",
        "test_standard_dropout_gradient",
    ),
)
def standard_dropout__one_mask_per_batch(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Draw one mask for all rows."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.rand(a.shape[1:], generator=generator, device=a.device) >= p) if training else a * (1 - p)


@misconception(
    hint="You drop whole examples: all units of a row live or die together. Each element is to be decided on its own.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=("test_standard_dropout_masks_each_element_on_its_own",),
    may_catch=(
        "test_standard_dropout_draws_a_fresh_mask",
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_uses_the_generator",
        "test_standard_dropout_gradient",
    ),
)
def standard_dropout__whole_examples(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Draw one number for each row."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    rows = (a.shape[0],) + (1,) * (a.ndim - 1)
    return a * (torch.rand(rows, generator=generator, device=a.device) >= p) if training else a * (1 - p)


@misconception(
    hint="The same mask comes again with each call, because you start the generator anew each time.",
    reread="DS 542, Dropout",
    caught_by=("test_standard_dropout_draws_a_fresh_mask",),
)
def standard_dropout__same_mask_again(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Seed inside the function."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    seed = 0 if generator is None else generator.initial_seed()
    fresh = torch.Generator(a.device).manual_seed(seed)
    return a * (torch.rand(a.shape, generator=fresh, device=a.device) >= p) if training else a * (1 - p)


@misconception(
    hint="You treat p as the probability of keeping a unit. In this course it is the probability of dropping it.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_standard_dropout_scales_in_prediction",
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_masks_each_element_on_its_own",
        "test_standard_dropout_draws_a_fresh_mask",
        "test_standard_dropout_uses_the_generator",
        "test_standard_dropout_gradient",
        "test_standard_dropout_at_both_ends",
        "test_standard_dropout_refuses_a_wrong_probability",
    ),
)
def standard_dropout__keep_probability(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Read p the other way round in both modes."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.rand(a.shape, generator=generator, device=a.device) < p) if training else a * p


@misconception(
    hint="A generator was given, and your random numbers come from elsewhere.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=("test_standard_dropout_uses_the_generator",),
)
def standard_dropout__ignores_the_generator(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Draw from the default generator always."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (torch.rand_like(a) >= p) if training else a * (1 - p)


@misconception(
    hint="You multiply the caller's tensor in place. It must hold the same values after the call.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_standard_dropout_scales_in_prediction",
        "test_standard_dropout_masks_in_training",
        "test_standard_dropout_draws_a_fresh_mask",
        "test_standard_dropout_gradient",
        "test_standard_dropout_at_both_ends",
    ),
)
def standard_dropout__in_place(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Overwrite the argument's values behind autograd's back."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    a.data *= torch.rand(a.shape, generator=generator, device=a.device) >= p if training else 1 - p
    return a * 1


@misconception(
    hint="Your result is cut off from the graph: nothing is learned below this layer. Look for detach or no_grad.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_standard_dropout_gradient",),
)
def standard_dropout__detached(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Compute without gradients."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    a = a.detach()
    return a * (torch.rand(a.shape, generator=generator, device=a.device) >= p) if training else a * (1 - p)


# ---------------------------------------------------------------------------------------------- 7.3 InvertedDropout


class _Checked(nn.Module):
    """A layer that validates p as it should, for variants that are wrong elsewhere."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p
        self.scale = 0.0 if p == 1 else 1 / (1 - p)


@misconception(
    hint="You divide by p. Ask which share of the units is left, and what factor makes up for the loss.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__divides_by_p(_Checked):
    """Scale by 1/p."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) / max(self.p, 1e-12) if self.training else a


@misconception(
    hint="You correct twice: kept activations grow in training, and then everything shrinks in prediction.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_follows_the_model_that_holds_it",
    ),
)
class InvertedDropout__scales_in_prediction_too(_Checked):
    """Rescale in training and scale in prediction."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) * self.scale if self.training else a * (1 - self.p)


@misconception(
    hint="Your layer drops units in evaluation mode as well: it never looks at the flag that train() and eval() set.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=(
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_follows_the_model_that_holds_it",
    ),
)
class InvertedDropout__always_random(_Checked):
    """Ignore the mode."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) * self.scale


@misconception(
    hint="Your layer never drops anything. The bare name `eval` is a function of Python's, and counts as true.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_follows_the_model_that_holds_it",
        "test_InvertedDropout_draws_a_fresh_mask_for_each_element",
        "test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass",
        "test_InvertedDropout_at_both_ends",
        "test_InvertedDropout_refuses_a_wrong_probability",
    ),
)
class InvertedDropout__asks_the_builtin(_Checked):
    """Test the builtin eval."""

    def forward(self, a: Tensor) -> Tensor:
        if eval:
            return a * 1
        return a * (torch.rand_like(a) >= self.p) * self.scale


@misconception(
    hint="Your comparison and your factor both read p as the probability to keep. Here it is the probability to drop.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_follows_the_model_that_holds_it",
        "test_InvertedDropout_draws_a_fresh_mask_for_each_element",
        "test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__keep_probability(_Checked):
    """The formula of the courses in which p means keep."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) < self.p) / max(self.p, 1e-12) if self.training else a


@misconception(
    hint="You mask and do not rescale, in training or in prediction: on average the next layer gets too little.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__unscaled(_Checked):
    """Mask in training, identity in prediction."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) if self.training else a


@misconception(
    hint="This is standard dropout: the correction is made in prediction. The inverted form makes it in training.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_follows_the_model_that_holds_it",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__standard(_Checked):
    """Mask in training, scale in prediction."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) if self.training else a * (1 - self.p)


@misconception(
    hint="Your layer draws a mask once and keeps it: it trains a single sub-network. Draw in each forward pass.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=("test_InvertedDropout_draws_a_fresh_mask_for_each_element",),
)
class InvertedDropout__keeps_its_mask(_Checked):
    """Draw when first called, and store."""

    def forward(self, a: Tensor) -> Tensor:
        if not self.training:
            return a
        if getattr(self, "mask", None) is None or self.mask.shape != a.shape:
            self.mask = (torch.rand_like(a) >= self.p).to(a.dtype)
        return a * self.mask * self.scale


@misconception(
    hint="All examples of your batch share one mask. Each element is to be decided on its own.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=("test_InvertedDropout_draws_a_fresh_mask_for_each_element",),
    may_catch=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_moments",
        "test_InvertedDropout_follows_the_model_that_holds_it",
        "test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass",
        "test_InvertedDropout_refuses_a_wrong_probability",
    ),
)
class InvertedDropout__one_mask_per_batch(_Checked):
    """Draw one mask for all rows."""

    def forward(self, a: Tensor) -> Tensor:
        if not self.training:
            return a
        return a * (torch.rand(a.shape[1:], device=a.device) >= self.p) * self.scale


@misconception(
    hint="For p = 1 your layer divides zero by zero. What is left if everything is dropped?",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_InvertedDropout_does_nothing_in_prediction",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__nan_at_one(_Checked):
    """No special case."""

    def forward(self, a: Tensor) -> Tensor:
        return a * (torch.rand_like(a) >= self.p) / torch.tensor(1.0 - self.p, dtype=a.dtype) if self.training else a


@misconception(
    hint="You change the activations of the caller in place; another layer may still need them.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_InvertedDropout_rescales_in_training",
        "test_InvertedDropout_follows_the_model_that_holds_it",
        "test_InvertedDropout_draws_a_fresh_mask_for_each_element",
        "test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass",
        "test_InvertedDropout_at_both_ends",
    ),
)
class InvertedDropout__in_place(_Checked):
    """Overwrite the argument's values behind autograd's back."""

    def forward(self, a: Tensor) -> Tensor:
        if self.training:
            a.data *= (torch.rand_like(a) >= self.p) * self.scale
        return a * 1


@misconception(
    hint="A p outside the interval from 0 to 1 goes unnoticed until much later. Refuse it where the layer is made.",
    reread="STAT 453, Inverted Dropout",
    caught_by=("test_InvertedDropout_refuses_a_wrong_probability",),
)
class InvertedDropout__unchecked(nn.Module):
    """Accept any p."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, a: Tensor) -> Tensor:
        if not self.training:
            return a
        return a * (torch.rand_like(a) >= self.p) * (0.0 if self.p == 1 else 1 / (1 - self.p))


@misconception(
    hint="The gradient does not pass your mask: the backward pass must silence and scale what the forward pass did.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass",),
)
class InvertedDropout__straight_through(_Checked):
    """Add the change as a constant, so that the gradient is one everywhere."""

    def forward(self, a: Tensor) -> Tensor:
        if not self.training:
            return a
        return a + (a * (torch.rand_like(a) >= self.p) * self.scale - a).detach()


# ------------------------------------------------------------------------------------------- 7.4 weight_scaled_copy


def _scaled_like(model: nn.Sequential, p: float, scale) -> nn.Sequential:
    """A copy with Identity for every marker, after ``scale(linear, follows_a_marker)`` has edited each linear layer."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result, pending = copy.deepcopy(model), False
    with torch.no_grad():
        for index, layer in enumerate(result):
            if isinstance(layer, nn.Dropout):
                result[index], pending = nn.Identity(), True
            elif isinstance(layer, nn.Linear):
                scale(layer, pending)
                pending = False
    return result


@misconception(
    hint="You scale the bias along with the weight. The bias was never dropped in training.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_gives_the_geometric_average_of_sub_networks",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_at_both_ends",
    ),
)
def weight_scaled_copy__bias_too(model: nn.Sequential, p: float) -> nn.Sequential:
    """Scale all parameters of the layer."""

    def scale(layer, pending):
        for parameter in layer.parameters():
            parameter.mul_(1 - p if pending else 1)

    return _scaled_like(model, p, scale)


@misconception(
    hint="You scale the layer in front of the marker. Which layer is it that reads the dropped activations?",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_gives_the_geometric_average_of_sub_networks",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_leaves_the_model_alone",
        "test_weight_scaled_copy_at_both_ends",
        "test_weight_scaled_copy_refuses_a_wrong_probability",
    ),
)
def weight_scaled_copy__incoming(model: nn.Sequential, p: float) -> nn.Sequential:
    """Scale the linear layer in front of each marker."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result, last = copy.deepcopy(model), None
    for index, layer in enumerate(result):
        if isinstance(layer, nn.Linear):
            last = layer
        elif isinstance(layer, nn.Dropout):
            if last is not None:
                last.weight.data *= 1 - p
            result[index] = nn.Identity()
    return result


@misconception(
    hint="You scale every linear layer. Only one that reads dropped activations saw less in training.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
    ),
)
def weight_scaled_copy__every_layer(model: nn.Sequential, p: float) -> nn.Sequential:
    """Scale all weights."""
    return _scaled_like(model, p, lambda layer, pending: layer.weight.mul_(1 - p))


@misconception(
    hint="You multiply by the probability of being dropped. How often was an input there in training?",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_gives_the_geometric_average_of_sub_networks",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_leaves_the_model_alone",
        "test_weight_scaled_copy_at_both_ends",
        "test_weight_scaled_copy_refuses_a_wrong_probability",
    ),
)
def weight_scaled_copy__times_p(model: nn.Sequential, p: float) -> nn.Sequential:
    """Scale by p."""
    return _scaled_like(model, p, lambda layer, pending: layer.weight.mul_(p if pending else 1))


@misconception(
    hint="You make the weights larger. That is the correction of inverted dropout, in training; here less is needed.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_gives_the_geometric_average_of_sub_networks",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_leaves_the_model_alone",
        "test_weight_scaled_copy_at_both_ends",
        "test_weight_scaled_copy_refuses_a_wrong_probability",
    ),
)
def weight_scaled_copy__divides(model: nn.Sequential, p: float) -> nn.Sequential:
    """Divide by the keep probability."""
    return _scaled_like(model, p, lambda layer, pending: layer.weight.div_(max(1 - p, 1e-12) if pending else 1))


@misconception(
    hint="You scale the weights of the model that you were given. It must be as it was, so that it can be trained on.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_leaves_the_model_alone",
        "test_weight_scaled_copy_refuses_a_wrong_probability",
    ),
)
def weight_scaled_copy__mutates(model: nn.Sequential, p: float) -> nn.Sequential:
    """Edit in place, then copy."""
    result = _scaled_like(model, p, lambda layer, pending: layer.weight.mul_(1 - p if pending else 1))
    for old, new in zip(model.parameters(), result.parameters(), strict=True):
        old.data.copy_(new.data)
    return result


@misconception(
    hint="Your copy is a new list of the old layers: the parameters belong to both models. Copy deeply.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=("test_weight_scaled_copy_leaves_the_model_alone",),
)
def weight_scaled_copy__shallow(model: nn.Sequential, p: float) -> nn.Sequential:
    """Share the layers that need no change."""
    result, layers = _scaled_like(model, p, lambda layer, pending: layer.weight.mul_(1 - p if pending else 1)), []
    for old, new in zip(model, result, strict=True):
        changed = isinstance(old, nn.Linear) and not torch.equal(old.weight, new.weight)
        layers.append(new if changed or isinstance(old, nn.Dropout) else old)
        if changed:
            new.bias = old.bias
    return nn.Sequential(*layers)


@misconception(
    hint="The markers are still in your copy. In training mode it drops units, on top of the scaled weights.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=("test_weight_scaled_copy_is_deterministic",),
)
def weight_scaled_copy__still_drops(model: nn.Sequential, p: float) -> nn.Sequential:
    """Leave the dropout layers in place."""
    result = _scaled_like(model, p, lambda layer, pending: layer.weight.mul_(1 - p if pending else 1))
    for index, layer in enumerate(model):
        if isinstance(layer, nn.Dropout):
            result[index] = copy.deepcopy(layer)
    return result.eval()


@misconception(
    hint="You look only at the layer right behind the marker. An activation or a Flatten may stand in between.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_weight_scaled_copy_scales_outgoing_weights_only",),
)
def weight_scaled_copy__adjacent_only(model: nn.Sequential, p: float) -> nn.Sequential:
    """Scale only the direct successor."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result = copy.deepcopy(model)
    for index, layer in enumerate(model):
        if isinstance(layer, nn.Dropout):
            result[index] = nn.Identity()
            if isinstance(result[index + 1], nn.Linear):
                result[index + 1].weight.data *= 1 - p
    return result


@misconception(
    hint="You read the rate from the marker. The function has a p of its own, and only that one counts.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_weight_scaled_copy_gives_the_average_pre_activation",
        "test_weight_scaled_copy_scales_outgoing_weights_only",
        "test_weight_scaled_copy_is_deterministic",
        "test_weight_scaled_copy_leaves_the_model_alone",
        "test_weight_scaled_copy_at_both_ends",
        "test_weight_scaled_copy_refuses_a_wrong_probability",
    ),
)
def weight_scaled_copy__rate_of_the_marker(model: nn.Sequential, p: float) -> nn.Sequential:
    """Use the p that each dropout layer stores."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result, keep = copy.deepcopy(model), 1.0
    for index, layer in enumerate(model):
        if isinstance(layer, nn.Dropout):
            result[index], keep = nn.Identity(), 1 - layer.p
        elif isinstance(layer, nn.Linear):
            result[index].weight.data *= keep
            keep = 1.0
    return result


# --------------------------------------------------------------------------------------------------- 7.5 mc_dropout


def _sampled(model: nn.Module, x: Tensor, n_samples: int, prepare) -> Tensor:
    """The outputs [T, ...] after ``prepare(model)`` has set the modes, which are restored even if the model fails."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    modes = [(module, module.training) for module in model.modules()]
    try:
        prepare(model)
        with torch.no_grad():
            return torch.stack([model(x) for _ in range(n_samples)])
    finally:
        for module, mode in modes:
            module.training = mode


def _wake(model: nn.Module) -> None:
    """Only dropout layers in training mode."""
    for module in model.modules():
        module.training = "Dropout" in type(module).__name__


@misconception(
    hint="You put the whole model into training mode, so batch normalization uses and overwrites its statistics.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_keeps_batch_normalization_in_evaluation_mode",
        "test_mc_dropout_restores_every_mode",
    ),
)
def mc_dropout__trains_everything(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Call model.train()."""
    y = _sampled(model, x, n_samples, lambda model: model.train())
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="All your passes are the same: in evaluation mode dropout does nothing.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_of_a_linear_model",
        "test_mc_dropout_without_spread",
        "test_mc_dropout_restores_every_mode",
        "test_mc_dropout_wakes_every_kind_of_dropout_layer",
        "test_mc_dropout_wakes_your_own_layer",
    ),
)
def mc_dropout__evaluates(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Call model.eval()."""
    y = _sampled(model, x, n_samples, lambda model: model.eval())
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="You take the model in the mode in which it comes. Dropout must be on, whatever that mode is.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_of_a_linear_model",
        "test_mc_dropout_keeps_batch_normalization_in_evaluation_mode",
        "test_mc_dropout_restores_every_mode",
        "test_mc_dropout_wakes_every_kind_of_dropout_layer",
        "test_mc_dropout_wakes_your_own_layer",
    ),
)
def mc_dropout__as_it_comes(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Leave all modes alone."""
    y = _sampled(model, x, n_samples, lambda model: None)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="Your second result is the standard deviation. The variance is asked for.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=("test_mc_dropout_of_a_linear_model",),
)
def mc_dropout__standard_deviation(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Return std."""
    y = _sampled(model, x, n_samples, _wake)
    return y.mean(dim=0), y.std(dim=0, correction=0)


@misconception(
    hint="Your variance divides by one less than the number of samples, and is NaN for a single one.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_of_a_linear_model",
        "test_mc_dropout_without_spread",
    ),
)
def mc_dropout__unbiased(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """What torch.var does by default, without its warning."""
    y = _sampled(model, x, n_samples, _wake)
    return y.mean(dim=0), y.var(dim=0, correction=0) * n_samples / torch.tensor(n_samples - 1.0, dtype=y.dtype)


@misconception(
    hint="Afterwards the model is all in evaluation mode. Each module is to be left in the mode in which it came.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=(
        "test_mc_dropout_keeps_batch_normalization_in_evaluation_mode",
        "test_mc_dropout_restores_every_mode",
    ),
)
def mc_dropout__leaves_eval(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """End with model.eval()."""
    y = _sampled(model, x, n_samples, _wake)
    model.eval()
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="Afterwards your dropout layers are still on: the next prediction with the model is random.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=(
        "test_mc_dropout_keeps_batch_normalization_in_evaluation_mode",
        "test_mc_dropout_restores_every_mode",
        "test_mc_dropout_wakes_your_own_layer",
    ),
)
def mc_dropout__leaves_dropout_on(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Never restore."""
    y = _sampled(model, x, n_samples, _wake)
    _wake(model)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="You restore one flag for the whole model. Its modules may have come in different modes.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_mc_dropout_restores_every_mode",),
)
def mc_dropout__restores_one_flag(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """End with model.train(was_training)."""
    y = _sampled(model, x, n_samples, _wake)
    model.train(model.training)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="If the model raises, your function never gets to restore the modes. Which statement runs in any case?",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_mc_dropout_restores_every_mode",),
)
def mc_dropout__forgets_on_failure(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Restore at the end only."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    modes = [(module, module.training) for module in model.modules()]
    _wake(model)
    with torch.no_grad():
        y = torch.stack([model(x) for _ in range(n_samples)])
    for module, mode in modes:
        module.training = mode
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="Your results still carry the graph of all passes. Nobody will differentiate a prediction: spare the memory.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_mc_dropout_needs_no_gradient",),
)
def mc_dropout__with_graph(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """No no_grad."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    modes = [(module, module.training) for module in model.modules()]
    try:
        _wake(model)
        y = torch.stack([model(x) for _ in range(n_samples)])
    finally:
        for module, mode in modes:
            module.training = mode
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="You turn the outputs into probabilities first. The statistics are those of what the model returns.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_of_a_linear_model",
        "test_mc_dropout_keeps_batch_normalization_in_evaluation_mode",
        "test_mc_dropout_without_spread",
        "test_mc_dropout_wakes_every_kind_of_dropout_layer",
        "test_mc_dropout_needs_no_gradient",
        "test_mc_dropout_refuses_an_empty_sample",
    ),
)
def mc_dropout__softmax_first(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Average probabilities."""
    y = _sampled(model, x, n_samples, _wake).softmax(dim=-1)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="You look for dropout among the outermost layers only. A model may hold models.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=("test_mc_dropout_of_a_linear_model",),
)
def mc_dropout__outermost_layers(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Search in children()."""

    def wake(model):
        model.eval()
        for module in model.children():
            module.training = "Dropout" in type(module).__name__

    y = _sampled(model, x, n_samples, wake)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="You know one kind of dropout layer only. The docstring lists five.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_wakes_every_kind_of_dropout_layer",
        "test_mc_dropout_wakes_your_own_layer",
    ),
)
def mc_dropout__one_kind(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Only nn.Dropout."""

    def wake(model):
        for module in model.modules():
            module.training = isinstance(module, nn.Dropout)

    y = _sampled(model, x, n_samples, wake)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="Your list of dropout layers is missing the one that you wrote yourself.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=("test_mc_dropout_wakes_your_own_layer",),
)
def mc_dropout__forgets_your_own(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Only torch's dropout layers."""

    def wake(model):
        for module in model.modules():
            module.training = isinstance(module, nn.Dropout | nn.Dropout1d | nn.Dropout2d | nn.Dropout3d)

    y = _sampled(model, x, n_samples, wake)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="All your samples have the same mask, because you seed before each pass.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=(
        "test_mc_dropout_of_a_linear_model",
        "test_mc_dropout_restores_every_mode",
        "test_mc_dropout_wakes_every_kind_of_dropout_layer",
        "test_mc_dropout_wakes_your_own_layer",
    ),
)
def mc_dropout__one_mask(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """One pass, repeated."""
    y = _sampled(model, x, n_samples, _wake)[:1].repeat(n_samples, *[1] * x.ndim)
    return y.mean(dim=0), y.var(dim=0, correction=0)


@misconception(
    hint="A number of samples below one goes unnoticed. The docstring names the error to raise.",
    reread="DS 542, Monte Carlo Dropout for Inference",
    caught_by=("test_mc_dropout_refuses_an_empty_sample",),
)
def mc_dropout__unchecked(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Take at least one sample, silently."""
    y = _sampled(model, x, max(n_samples, 1), _wake)
    return y.mean(dim=0), y.var(dim=0, correction=0)


# ------------------------------------------------------------------------------------------- 7.6 subnetwork_average


def _sub_networks(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> tuple[Tensor, Tensor, Tensor]:
    """Masks [M, H], their chances [M] and the logits [M, K], after the checks of the docstring."""
    if h.numel() > 16 or not 0 <= p <= 1 or how not in ("arithmetic", "geometric"):
        raise ValueError("not possible")
    masks = torch.tensor(list(itertools.product((0, 1), repeat=h.numel())), dtype=h.dtype, device=h.device)
    kept = masks.sum(dim=1)
    return masks, (1 - p) ** kept * p ** (h.numel() - kept), (masks * h) @ W.T + b


def _averaged(chance: Tensor, logits: Tensor, how: str) -> Tensor:
    """The average of either kind."""
    if how == "arithmetic":
        return chance @ logits.softmax(dim=1)
    return (chance @ logits.log_softmax(dim=1)).softmax(dim=0)


@misconception(
    hint="All your sub-networks weigh the same. That is right for one p only: is a mask with few units as likely?",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_at_both_ends",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
        "test_subnetwork_average_refuses_what_it_cannot_do",
    ),
)
def subnetwork_average__uniform(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Every mask has the same weight."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return _averaged(torch.full_like(chance, 1 / len(chance)), logits, how)


@misconception(
    hint="You leave out the sub-network without any unit. It is rare and it exists: its output is what the bias says.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_at_both_ends",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
    ),
)
def subnetwork_average__without_the_empty_one(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Skip the mask of zeros and renormalize."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return _averaged(chance[1:] / chance[1:].sum(), logits[1:], how)


@misconception(
    hint="Your geometric average does not sum to one. A product of distributions must be normalized.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=(
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_at_both_ends",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
    ),
)
def subnetwork_average__unnormalized(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Forget the denominator."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return (chance @ logits.log_softmax(dim=1)).exp() if how == "geometric" else _averaged(chance, logits, how)


@misconception(
    hint="Your sub-networks use rescaled activations, as in inverted dropout. Here they are masked and nothing else.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
    ),
)
def subnetwork_average__rescaled(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Inverted masks."""
    _, chance, logits = _sub_networks(W, b, h / max(1 - p, 1e-12), p, how)
    return _averaged(chance, logits, how)


@misconception(
    hint="You give a mask the chance that its complement has: p is the probability that a unit is dropped.",
    reread="STAT 453, Dropout (Bernoulli Sampling)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_at_both_ends",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
        "test_subnetwork_average_refuses_what_it_cannot_do",
    ),
)
def subnetwork_average__keep_probability(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """p as the probability to keep."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return _averaged(chance.flip(0), logits, how)


@misconception(
    hint="You average logits. The arithmetic mean is one of probabilities: first softmax, then average.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
    ),
)
def subnetwork_average__mean_of_logits(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Softmax of the average, for both kinds."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return (chance @ logits).softmax(dim=0)


@misconception(
    hint="You drop the bias together with the last unit, or scale it. It belongs to each sub-network in full.",
    reread="DS 542, Dropout (weight scaling inference rule)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_at_both_ends",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
        "test_subnetwork_average_keeps_dtype_and_arguments",
    ),
)
def subnetwork_average__bias_dropped(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Scale the bias by the share of units that is left."""
    masks, chance, logits = _sub_networks(W, b, h, p, how)
    return _averaged(chance, logits - b + masks.mean(dim=1, keepdim=True) * b, how)


@misconception(
    hint="You sample masks. All of them are few enough to count: the answer is exact.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=(
        "test_subnetwork_average_of_one_unit",
        "test_subnetwork_average_arithmetic",
        "test_subnetwork_average_geometric",
        "test_subnetwork_average_ignores_a_silent_unit",
        "test_subnetwork_average_gradient",
    ),
)
def subnetwork_average__sampled(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """A Monte Carlo estimate."""
    masks, _, _ = _sub_networks(W, b, h, p, how)
    masks = (torch.rand(997, h.numel(), dtype=h.dtype, device=h.device) >= p).to(h.dtype)
    return _averaged(torch.full_like(masks[:, 0], 1 / 997), (masks * h) @ W.T + b, how)


@misconception(
    hint="Your averages carry no gradient. Keep the arithmetic in torch, without item, detach or no_grad.",
    reread="STAT 453, Why does Dropout work? (Ensemble Method Interpretation)",
    caught_by=("test_subnetwork_average_gradient",),
)
def subnetwork_average__detached(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Without a graph."""
    _, chance, logits = _sub_networks(W, b, h, p, how)
    return _averaged(chance, logits.detach(), how)


# ----------------------------------------------------------------------------------------- 7.7 interaction_survival


def _check(order: int, rate: float) -> None:
    """Raise for numbers out of range."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")


@misconception(
    hint="You take the chance that not all inputs are dropped. One missing input is enough to hide the interaction.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_interaction_survival_needs_all_its_inputs",
        "test_interaction_survival_multiplies",
        "test_interaction_survival_at_both_ends",
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
    ),
)
def interaction_survival__one_is_enough(order: int, rate: float) -> float:
    """1 - r^k."""
    _check(order, rate)
    return 1 - rate**order


@misconception(
    hint="You take the chance that all inputs are dropped. They must all be there.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_interaction_survival_needs_all_its_inputs",
        "test_interaction_survival_multiplies",
        "test_interaction_survival_at_both_ends",
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def interaction_survival__all_dropped(order: int, rate: float) -> float:
    """r^k."""
    _check(order, rate)
    return rate**order


@misconception(
    hint="You compute the chance that the interaction is lost.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_interaction_survival_needs_all_its_inputs",
        "test_interaction_survival_multiplies",
        "test_interaction_survival_at_both_ends",
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def interaction_survival__lost(order: int, rate: float) -> float:
    """1 - (1-r)^k."""
    _check(order, rate)
    return 1 - (1 - rate) ** order


@misconception(
    hint="You subtract the rate once for each input. Independent chances multiply.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_interaction_survival_needs_all_its_inputs",
        "test_interaction_survival_multiplies",
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
    ),
)
def interaction_survival__linear(order: int, rate: float) -> float:
    """1 - k r."""
    _check(order, rate)
    return max(0.0, 1 - order * rate)


@misconception(
    hint="For your function the number of inputs makes no difference. Each further input must survive as well.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_interaction_survival_needs_all_its_inputs",
        "test_interaction_survival_multiplies",
        "test_interaction_survival_at_both_ends",
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
    ),
)
def interaction_survival__of_one_input(order: int, rate: float) -> float:
    """The survival of one input."""
    _check(order, rate)
    return 1 - rate


@misconception(
    hint="A rate outside the interval from 0 to 1, or a negative order, is accepted in silence.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=("test_interaction_survival_refuses_wrong_numbers",),
)
def interaction_survival__unchecked(order: int, rate: float) -> float:
    """No checks."""
    return (1 - rate) ** order


@misconception(
    hint="You use the approximation n^k / k!, which is good only for orders far below the number of inputs.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
    ),
)
def expected_surviving_interactions__power(n_inputs: int, order: int, rate: float) -> float:
    """n^k / k! for the number of choices."""
    _check(order, rate)
    return n_inputs**order / math.factorial(order) * (1 - rate) ** order


@misconception(
    hint="You count how many ways there are to choose the inputs from the order. Which of the two is the larger set?",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def expected_surviving_interactions__swapped(n_inputs: int, order: int, rate: float) -> float:
    """C(k, n)."""
    _check(order, rate)
    return math.comb(order, n_inputs) * (1 - rate) ** order


@misconception(
    hint="You count sequences of inputs. An interaction of two inputs is the same in either order.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
    ),
)
def expected_surviving_interactions__sequences(n_inputs: int, order: int, rate: float) -> float:
    """Permutations for combinations."""
    _check(order, rate)
    return math.perm(n_inputs, order) * (1 - rate) ** order


@misconception(
    hint="You count interactions whose inputs are all dropped. The two p of the slides have different meanings.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def expected_surviving_interactions__dropped(n_inputs: int, order: int, rate: float) -> float:
    """C(n, k) r^k."""
    _check(order, rate)
    return math.comb(n_inputs, order) * rate**order


@misconception(
    hint="You also ask that all other inputs are dropped. An interaction does not mind company.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def expected_surviving_interactions__binomial(n_inputs: int, order: int, rate: float) -> float:
    """The binomial probability of exactly k kept inputs."""
    _check(order, rate)
    if order > n_inputs:
        return 0.0
    return math.comb(n_inputs, order) * (1 - rate) ** order * rate ** (n_inputs - order)


@misconception(
    hint="You count the interactions that there are, and forget that most of them do not survive.",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=(
        "test_expected_surviving_interactions_of_few_inputs",
        "test_expected_surviving_interactions_add_up",
        "test_expected_surviving_interactions_beyond_the_inputs",
        "test_interaction_survival_refuses_wrong_numbers",
    ),
)
def expected_surviving_interactions__all(n_inputs: int, order: int, rate: float) -> float:
    """C(n, k)."""
    _check(order, rate)
    return float(math.comb(n_inputs, order))


@misconception(
    hint="You raise an error for an order above the number of inputs. How many such interactions are there?",
    reread="STAT 453, Why does Dropout work? (Interaction Effect Interpretation)",
    caught_by=("test_expected_surviving_interactions_beyond_the_inputs",),
)
def expected_surviving_interactions__refuses_high_orders(n_inputs: int, order: int, rate: float) -> float:
    """Factorials of negative numbers."""
    _check(order, rate)
    choices = math.factorial(n_inputs) // (math.factorial(order) * math.factorial(n_inputs - order))
    return choices * (1 - rate) ** order


# ------------------------------------------------------------------------------------- 7.8 dropout_linear_objective


def _penalized(X: Tensor, y: Tensor, w: Tensor, p: float, strength: float, charge: Tensor) -> Tensor:
    """Squared error plus a weighted ridge penalty, after the check of p."""
    return (y - X @ w).square().sum() + strength * (charge * w.square()).sum()


@misconception(
    hint="Your penalty charges all weights alike. Dropout makes more noise where an input has large values.",
    reread="STAT 453, Why does Dropout work? (Co-Adaptation Interpretation)",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__plain_ridge(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The norm of w without the scale of the data."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return _penalized(X, y, w, p, p / (1 - p), torch.ones_like(w))


@misconception(
    hint="Your factor is the variance of a mask that is not rescaled. What does the rescaling do to a variance?",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_penalty_grows_with_the_odds",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__mask_variance(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """p(1-p)."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return _penalized(X, y, w, p, p * (1 - p), X.square().sum(dim=0))


@misconception(
    hint="Your penalty falls as more is dropped. What should it be for p = 0, and where should it go for p near 1?",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_penalty_grows_with_the_odds",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__odds_of_keeping(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """(1-p)/p."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return _penalized(X, y, w, p, (1 - p) / p if p else 0.0, X.square().sum(dim=0))


@misconception(
    hint="This is the expectation for standard dropout. Here the kept inputs are divided by their probability.",
    reread="STAT 453, Inverted Dropout",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_penalty_grows_with_the_odds",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__standard(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """Masks without rescaling."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return (y - (1 - p) * (X @ w)).square().sum() + p * (1 - p) * (X.square().sum(dim=0) * w.square()).sum()


@misconception(
    hint="You average over the examples. The squared errors are to be summed.",
    reread="STAT 453, Why does Dropout work? (Co-Adaptation Interpretation)",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_without_dropout",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
    ),
)
def dropout_linear_objective__mean(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """Mean for sum."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return _penalized(X, y, w, p, p / (1 - p), X.square().sum(dim=0)) / len(y)


@misconception(
    hint="Your penalty mixes different inputs. Their masks are independent: only the diagonal contributes a variance.",
    reread="STAT 453, Why does Dropout work? (Co-Adaptation Interpretation)",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
    ),
    may_catch=("test_dropout_linear_objective_keeps_dtype_and_arguments",),
)
def dropout_linear_objective__full_gram(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The quadratic form of the whole Gram matrix."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return (y - X @ w).square().sum() + p / (1 - p) * (X @ w).square().sum()


@misconception(
    hint="Your result changes from call to call: it is the loss for one mask. The average over all masks is asked for.",
    reread="STAT 453, Why does Dropout work? (Co-Adaptation Interpretation)",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_penalty_grows_with_the_odds",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__one_mask(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """A sample for an expectation."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return (y - (X * (torch.rand_like(X) >= p) / (1 - p)) @ w).square().sum()


@misconception(
    hint="You return only the penalty, or only the error. The objective is the sum of both parts.",
    reread="STAT 453, Why does Dropout work? (Co-Adaptation Interpretation)",
    caught_by=(
        "test_dropout_linear_objective_is_the_average_over_all_masks",
        "test_dropout_linear_objective_penalty_grows_with_the_odds",
        "test_dropout_linear_objective_does_not_care_about_units",
        "test_dropout_linear_objective_gradient",
        "test_dropout_linear_objective_keeps_dtype_and_arguments",
        "test_dropout_linear_objective_refuses_a_wrong_probability",
    ),
)
def dropout_linear_objective__error_only(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """No penalty at all: the mean prediction is right, so nothing seems to be missing."""
    if not 0 <= p < 1:
        raise ValueError("p out of range")
    return (y - X @ w).square().sum()


@misconception(
    hint="For p = 1 nothing is left to predict from, and the formula divides by zero. The docstring names the error.",
    reread="STAT 453, Inverted Dropout",
    caught_by=("test_dropout_linear_objective_refuses_a_wrong_probability",),
)
def dropout_linear_objective__accepts_one(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The range of the other tasks."""
    if not 0 <= p <= 1:
        raise ValueError("p out of range")
    return _penalized(X, y, w, p, p / max(1 - p, 1e-12), X.square().sum(dim=0))
