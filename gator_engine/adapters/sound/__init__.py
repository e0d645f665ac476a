"""Sound: files read as samples, what can be heard in them, and music made by code."""
