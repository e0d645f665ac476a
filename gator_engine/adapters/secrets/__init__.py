"""Credentials sealed at rest, and signed links."""
