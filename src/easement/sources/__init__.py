"""Where data lives and stays: files read in place through a locked engine, and the port that databases fill."""
