"""Tests of the sandbox, by stock clients."""
