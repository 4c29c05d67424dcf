"""The front doors: so far, the command line."""
