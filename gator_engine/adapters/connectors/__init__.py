"""Platforms, one file each, found by their CONNECTOR attribute."""
