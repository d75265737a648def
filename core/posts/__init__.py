"""Posts: sources become drafts, drafts are edited, kept and found again."""
