"""Tests of Gator, one folder per tier."""
