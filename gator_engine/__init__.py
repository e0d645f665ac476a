"""Gator, the studio for AI personas."""
