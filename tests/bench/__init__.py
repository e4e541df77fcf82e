"""The benchmark, `make bench`: ratios measured within one run, so that they are comparable between machines."""
