"""How things are done: each adapter implements a port."""
