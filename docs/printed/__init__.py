"""What commands print with `--json`: for each an example by theme, and the page that is taken from it."""
