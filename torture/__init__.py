"""Harnesses that break things on purpose. `python -m torture` runs them all."""
