"""The services the other tests stand on."""

from __future__ import annotations

import psycopg
import redis
import sqlalchemy


def test_redis_is_real_and_empty(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("left", "behind")
    assert client.get("left") == b"behind"


def test_redis_is_empty_again(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("left", "behind")


def test_postgres_gives_every_test_an_empty_database(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE t (x int)"))
        tables = connection.execute(
            sqlalchemy.text("SELECT count(*) FROM pg_tables WHERE schemaname='public'")
        )
        assert tables.scalar_one() == 1
    engine.dispose()


def test_database_url_is_empty_on_both(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    engine.dispose()
    assert psycopg.__version__
