"""Benchmarks that anyone can run with ``./run bench``: ratios within one run, as tables. They never assert a time."""
