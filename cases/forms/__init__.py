"""What people fill in on the pages of a case. The words are theirs; what may be is decided by the services."""
