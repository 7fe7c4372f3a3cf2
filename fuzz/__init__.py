"""Bytes from nowhere, for every parser: `python -m fuzz TARGET --seconds N`.

A target is a module in `fuzz/targets/`. Its docstring states the invariant, `one(data)` holds it for one
input and tells whether the parser took it, `seeds()` gives inputs that are right, to begin from. What was
interesting once lies in `fuzz/corpus/<target>/` and is replayed by `tests/test_corpus.py` at every change.
"""
