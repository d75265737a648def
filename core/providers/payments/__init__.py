"""Taking money through Stripe. What the business needs of it is in contract.py; the SDK stays in this package."""
