"""Directories as others keep them: HSDS 3 in JSON and in tables, and the older tables of Ohana. Plain rules, no framework."""
