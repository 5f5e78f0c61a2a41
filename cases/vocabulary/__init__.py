"""The words in which violence is counted, and plain rules about them. No framework, no database, no clock."""
