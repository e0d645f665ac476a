"""Training of small additions to picture models."""
