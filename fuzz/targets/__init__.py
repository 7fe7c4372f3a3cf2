"""One module a parser. Each states its invariant, in words and in `one`."""
