"""Where the tests' made-up command stands, so that the root imports it as it imports any other."""
