"""Tests of the Bot API on the loopback interface."""
