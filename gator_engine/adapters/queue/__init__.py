"""Job queues: RQ on Redis, or inline for notebooks and tests."""
