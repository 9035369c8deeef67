"""The command-line client: `python -m function_app.client --help`.

Speaks HTTP with the app at any address, and with the queues of its stream. Needs the standard library alone;
`stream` needs azure-storage-queue too. An instance does not get it.
"""
