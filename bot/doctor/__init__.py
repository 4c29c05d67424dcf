"""The examination of everything that a house stands on."""
