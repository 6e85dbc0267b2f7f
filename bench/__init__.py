"""Benchmarks: what the backbone does in a second, beside simpler programs on the same broker in the same run.

`make bench` runs them all and writes docs/performance.md; `python -m bench.<name>` runs one. Nothing here is a test: no figure
decides whether a build passes.
"""
