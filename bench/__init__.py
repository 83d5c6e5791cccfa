"""What `make bench` measures: one JSON line per measure, as ratios taken side by side in one run wherever it can be."""
