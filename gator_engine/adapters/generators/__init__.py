"""Picture generators, one file each, found by their GENERATOR attribute."""
