"""Persistence in SQLite or PostgreSQL through SQLAlchemy."""
