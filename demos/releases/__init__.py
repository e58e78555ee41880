"""`make demo-releases`: releases of this project cut, built, run side by side, one rolled back, some of them lying."""
