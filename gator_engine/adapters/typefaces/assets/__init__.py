"""Fonts and emoji as files; packages, so that an installed Gator has them too."""
