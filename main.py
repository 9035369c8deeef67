"""Entry of the Azure Functions app: the worker imports this file and indexes `app`."""

from function_app.app import app, service

__all__ = ["app"]

# While the worker indexes the functions, which takes it about as long.
service.load_ahead()
