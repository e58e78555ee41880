"""Chance that can be had again: its seed is printed, and `EDGECODE_CHAOS_SEED` gives it."""

import os
import random

VARIABLE = "EDGECODE_CHAOS_SEED"


def chance() -> random.Random:
    """A source of chance for one test. What pytest shows of a failed test has its seed."""
    seed = int(os.environ.get(VARIABLE) or random.SystemRandom().randrange(1 << 32))
    print(f"{VARIABLE}={seed}")  # noqa: T201 for whoever runs it again
    return random.Random(seed)
