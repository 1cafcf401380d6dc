"""Benchmarks: what pages cost, beside what they would cost at the least."""
