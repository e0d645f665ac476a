"""Metric facts: Parquet fragments read through DuckDB."""
