"""Classifiers that rate pictures."""
