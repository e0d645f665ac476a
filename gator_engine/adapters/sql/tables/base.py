"""What all tables share: one metadata with named constraints, and common columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData

from gator_engine.adapters.sql.columns import Plain, Utc

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def key(name: str = "id") -> Column[str]:
    """The primary key: an identifier made by the Ids port."""
    return Column(name, Plain, primary_key=True)


def text(name: str, *, nullable: bool = False) -> Column[str]:
    """A text column; "" stands for "nothing" unless it is nullable."""
    return Column(name, Plain, nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """A UTC instant."""
    return Column(name, Utc, nullable=nullable)


def link(
    name: str, target: str, *, nullable: bool = False, primary_key: bool = False
) -> Column[str]:
    """A foreign key to `target` ("table.column")."""
    return Column(name, Plain, ForeignKey(target), nullable=nullable, primary_key=primary_key)
