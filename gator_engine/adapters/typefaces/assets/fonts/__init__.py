"""OFL typefaces as TTF, and which characters each has (see README.md)."""
