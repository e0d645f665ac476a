"""Benchmarks: one file per figure, each with `run(quick: bool) -> dict` and a docstring."""
