import pytest

from edgecode.core.urls import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
        ("nats://user:secret@broker:4222", "nats://user:***@broker:4222"),
        ("nats://s3cr3t@broker:4222", "nats://***@broker:4222"),
        ("nats://a:b@one:4222,nats://c:d@two:4222", "nats://a:***@one:4222,nats://c:***@two:4222"),
        ("nats://user:p@ss@broker:4222", "nats://user:***@broker:4222"),
        ("s3://bucket/prefix@2", "s3://bucket/prefix@2"),
        ("postgresql://edgecode@database/ledger", "postgresql://edgecode@database/ledger"),
        ("postgresql://u:secret@one:5432,two:5432/ledger", "postgresql://u:***@one:5432,two:5432/ledger"),
        (
            "postgresql://u:a,b/c?d@e@database/ledger?sslmode=require",
            "postgresql://u:***@database/ledger?sslmode=require",
        ),
        ("postgresql:///ledger?host=/run&user=u&password=secret", "postgresql:///ledger?host=/run&user=u&password=***"),
        (
            "postgres://database/ledger?sslpassword=secret&sslkey=/key",
            "postgres://database/ledger?sslpassword=***&sslkey=/key",
        ),
        ("sqlite:///folder/a,b", "sqlite:///folder/a,b"),
        ("plain: text, a@b", "plain: text, a@b"),
    ],
)
def test_no_password_is_shown_and_all_else_is(url: str, shown: str) -> None:
    assert without_password(url) == shown
