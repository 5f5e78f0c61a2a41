"""PostgreSQL as Django has it, with one thing more: whoever must answer soon need not wait for it."""
