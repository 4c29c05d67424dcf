"""The HTTP service: for programs, for the operator, and for people who log in on a page."""
