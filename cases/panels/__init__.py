"""What each area of a case shows in one glance beside the story: `read` gives it, or None where there is nothing."""
