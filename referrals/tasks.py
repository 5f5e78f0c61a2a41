"""What the worker does for referrals. Periods: `helpline.schedule`. A task carries nothing; it sweeps rows that are due."""
