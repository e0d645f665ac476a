"""Complete personas to start from, one a file."""
