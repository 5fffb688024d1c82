"""Paired benchmarks: the served release beside what a user would write instead. Run by `make bench`."""
