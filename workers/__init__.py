"""Background processes: RQ workers, the dispatcher and their supervisor."""
