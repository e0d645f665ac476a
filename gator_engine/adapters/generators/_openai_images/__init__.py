"""Parts of the generator that asks an OpenAI-compatible images service."""
