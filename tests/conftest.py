"""For all tests: a slow machine is not a failure."""

from hypothesis import settings

# Hypothesis fails an example that takes more than 200 ms. On two busy cores that says nothing.
settings.register_profile("twinbell", deadline=None)
settings.load_profile("twinbell")
