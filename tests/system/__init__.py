"""Whole services as processes on a real broker."""
