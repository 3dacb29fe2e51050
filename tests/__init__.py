"""Tests: they mirror the source, module by module."""
