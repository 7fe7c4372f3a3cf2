"""Twinbell: paired pendants for two people who are apart.

The layers, from the ground up: `errors`, `encoding`, `clock`; `crypto`; `age` and `wire`; `bond`;
`client` and `relay`, which never import each other; `cli`. `docs/architecture.md` draws them.
"""

__version__ = "0.1.0"
