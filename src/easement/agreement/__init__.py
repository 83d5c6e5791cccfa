"""The agreement: one file that people sign and machines enforce."""
