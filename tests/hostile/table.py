"""All hostile files: what the documents show and the tests prove."""

from tests.hostile import amounts, pictures, scripts, times

TABLE = {
    "Playlists and scripts in disguise": scripts.ROWS,
    "Pictures and codecs": pictures.ROWS,
    "Times": times.ROWS,
    "Too many, too deep, too much": amounts.ROWS,
}
ROWS = [row for rows in TABLE.values() for row in rows]
LIGHT = [row for row in ROWS if not row.heavy]
HEAVY = [row for row in ROWS if row.heavy]
