"""Networks that people publish videos to, as their APIs are: consent pages, tokens, uploads, numbers. Nothing leaves
this machine.

What all of them share stands here: accounts and consents (records, tokens, consent), calls with faults (network, api),
bytes (media), the control API and the page that shows what was published. Each network is a package of its own that
makes one `Network` (network.py) and is named in app.py.
"""
