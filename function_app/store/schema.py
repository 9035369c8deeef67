"""The tables of the SQLite store, as the steps that lead from each version to the next."""

import sqlite3

from function_app.errors import StoreUnavailableError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE predictions (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            model TEXT NOT NULL,
            label TEXT NOT NULL,
            probability REAL NOT NULL,
            tokens INTEGER NOT NULL,
            unknown_tokens INTEGER NOT NULL,
            characters INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            text TEXT
        )
        """,
        """
        CREATE TABLE feedback (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            prediction_id TEXT NOT NULL,
            matched INTEGER NOT NULL,
            correct INTEGER,
            label TEXT,
            text TEXT,
            comment TEXT,
            key TEXT UNIQUE,
            fingerprint TEXT
        )
        """,
        "CREATE INDEX feedback_prediction ON feedback (prediction_id)",
        """
        CREATE TABLE drift_reports (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            model TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            report TEXT NOT NULL,
            UNIQUE (model, sequence)
        )
        """,
    ),
    (
        "ALTER TABLE predictions ADD COLUMN sampled INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE feedback ADD COLUMN sha256 TEXT",
        "ALTER TABLE feedback ADD COLUMN characters INTEGER",
        "ALTER TABLE feedback ADD COLUMN comment_sha256 TEXT",
        "ALTER TABLE feedback ADD COLUMN comment_characters INTEGER",
        "ALTER TABLE drift_reports ADD COLUMN created TEXT NOT NULL DEFAULT ''",
        "UPDATE drift_reports SET created = json_extract(report, '$.created')",
        """
        CREATE TABLE examples (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            text TEXT NOT NULL,
            label TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            source TEXT NOT NULL,
            key TEXT UNIQUE,
            fingerprint TEXT
        )
        """,
        """
        CREATE TABLE stream_messages (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            model TEXT NOT NULL,
            texts INTEGER NOT NULL,
            first_id TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE alerts (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            body TEXT NOT NULL
        )
        """,
        "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL)",
        "CREATE INDEX predictions_created ON predictions (created)",
        "CREATE INDEX feedback_created ON feedback (created)",
        "CREATE INDEX examples_created ON examples (created)",
        "CREATE INDEX stream_messages_created ON stream_messages (created)",
        "CREATE INDEX alerts_created ON alerts (created)",
    ),
    (
        "ALTER TABLE predictions ADD COLUMN topic INTEGER",
        'ALTER TABLE predictions ADD COLUMN "foreign" INTEGER',
        # Reports of the method before this one say nothing about the present one, and cannot be gone on from.
        "DROP TABLE drift_reports",
        """
        CREATE TABLE drift_reports (
            position INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            created TEXT NOT NULL,
            report TEXT NOT NULL,
            state TEXT NOT NULL
        )
        """,
        "CREATE INDEX drift_reports_model ON drift_reports (model, position)",
    ),
    ("CREATE INDEX drift_reports_created ON drift_reports (created)",),
)
"""Step n leads from `PRAGMA user_version` n to n + 1. A step that has shipped is never edited."""


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the file up to date in one transaction, whichever of several processes comes first.

    Raises `StoreUnavailableError` when the file was written by a newer version of the app.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise StoreUnavailableError("The store was written by a newer version of this app")
        for step in MIGRATIONS[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
