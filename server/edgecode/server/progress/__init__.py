"""Where jobs stand: what workers report, weighted and kept from falling."""
