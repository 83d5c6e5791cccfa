"""One person as several organisations see them, on one page; and wrong links taken back everywhere."""
