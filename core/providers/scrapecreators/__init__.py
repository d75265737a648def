"""api.scrapecreators.com, and the sandbox that answers like it. Source: facts on the official client's catalogue."""
