"""Parts of the diffusers generator: models, words, sizes, watching a run, previews, marks."""
