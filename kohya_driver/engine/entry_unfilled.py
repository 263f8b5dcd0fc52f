"""Loads models without filling them with random numbers first. Stands alone, as entry.py does.

sd-scripts builds SD 1.x's and 2.x's models, which fills them with a thousand million random numbers, and then loads the weights over
them (library/model_util.py:1009). That takes longer than the loading. What counts of it is where torch's generator stands afterwards: that is
computed, in a few hundredths of a second. The training is the same, to the bit (tests/contract/test_kept.py).
"""

import contextlib
import functools


def leave_unfilled(model_util):
    """For the function that fills models with random numbers and then loads all of their weights, or raises."""
    load = getattr(model_util, "load_models_from_stable_diffusion_checkpoint", None)
    if load is None:
        return

    def load_unfilled(*arguments, **options):
        import torch

        before = torch.get_rng_state()
        skipped = SkippedNumbers(before)
        if not skipped.is_known:
            return load(*arguments, **options)
        with unfilled(skipped.note):
            loaded = load(*arguments, **options)
        after = skipped.after()
        if after is None:
            torch.set_rng_state(before)
            return load(*arguments, **options)
        torch.set_rng_state(after)
        return loaded

    model_util.load_models_from_stable_diffusion_checkpoint = load_unfilled


@contextlib.contextmanager
def unfilled(note):
    """New tensors are not filled with random numbers; `note` takes each that would have been, and by what."""
    import torch

    def leave(name, tensor, *arguments, **options):
        note(tensor, "" if options.get("generator") else name)
        return tensor

    redrawing = torch.nn.init.trunc_normal_  # it draws again what fell outside
    names = ("uniform_", "normal_")
    for name in names:
        setattr(torch.Tensor, name, functools.partialmethod(functools.partial(leave, name)))
    torch.nn.init.trunc_normal_ = functools.partial(leave, "trunc_normal_")
    try:
        yield
    finally:
        torch.nn.init.trunc_normal_ = redrawing
        for name in names:
            delattr(torch.Tensor, name)


class SkippedNumbers:
    """Where torch's generator of the processor stands after numbers that nobody needs.

    How many are drawn follows aten/src/ATen/native/cpu/DistributionTemplates.h: one for each number of 32 bits, and normal ones
    in groups of 16, of which the last is drawn anew where it is not whole.
    """

    def __init__(self, state):
        self.state, self.count = state, 0
        self.is_known = len(state) == STATE_BYTES

    def note(self, tensor, name):
        import torch

        count = tensor.numel()
        if tensor.device.type == "meta":
            return
        if name == "normal_" and tensor.is_contiguous() and count >= GROUP:
            count += GROUP if count % GROUP else 0
        elif name != "uniform_":
            self.is_known = False
        self.is_known &= tensor.device.type == "cpu" and tensor.dtype is torch.float32
        self.count += count

    def after(self):
        """The generator's state; None if it cannot be told, because something else was drawn."""
        import torch

        if not self.is_known or not torch.equal(torch.get_rng_state(), self.state):
            return None
        found = self.state.clone()
        if self.count:
            words = found.numpy()
            left, place = words[8:12].view("int32"), words[16:24].view("uint64")
            held = words[24 : 24 + 8 * WORDS].view("uint64")
            held[:], place[0] = skip(held, WORDS if left[0] == 1 else int(place[0]), self.count)
            left[0] = WORDS + 1 - int(place[0])
        return found


STATE_BYTES = 5056
"""The seed, what is left of the words and the place in them, the words in 64 bits each, and what is left of a pair of normal numbers."""
GROUP = 16


# --- the Mersenne Twister


WORDS, MIDDLE, LOW_BITS = 624, 397, 31
MATRIX = 0x9908B0DF
DEGREE = 19937
FEW = 1 << 22
"""Numbers that are sooner drawn than jumped over."""


def skip(words, place, count):
    """The state after `count` more numbers: its words, and the place of the next one.

    Args:
        words: 624 numbers of 32 bits.
        place: how many of them are used.
    """
    from numpy.random import MT19937

    twister = MT19937()
    twister.state = {"bit_generator": "MT19937", "state": {"key": words.astype("uint32"), "pos": place}}
    if count < FEW:
        twister.random_raw(count, output=False)
        told = twister.state["state"]
        return told["key"], told["pos"]
    block, last = divmod(place + count - 1, WORDS)  # the words are made 624 at a time
    return untempered(jumped(twister, block * WORDS - place)), last + 1


def jumped(twister, count):
    """The 624 numbers after the next `count`.

    Every number is a sum, without carrying, of earlier ones: those whose coefficients in t^count modulo the twister's characteristic
    polynomial are one. H. Haramoto, M. Matsumoto, T. Nishimura, F. Panneton, P. L'Ecuyer: Efficient Jump Ahead for F2-Linear
    Random Number Generators, INFORMS Journal on Computing 20 (2008).
    """
    import numpy

    drawn = twister.random_raw(DEGREE + WORDS).astype("uint32")
    found = numpy.zeros(WORDS, "uint32")
    for place, bit in enumerate(reversed(f"{power_of_t(count):b}")):
        if bit == "1":
            found ^= drawn[place : place + WORDS]
    return found


def power_of_t(exponent):
    """t^exponent modulo the characteristic polynomial; polynomials over two elements are the bits of an integer."""
    lower = [place for place, bit in enumerate(reversed(f"{characteristic_polynomial():b}")) if bit == "1"][
        :-1
    ]
    found = 1
    for bit in f"{exponent:b}":
        found = squared(found) << int(bit)
        while rest := found >> DEGREE:
            found ^= rest << DEGREE
            for place in lower:
                found ^= rest << place
    return found


def squared(polynomial):
    """A square over two elements has every coefficient at twice its place."""
    return int(f"{polynomial:b}".replace("0", "00").replace("1", "01"), 2)


def characteristic_polynomial():
    """M. Matsumoto, T. Nishimura: Mersenne Twister, ACM Transactions on Modeling and Computer Simulation 8 (1998), appendix A."""

    def times_upper(polynomial):
        return polynomial << WORDS ^ polynomial << MIDDLE

    def times_lower(polynomial):
        return polynomial << WORDS - 1 ^ polynomial << MIDDLE - 1

    found = 1  # Horner's rule, over the bits of the matrix that meet the lower part of a word
    for place in range(LOW_BITS):
        found = times_lower(found) ^ (MATRIX >> place & 1)
    return times_upper(found) ^ (MATRIX >> LOW_BITS)


def untempered(numbers):
    """The twister's words, of the numbers that are made of them: each step of tempering undoes itself, repeated."""
    words = numbers ^ numbers >> 18
    words ^= words << 15 & 0xEFC60000
    masked = words
    for _ in range(4):
        masked = words ^ (masked << 7 & 0x9D2C5680)
    shifted = masked
    for _ in range(2):
        shifted = masked ^ shifted >> 11
    return shifted
