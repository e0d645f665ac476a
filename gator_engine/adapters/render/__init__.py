"""From a timeline to a file: sources, compositor, text, sound, segments, and the checked result."""
