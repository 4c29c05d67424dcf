"""The house of a service that runs already, as the command line uses it."""
