"""The writer that needs no account: it picks, arranges and trims the source's own sentences, and invents nothing."""
