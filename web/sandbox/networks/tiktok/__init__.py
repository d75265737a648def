"""TikTok as its documentation has it (Login Kit, Content Posting API, Display API), under /tiktok."""
