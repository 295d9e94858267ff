"""Test-wide settings: property tests are the same in every run; `--hypothesis-profile=explore` draws new examples."""

import signal

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("fixed")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it, and what it starts
