"""CC0 avatar drawings in parts (see README.md)."""
