"""eSpeak NG, kept in a process of its own: its licence (GPL-3.0) asks for that distance."""
