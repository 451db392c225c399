"""Measures the functions on this machine, each time beside something everyone knows: `make bench`, and README.md."""
