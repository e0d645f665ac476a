"""How Runway is asked for videos."""
