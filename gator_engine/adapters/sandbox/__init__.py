"""Local servers that speak each platform's wire protocol, with scripted faults."""
