"""Test vectors that others published: found through TWINBELL_PUBLIC_VECTORS, never copied here."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


def public_vectors(path: str) -> Any:
    """Return the JSON file `path` of the public vectors; skip the test, visibly, where there are none."""
    return json.loads(public_file(path))


def public_file(path: str) -> bytes:
    """Return the bytes of `path` of the public vectors; skip the test, visibly, where there are none."""
    folder = os.environ.get("TWINBELL_PUBLIC_VECTORS")
    if not folder:
        pytest.skip("TWINBELL_PUBLIC_VECTORS is not set")
    return (Path(folder) / path).read_bytes()
