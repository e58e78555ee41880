"""What an output may ask for: a file for each kind, with ranges, defaults and what excludes what."""
