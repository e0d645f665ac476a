"""What one can do: one class per file, verbs as methods. Services know ports, never adapters."""
