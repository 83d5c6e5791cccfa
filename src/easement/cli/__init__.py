"""The shell of the command line: the root command, how things are shown, and how errors end."""
