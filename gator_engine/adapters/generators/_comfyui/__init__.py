"""Parts of the generator that hands workflows to a ComfyUI server."""
