"""What every adapter that speaks HTTP shares: one client, one table of failures, one guard."""
