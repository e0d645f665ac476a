"""Parts of the language-model writer: what is asked, the wire, and reading the answer."""
