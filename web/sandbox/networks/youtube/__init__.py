"""YouTube's Data API v3 with Google's OAuth, as at accounts.google.com, oauth2. and www.googleapis.com: all behind one
prefix, for their paths don't meet."""
