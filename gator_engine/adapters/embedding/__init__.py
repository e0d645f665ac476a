"""Models that say how alike two pictures look."""
