"""For all tests: a slow machine is not a failure, and neither is a run in the background."""

import signal

from hypothesis import settings

# Hypothesis fails an example that takes more than 200 ms. On two busy cores that says nothing.
settings.register_profile("twinbell", deadline=None)
settings.load_profile("twinbell")

# A shell lets what it starts in the background ignore SIGINT, with its children; some tests press Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
