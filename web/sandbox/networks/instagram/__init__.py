"""Instagram with Instagram Login, as at www., api. and graph.instagram.com and rupload.facebook.com: all behind one
prefix, for their paths don't meet. Reels only; what else can be published is refused."""
