"""What things are: frozen dataclasses and pure rules. Imports nothing of ours but errors."""
