"""The outside services: a Protocol each, with the real client and the offline engine beside it."""
