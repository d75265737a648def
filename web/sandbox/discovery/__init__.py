"""Made-up creators and videos behind the paths and shapes of api.scrapecreators.com. README.md tells how to use it."""
