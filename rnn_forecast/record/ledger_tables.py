"""The tables of the ledger in its newest format, and the triggers that keep the record as it is.

A night of 500 tickers, 5 steps and two levels adds 0.5 MB with its outcomes: hashes are the first eight
bytes of a sha256. `origin`, `date` and `came` are texts, or numbers of rows. `input` is of the prices: a last
price that is corrected gives another forecast from the same origin by the same model, and both are kept.
"""

# `late`: when it was made its date had come, so that it is never scored. `further`: quantiles, risk.
FORECASTS = """
CREATE TABLE forecasts (
    ticker TEXT NOT NULL, origin NOT NULL, step INTEGER NOT NULL, model BLOB NOT NULL, input BLOB NOT NULL,
    date NOT NULL, forecast REAL, last REAL, intervals TEXT NOT NULL, further TEXT, made INTEGER,
    late INTEGER NOT NULL, PRIMARY KEY (ticker, origin, step, model, input)
) WITHOUT ROWID
"""
CURRENT = """
CREATE TABLE current_forecasts (
    ticker TEXT PRIMARY KEY, key TEXT NOT NULL, origin NOT NULL, model BLOB NOT NULL, input BLOB NOT NULL,
    steps INTEGER NOT NULL
) WITHOUT ROWID
"""
# One a forecast, and of several from one origin the first. `came`: the row's date where it is another than
# the forecast's. `price` and `base`: on that row and at the origin, both as the later file has them. `nth`:
# of this ticker and step, in the order in which they were seen; it outlives pruning.
_OUTCOMES = """
CREATE TABLE outcomes (
    ticker TEXT NOT NULL, origin NOT NULL, step INTEGER NOT NULL, came, price REAL NOT NULL,
    base REAL NOT NULL, nth INTEGER NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (ticker, origin, step)
) WITHOUT ROWID
"""
# A later file has another return of an outcome: noted once, and the outcome stays.
_REVISIONS = """
CREATE TABLE revisions (
    ticker TEXT NOT NULL, origin NOT NULL, step INTEGER NOT NULL, price REAL NOT NULL, base REAL NOT NULL,
    seen INTEGER NOT NULL, PRIMARY KEY (ticker, origin, step)
) WITHOUT ROWID
"""
# What `alarms.py` found after the last night: no part of the record, but computed from it.
_ALARMS = """
CREATE TABLE alarms (
    ticker TEXT NOT NULL, kind TEXT NOT NULL, level REAL NOT NULL, start NOT NULL, since NOT NULL,
    missed INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (ticker, kind, level)
) WITHOUT ROWID
"""
# Has a row while rows of the record are deleted for being too old, in that transaction alone.
_PRUNING = "CREATE TABLE pruning (before REAL NOT NULL)"


def _appended_only(table: str, key: str) -> tuple[str, str, str]:
    """Triggers: no row is changed, none deleted but for its age, and one that is there is not written anew.

    (REPLACE would delete it, and no trigger on deletion would hear of it.)
    """
    refuse = f"SELECT RAISE(ABORT, 'rows of {table} are never changed')"
    same = " AND ".join(f"{name} = NEW.{name}" for name in key.split(", "))
    return (
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_last BEFORE DELETE ON {table} "
        f"WHEN NOT EXISTS (SELECT 1 FROM pruning) BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_once BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(IGNORE); END",
    )


RECORD = (
    _OUTCOMES,
    _REVISIONS,
    _PRUNING,
    _ALARMS,
    *_appended_only("forecasts", "ticker, origin, step, model, input"),
    *_appended_only("outcomes", "ticker, origin, step"),
    *_appended_only("revisions", "ticker, origin, step"),
)  # what stands beside the forecasts
TABLES = (
    """CREATE TABLE runs (
    run INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, status TEXT NOT NULL,
    recipe_sha256 TEXT, seed INTEGER, versions TEXT, summary TEXT
)""",
    """CREATE TABLE tickers (
    run INTEGER NOT NULL, ticker TEXT NOT NULL, status TEXT NOT NULL, why TEXT,
    input_sha256 TEXT, recipe_sha256 TEXT, versions TEXT, seed INTEGER, seconds REAL, epochs INTEGER,
    megabytes REAL, exit_code INTEGER, error TEXT, remedy TEXT, details TEXT, rmse_ratio REAL, verdict TEXT,
    PRIMARY KEY (run, ticker)
) WITHOUT ROWID""",
    """CREATE TABLE models (
    ticker TEXT PRIMARY KEY, folder TEXT NOT NULL, run INTEGER NOT NULL, trained REAL NOT NULL,
    recipe_sha256 TEXT NOT NULL, format INTEGER NOT NULL, rows INTEGER NOT NULL, rows_sha256 TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, rmse_ratio REAL, verdict TEXT
) WITHOUT ROWID""",
    "CREATE TABLE failures (ticker TEXT PRIMARY KEY, key TEXT NOT NULL, failure TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE sources (key TEXT PRIMARY KEY, found TEXT NOT NULL) WITHOUT ROWID",
    FORECASTS,
    CURRENT,
    *RECORD,
)
