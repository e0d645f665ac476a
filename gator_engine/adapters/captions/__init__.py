"""Caption writers, one file each, found by their WRITER attribute."""
