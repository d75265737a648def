"""Taking money through Stripe. What the business needs of it is in contract.py; nothing of the SDK leaves this package."""
