"""HTTP routes beside the pages: thin front ends that call services."""
