"""Turns a timeline into a file: sources, compositor, sound, text, encoder."""
