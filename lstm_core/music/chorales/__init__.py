"""Chorales in the manner of Bach: composed from nothing, or around voices that are given."""
