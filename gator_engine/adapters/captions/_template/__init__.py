"""The grammar behind the template writer: what it can say, and how a topic is woven in."""
