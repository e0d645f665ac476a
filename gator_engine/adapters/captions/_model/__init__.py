"""Parts that every language model shares: what is asked, the wire, and reading the answer."""
